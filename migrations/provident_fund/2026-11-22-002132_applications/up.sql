-- What people ask of their centre. Whoever changes an application holds the row of its account, so
-- that what is set aside can be summed while nobody else sets anything aside.

-- Money that its owner takes out. What is approved and not paid is set aside.
CREATE TABLE provident_fund.withdrawals (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    account_id   uuid        NOT NULL,
    person_id    uuid        NOT NULL,
    -- The account of theirs in the city that asked.
    lodged_by    uuid        NOT NULL,
    ground       text        NOT NULL
                 CHECK (ground IN ('buy', 'build', 'renovate', 'retire', 'disability', 'emigrate',
                                   'repay_loan', 'rent', 'death', 'minimum_income', 'unemployment',
                                   'serious_illness')),
    amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
    currency     text        NOT NULL CHECK (currency = 'CNY'),
    -- What it costs, or costs a month, as the applicant says.
    stated_minor bigint      CHECK (stated_minor > 0),
    state        text        NOT NULL
                 CHECK (state IN ('lodged', 'incomplete', 'approved', 'paid', 'refused', 'cancelled',
                                  'lapsed', 'revoked')),
    rule_id      uuid        NOT NULL REFERENCES public.rules,
    -- The day from which the time of whoever has to act is counted, and when that time is over.
    counted_from date        NOT NULL,
    act_by       timestamptz,
    -- The posting by which it was paid.
    posting_no   text        CHECK (char_length(posting_no) BETWEEN 1 AND 32),
    lodged_at    timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, account_id, posting_no),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK ((state IN ('lodged', 'incomplete')) = (act_by IS NOT NULL)),
    CHECK ((state = 'paid') = (posting_no IS NOT NULL))
);
CREATE INDEX withdrawals_of_person ON provident_fund.withdrawals (person_id, id DESC);
CREATE INDEX withdrawals_of_account ON provident_fund.withdrawals (city, account_id);
CREATE INDEX withdrawals_of_centre ON provident_fund.withdrawals (city, agency_id, state, id DESC);

-- That somebody holds a balance to be wrong: the bank looks first, then the centre.
CREATE TABLE provident_fund.disputes (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    account_id   uuid        NOT NULL,
    person_id    uuid        NOT NULL,
    -- The account of theirs in the city that asked.
    lodged_by    uuid        NOT NULL,
    -- About a posting, or about a month of which there should be one.
    posting_no   text        CHECK (char_length(posting_no) BETWEEN 1 AND 32),
    month        date        CHECK (extract(day FROM month) = 1),
    state        text        NOT NULL
                 CHECK (state IN ('with_bank', 'bank_answered', 'with_centre', 'answered',
                                  'withdrawn')),
    rule_id      uuid        NOT NULL REFERENCES public.rules,
    counted_from date        NOT NULL,
    act_by       timestamptz,
    outcome      text        CHECK (outcome IN ('corrected', 'explained')),
    -- The posting that puts it right.
    corrected_by text        CHECK (char_length(corrected_by) BETWEEN 1 AND 32),
    lodged_at    timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK ((posting_no IS NULL) <> (month IS NULL)),
    CHECK ((state IN ('with_bank', 'with_centre')) = (act_by IS NOT NULL)),
    CHECK ((outcome = 'corrected') = (corrected_by IS NOT NULL))
);
CREATE INDEX disputes_of_person ON provident_fund.disputes (person_id, id DESC);
CREATE INDEX disputes_of_account ON provident_fund.disputes (city, account_id);
CREATE INDEX disputes_of_centre ON provident_fund.disputes (city, agency_id, state, id DESC);

-- An account that is moved from one city to another: a row in each, keyed by its own city and bound
-- by their id. No statement names both; news between them is carried by jobs.
CREATE TABLE provident_fund.transfers_in (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    account_id      uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    -- The account of theirs in the city that asked.
    lodged_by       uuid        NOT NULL,
    from_city       integer     NOT NULL,
    from_agency_id  uuid        NOT NULL,
    from_account_id uuid        NOT NULL,
    state           text        NOT NULL
                    CHECK (state IN ('requested', 'sent', 'accepted', 'moving', 'completed',
                                     'refused', 'cancelling', 'cancelled')),
    rule_id         uuid        NOT NULL REFERENCES public.rules,
    -- What left the other account, once its centre has booked it.
    moved_minor     bigint      CHECK (moved_minor > 0),
    moved_on        date,
    posting_no      text        CHECK (char_length(posting_no) BETWEEN 1 AND 32),
    lodged_at       timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, account_id, posting_no),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK ((moved_minor IS NULL) = (moved_on IS NULL)),
    CHECK ((state IN ('moving', 'completed')) = (moved_minor IS NOT NULL)),
    CHECK ((state = 'completed') = (posting_no IS NOT NULL))
);
CREATE INDEX transfers_in_of_person ON provident_fund.transfers_in (person_id, id DESC);
CREATE INDEX transfers_in_of_account ON provident_fund.transfers_in (city, account_id);
CREATE INDEX transfers_in_of_centre ON provident_fund.transfers_in (city, agency_id, state, id DESC);

CREATE TABLE provident_fund.transfers_out (
    city          integer     NOT NULL,
    id            uuid        NOT NULL,
    agency_id     uuid        NOT NULL,
    account_id    uuid        NOT NULL,
    person_id     uuid        NOT NULL,
    -- The account of theirs in the city that asked.
    lodged_by     uuid        NOT NULL,
    to_city       integer     NOT NULL,
    to_agency_id  uuid        NOT NULL,
    to_account_id uuid        NOT NULL,
    state         text        NOT NULL
                  CHECK (state IN ('received', 'accepted', 'moving', 'completed', 'refused',
                                   'cancelled')),
    rule_id       uuid        NOT NULL REFERENCES public.rules,
    counted_from  date        NOT NULL,
    act_by        timestamptz,
    posting_no    text        CHECK (char_length(posting_no) BETWEEN 1 AND 32),
    moved_minor   bigint      CHECK (moved_minor > 0),
    received_at   timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, account_id, posting_no),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK ((state = 'received') = (act_by IS NOT NULL)),
    CHECK ((state IN ('moving', 'completed')) = (posting_no IS NOT NULL)),
    CHECK ((posting_no IS NULL) = (moved_minor IS NULL))
);
CREATE INDEX transfers_out_of_account ON provident_fund.transfers_out (city, account_id);
CREATE INDEX transfers_out_of_centre ON provident_fund.transfers_out (city, agency_id, state, id DESC);

-- What happened to an application, of any of these kinds, and what was said. Appended, never changed;
-- keys are rotated in place.
CREATE TABLE provident_fund.application_steps (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    -- From 1. Whoever adds one holds the account of the application.
    step_no        integer     NOT NULL CHECK (step_no > 0),
    event          text        NOT NULL CHECK (event ~ '^[a-z_]{1,32}$'),
    state          text        NOT NULL CHECK (state ~ '^[a-z_]{1,32}$'),
    staff_id       uuid,
    said_sealed    bytea,
    happened_at    timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, application_id, step_no)
);

-- For which years a centre's statements are made or being made.
CREATE TABLE provident_fund.statement_runs (
    city       integer     NOT NULL,
    agency_id  uuid        NOT NULL,
    year       smallint    NOT NULL CHECK (year BETWEEN 1990 AND 9999),
    rule_id    uuid        NOT NULL REFERENCES public.rules,
    begun_at   timestamptz NOT NULL,
    done_at    timestamptz,
    PRIMARY KEY (city, agency_id, year),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- What became of an account in a year that ended on 30 June, once for each.
CREATE TABLE provident_fund.statements (
    city              integer     NOT NULL,
    account_id        uuid        NOT NULL,
    year              smallint    NOT NULL CHECK (year BETWEEN 1990 AND 9999),
    agency_id         uuid        NOT NULL,
    person_id         uuid        NOT NULL,
    opening_minor     bigint      NOT NULL,
    own_minor         bigint      NOT NULL,
    employer_minor    bigint      NOT NULL,
    interest_minor    bigint      NOT NULL,
    withdrawn_minor   bigint      NOT NULL,
    transferred_minor bigint      NOT NULL,
    corrected_minor   bigint      NOT NULL,
    closing_minor     bigint      NOT NULL,
    currency          text        NOT NULL CHECK (currency = 'CNY'),
    months            integer     NOT NULL CHECK (months >= 0),
    as_of             timestamptz NOT NULL,
    made_at           timestamptz NOT NULL,
    PRIMARY KEY (city, account_id, year),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK (opening_minor + own_minor + employer_minor + interest_minor + withdrawn_minor
           + transferred_minor + corrected_minor = closing_minor)
);
CREATE INDEX statements_of_person ON provident_fund.statements (person_id);


INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000213201', 'provident_fund.withdrawal', NULL, '2019-03-24', NULL,
     $json${
       "decision": {"length_days": 3, "day_kind": "calendar", "roll": "next_working_day"},
       "supplement": {"length_days": 15, "day_kind": "working", "roll": "none"},
       "remedy": {
         "en": "You can apply for administrative reconsideration within 60 days of learning of this decision, or bring an action in the people's court within six months (Administrative Reconsideration Law, article 20; Administrative Litigation Law, article 46).",
         "zh": "您可以自知道本决定之日起六十日内申请行政复议，或者自知道之日起六个月内向人民法院提起行政诉讼（《行政复议法》第二十条、《行政诉讼法》第四十六条）。"
       },
       "grounds": {
         "buy": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["purchase_contract", "payment_receipt"],
           "amount": {"limit": "cost"}
         },
         "build": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "renovate": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "retire": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(2); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（二）项、第二款（同时注销账户）"
           },
           "papers": ["retirement_certificate"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "disability": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(3); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（三）项、第二款（同时注销账户）"
           },
           "papers": ["disability_assessment", "employment_end"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "emigrate": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(4); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（四）项、第二款（同时注销账户）"
           },
           "papers": ["settlement_permit"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "repay_loan": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(5)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（五）项"
           },
           "papers": ["loan_contract", "repayment_record"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": null}
         },
         "rent": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(6); Notice Jianjin [2015] No. 19 (three months paid in, no home in the city)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（六）项；建金〔2015〕19号（连续足额缴存满3个月、本市无自有住房）"
           },
           "papers": ["no_home_proof", "lease"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": null},
           "paid_months": 3
         },
         "death": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24, paragraph 3",
             "zh": "《住房公积金管理条例》第二十四条第三款"
           },
           "papers": ["death_certificate", "inheritance_proof"],
           "amount": {"limit": "whole"},
           "at_counter": true
         }
       }
     }$json$,
     'Regulation on the Management of the Housing Provident Fund, articles 24 and 25',
     '《住房公积金管理条例》第二十四条、第二十五条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213202', 'provident_fund.withdrawal', 310000, '2019-03-24', NULL,
     $json${
       "decision": {"length_days": 3, "day_kind": "working", "roll": "none"},
       "supplement": {"length_days": 15, "day_kind": "working", "roll": "none"},
       "remedy": {
         "en": "You can apply for administrative reconsideration within 60 days of learning of this decision, or bring an action in the people's court within six months (Administrative Reconsideration Law, article 20; Administrative Litigation Law, article 46).",
         "zh": "您可以自知道本决定之日起六十日内申请行政复议，或者自知道之日起六个月内向人民法院提起行政诉讼（《行政复议法》第二十条、《行政诉讼法》第四十六条）。"
       },
       "grounds": {
         "buy": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 1; Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（一）项；《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["purchase_contract", "payment_receipt"],
           "amount": {"limit": "cost"}
         },
         "build": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 1; Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（一）项；《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "renovate": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 1; Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（一）项；《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "retire": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 2; Regulation on the Management of the Housing Provident Fund, article 24(2); its paragraph 2 (the account is closed)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（二）项；《住房公积金管理条例》第二十四条第一款第（二）项、第二款（同时注销账户）"
           },
           "papers": ["retirement_certificate"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "disability": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 3; Regulation on the Management of the Housing Provident Fund, article 24(3); its paragraph 2 (the account is closed)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（三）项；《住房公积金管理条例》第二十四条第一款第（三）项、第二款（同时注销账户）"
           },
           "papers": ["disability_assessment", "employment_end"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "emigrate": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 4; Regulation on the Management of the Housing Provident Fund, article 24(4); its paragraph 2 (the account is closed)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（四）项；《住房公积金管理条例》第二十四条第一款第（四）项、第二款（同时注销账户）"
           },
           "papers": ["settlement_permit"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "repay_loan": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 5; Regulation on the Management of the Housing Provident Fund, article 24(5)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（五）项；《住房公积金管理条例》第二十四条第一款第（五）项"
           },
           "papers": ["loan_contract", "repayment_record"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": null}
         },
         "rent": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 1, item 6; Regulation on the Management of the Housing Provident Fund, article 24(6); Notice Jianjin [2015] No. 19 (three months paid in, no home in the city)",
             "zh": "《上海市住房公积金管理若干规定》第七条第一款第（六）项；《住房公积金管理条例》第二十四条第一款第（六）项；建金〔2015〕19号（连续足额缴存满3个月、本市无自有住房）"
           },
           "papers": ["no_home_proof", "lease"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": null},
           "paid_months": 3
         },
         "death": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24, paragraph 3",
             "zh": "《住房公积金管理条例》第二十四条第三款"
           },
           "papers": ["death_certificate", "inheritance_proof"],
           "amount": {"limit": "whole"},
           "at_counter": true
         },
         "minimum_income": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 2",
             "zh": "《上海市住房公积金管理若干规定》第七条第二款"
           },
           "papers": ["minimum_income_proof", "payment_receipt"],
           "amount": {"limit": "cost"}
         },
         "unemployment": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 2",
             "zh": "《上海市住房公积金管理若干规定》第七条第二款"
           },
           "papers": ["unemployment_proof", "hardship_proof", "payment_receipt"],
           "amount": {"limit": "cost"}
         },
         "serious_illness": {
           "citation": {
             "en": "Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 7, paragraph 2",
             "zh": "《上海市住房公积金管理若干规定》第七条第二款"
           },
           "papers": ["diagnosis", "hardship_proof", "payment_receipt"],
           "amount": {"limit": "cost"}
         }
       }
     }$json$,
     'Several Provisions of Shanghai on the Management of the Housing Provident Fund, articles 7 '
     'and 8',
     '《上海市住房公积金管理若干规定》第七条、第八条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213203', 'provident_fund.withdrawal', 110000, '2022-05-27', NULL,
     $json${
       "decision": {"length_days": 3, "day_kind": "calendar", "roll": "next_working_day"},
       "supplement": {"length_days": 15, "day_kind": "working", "roll": "none"},
       "remedy": {
         "en": "You can apply for administrative reconsideration within 60 days of learning of this decision, or bring an action in the people's court within six months (Administrative Reconsideration Law, article 20; Administrative Litigation Law, article 46).",
         "zh": "您可以自知道本决定之日起六十日内申请行政复议，或者自知道之日起六个月内向人民法院提起行政诉讼（《行政复议法》第二十条、《行政诉讼法》第四十六条）。"
       },
       "grounds": {
         "buy": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["purchase_contract", "payment_receipt"],
           "amount": {"limit": "cost"}
         },
         "build": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "renovate": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(1)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（一）项"
           },
           "papers": ["building_permit", "cost_estimate"],
           "amount": {"limit": "cost"}
         },
         "retire": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(2); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（二）项、第二款（同时注销账户）"
           },
           "papers": ["retirement_certificate"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "disability": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(3); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（三）项、第二款（同时注销账户）"
           },
           "papers": ["disability_assessment", "employment_end"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "emigrate": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(4); its paragraph 2 (the account is closed)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（四）项、第二款（同时注销账户）"
           },
           "papers": ["settlement_permit"],
           "amount": {"limit": "whole"},
           "closes": true
         },
         "repay_loan": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(5)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（五）项"
           },
           "papers": ["loan_contract", "repayment_record"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": null}
         },
         "rent": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24(6); Beijing Housing Provident Fund Management Center, notice of May 2022 (CNY 2,000 a month without invoices)",
             "zh": "《住房公积金管理条例》第二十四条第一款第（六）项；北京住房公积金管理中心2022年5月通知（未提供租房发票的，每人每月2000元）"
           },
           "papers": ["no_home_proof", "lease"],
           "amount": {"limit": "monthly", "months": 12, "cap_minor": 200000},
           "paid_months": 3
         },
         "death": {
           "citation": {
             "en": "Regulation on the Management of the Housing Provident Fund, article 24, paragraph 3",
             "zh": "《住房公积金管理条例》第二十四条第三款"
           },
           "papers": ["death_certificate", "inheritance_proof"],
           "amount": {"limit": "whole"},
           "at_counter": true
         }
       }
     }$json$,
     'Regulation on the Management of the Housing Provident Fund, articles 24 and 25',
     '《住房公积金管理条例》第二十四条、第二十五条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213204', 'provident_fund.dispute', NULL, '2019-03-24', NULL,
     $json${"answer": {"length_days": 5, "day_kind": "calendar", "roll": "next_working_day"}}$json$,
     'Regulation on the Management of the Housing Provident Fund, article 36',
     '《住房公积金管理条例》第三十六条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213205', 'provident_fund.transfer', NULL, '2019-03-24', NULL,
     $json${"answer": {"length_days": 10, "day_kind": "working", "roll": "none"}, "paid_months": 6}$json$,
     'Regulation on the Management of the Housing Provident Fund, article 15 (who changes jobs '
     'has the account moved). Practice: centres take an account over once six months have been '
     'paid in there; ten working days to answer are a rule of this platform, no statute sets a '
     'figure',
     '《住房公积金管理条例》第十五条（办理职工账户转移手续）。实践做法：在转入地连续缴存满6个月后办理；10个工作日答复期为本平台规则，法律法规未作统一规定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213206', 'provident_fund.statement', NULL, '2019-03-24', NULL,
     $json${"ends": {"month": 6, "day": 30}, "published": {"month": 7, "day": 15}}$json$,
     'Regulation on the Management of the Housing Provident Fund, article 22 (centres give proof '
     'of what was paid in). The year ends with the interest of 30 June; the day is a rule of '
     'this platform',
     '《住房公积金管理条例》第二十二条（发放缴存有效凭证）。结息年度至6月30日止；发放日期为本平台规则', '2026-11-22'),
    ('01999999-0000-7000-8000-000000213207', 'provident_fund.statement', 310000, '2019-03-24', NULL,
     $json${"ends": {"month": 6, "day": 30}, "published": {"month": 8, "day": 1}}$json$,
     'Several Provisions of Shanghai on the Management of the Housing Provident Fund, article 13',
     '《上海市住房公积金管理若干规定》第十三条', '2026-11-22');
