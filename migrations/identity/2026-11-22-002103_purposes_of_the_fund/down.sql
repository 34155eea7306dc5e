DELETE FROM identity.access_purposes WHERE code LIKE 'provident\_fund.%';
DELETE FROM identity.legal_bases WHERE code LIKE 'hpfr-%';
