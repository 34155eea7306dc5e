DELETE FROM identity.legal_bases WHERE code = 'mrr-10';
DELETE FROM identity.access_purposes
    WHERE code IN ('marriage.appointment', 'marriage.registration');
