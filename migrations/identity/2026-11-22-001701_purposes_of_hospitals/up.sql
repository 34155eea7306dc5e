-- What hospitals record people for, and what permits it.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('hospital.visit', 'To receive you in a hospital', '办理医院就诊');
