-- What data of the housing provident fund is used for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('provident_fund.records', 'To keep your account of the housing provident fund',
     '记载住房公积金账户'),
    ('provident_fund.query', 'To show you your account of the housing provident fund',
     '查询本人住房公积金'),
    ('provident_fund.withdrawal', 'To decide about a withdrawal', '审批住房公积金提取'),
    ('provident_fund.dispute', 'To answer a dispute about a balance', '复核住房公积金余额异议'),
    ('provident_fund.transfer', 'To move an account to another city', '办理住房公积金异地转移'),
    ('provident_fund.certificate', 'To certify what was paid in', '出具住房公积金缴存证明'),
    ('provident_fund.statement', 'To give you a yearly statement', '发放住房公积金年度对账单');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('hpfr-11', 'Regulation on the Management of the Housing Provident Fund, article 11',
     '《住房公积金管理条例》第十一条', false),
    ('hpfr-15', 'Regulation on the Management of the Housing Provident Fund, article 15',
     '《住房公积金管理条例》第十五条', false),
    ('hpfr-22', 'Regulation on the Management of the Housing Provident Fund, article 22',
     '《住房公积金管理条例》第二十二条', false),
    ('hpfr-25', 'Regulation on the Management of the Housing Provident Fund, article 25',
     '《住房公积金管理条例》第二十五条', false),
    ('hpfr-36', 'Regulation on the Management of the Housing Provident Fund, article 36',
     '《住房公积金管理条例》第三十六条', false);
