DELETE FROM identity.legal_bases WHERE code = 'ogs-10';
DELETE FROM identity.access_purposes WHERE code IN ('certificates.issue', 'certificates.own');
