DELETE FROM identity.legal_bases WHERE code = 'mdr-15';
DELETE FROM identity.access_purposes WHERE code IN ('exchange.patient', 'results.filing');
