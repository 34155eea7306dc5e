-- What certificates are issued and read for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('certificates.issue', 'To issue a certificate to you, or to end it', '向您出具证明，或者终止其效力'),
    ('certificates.own', 'To show you a certificate of your own', '查看本人的证明');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('ogs-10', 'State Council Provisions on Online Government Services (Order 716 of 2019), article 10',
     '《国务院关于在线政务服务的若干规定》（国务院令第716号）第十条', false);
