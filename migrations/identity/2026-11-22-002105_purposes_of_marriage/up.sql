-- What a registry of marriages reads and records people for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('marriage.appointment', 'To receive you at a marriage registry', '接待婚姻登记预约'),
    ('marriage.registration', 'To register a marriage or its end, or to correct the registration',
     '办理婚姻登记及更正');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('mrr-10', 'Regulations on Marriage Registration (State Council Order 804 of 2025), article 10',
     '《婚姻登记条例》（国务院令第804号）第十条', true);
