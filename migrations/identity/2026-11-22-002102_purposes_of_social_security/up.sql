-- What data of social security is used for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('social_security.query', 'To show you your record of social security', '查询本人社会保险权益记录'),
    ('social_security.contribution', 'To take in a contribution that you have ordered',
     '办理您申报的社会保险缴费');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('sil-60', 'Social Insurance Law, article 60', '《社会保险法》第六十条', false),
    ('sil-74', 'Social Insurance Law, articles 4 and 74', '《社会保险法》第四条、第七十四条', false);
