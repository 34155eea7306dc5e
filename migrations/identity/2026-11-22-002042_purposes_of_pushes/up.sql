-- What hospitals' systems name people for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('exchange.patient', 'To know you as a patient of the hospital', '在医院系统中识别患者身份'),
    ('results.filing', 'To record a result of an examination', '登记检查检验结果');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('mdr-15', 'Regulations on the Prevention and Handling of Medical Disputes, article 15',
     '《医疗纠纷预防和处理条例》第十五条', false);
