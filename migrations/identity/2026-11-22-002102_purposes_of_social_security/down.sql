DELETE FROM identity.legal_bases WHERE code IN ('sil-60', 'sil-74');
DELETE FROM identity.access_purposes
    WHERE code IN ('social_security.query', 'social_security.contribution');
