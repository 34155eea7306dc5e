-- Why a hospital names a relative of a patient: who may pay a charge.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('hospital.charge', 'Naming who may pay a hospital''s charge', '登记可代付医疗费用的亲属');
