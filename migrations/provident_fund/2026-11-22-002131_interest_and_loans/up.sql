-- Interest that the city computes was in no batch.
ALTER TABLE provident_fund.postings ALTER COLUMN batch_id DROP NOT NULL;

-- For a few minutes after a proof, the sign-in that gave it looks at the account again.
CREATE TABLE provident_fund.viewings (
    city       integer     NOT NULL,
    session_id uuid        NOT NULL,
    account_id uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    ends_at    timestamptz NOT NULL,
    PRIMARY KEY (city, session_id, account_id)
);
CREATE INDEX viewings_by_end ON provident_fund.viewings (ends_at);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000213101', 'provident_fund.interest', NULL, '2016-02-21', NULL,
     $json${"annual_rate_ppm": 15000, "day_basis": 360, "computed_by": "centre"}$json$,
     'Regulations on the Administration of the Housing Provident Fund, article 21; notice Yin Fa [2016] '
     '43: the benchmark rate of one-year deposits, from 21 February 2016; Yin Fa [2005] 129: a year '
     'of 360 days. Practice: credited on 30 June',
     '《住房公积金管理条例》第二十一条；银发〔2016〕43号：自2016年2月21日起按一年期定期存款基准利率计息；银发'
     '〔2005〕129号：年按360天计算。实践做法：每年6月30日结息', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213102', 'provident_fund.remittance', NULL, '2002-03-24', NULL,
     $json${"days_after_month": 5}$json$,
     'Regulations on the Administration of the Housing Provident Fund, article 19: within five days of '
     'the day on which wages are paid. Practice: wages of a month are paid by its end',
     '《住房公积金管理条例》第十九条：单位应当于每月发放职工工资之日起5日内汇缴。实践做法：工资发放日不迟于当月'
     '最后一日', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213103', 'provident_fund.loan', NULL, '2024-05-18', '2025-05-07',
     $json${
       "rates": [
         {"home": "first", "up_to_months": 60, "annual_rate_ppm": 23500},
         {"home": "first", "annual_rate_ppm": 28500},
         {"home": "second", "up_to_months": 60, "annual_rate_ppm": 27750},
         {"home": "second", "annual_rate_ppm": 33250}
       ]
     }$json$,
     'People''s Bank of China, notice on the rates of personal housing provident fund loans, from 18 May '
     '2024: for second homes these are the lowest',
     '中国人民银行关于下调个人住房公积金贷款利率的通知，自2024年5月18日起施行；第二套为利率下限',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000213104', 'provident_fund.loan', NULL, '2025-05-08', NULL,
     $json${
       "rates": [
         {"home": "first", "up_to_months": 60, "annual_rate_ppm": 21000},
         {"home": "first", "annual_rate_ppm": 26000},
         {"home": "second", "up_to_months": 60, "annual_rate_ppm": 25250},
         {"home": "second", "annual_rate_ppm": 30750}
       ]
     }$json$,
     'People''s Bank of China, notice on the rates of personal housing provident fund loans, from 8 May '
     '2025: for second homes these are the lowest',
     '中国人民银行关于下调个人住房公积金贷款利率的通知，自2025年5月8日起施行；第二套为利率下限',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000213105', 'provident_fund.loan_capacity', 110000, '2018-09-17',
     '2025-08-08',
     $json${
       "counted": {"years": {"each_minor": 10000000}},
       "months_in_a_row": 6,
       "first_cap_minor": 120000000,
       "second_cap_minor": 60000000
     }$json$,
     'Practice: CNY 100,000 for each year of contributions, at most CNY 1,200,000 for a first home and '
     'CNY 600,000 for a second one (Beijing centre, September 2018)',
     '实践做法：每缴存一年可贷10万元，首套最高120万元，二套最高60万元（北京住房公积金管理中心，2018年9月）',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000213106', 'provident_fund.loan_capacity', 110000, '2025-08-09',
     NULL,
     $json${
       "counted": {"years": {"each_minor": 15000000}},
       "months_in_a_row": 6,
       "first_cap_minor": 120000000,
       "second_cap_minor": 100000000
     }$json$,
     'Practice: CNY 150,000 for each year of contributions, at most CNY 1,200,000 for a first home and '
     'CNY 1,000,000 for a second one (Beijing, August 2025); more for families with several children '
     'and for green buildings is the centre''s to grant',
     '实践做法：每缴存一年可贷15万元，首套最高120万元，二套最高100万元（北京市，2025年8月）；多子女家庭、绿色'
     '建筑等上浮由中心核定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213107', 'provident_fund.loan_capacity', 330100, '2024-01-01',
     NULL,
     $json${
       "counted": {"balance": {"times": 15}},
       "months_in_a_row": 6,
       "first_cap_minor": 65000000,
       "second_cap_minor": 65000000
     }$json$,
     'Practice: fifteen times the balance, at most CNY 650,000 for one person (Hangzhou centre); couples '
     'and families with several children have more',
     '实践做法：账户余额的15倍，单人最高65万元（杭州住房公积金管理中心）；夫妻双方缴存及多子女家庭另行上浮',
     '2026-11-22');
