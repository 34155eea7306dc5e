-- The directory of hospitals: whom somebody can see, where, for what, and at which price. Names of
-- columns are those of FHIR R4 where it has one: Organization, Location, HealthcareService,
-- Practitioner, PractitionerRole, Schedule. A hospital is an agency of the catalogue, and numbers its
-- own things; what it sent is kept as a digest, so that sending it again changes nothing. What people
-- search for stands in `search`: names without case, spaces and full-width forms, a line for each.

-- Departments by the national list of diagnosis and treatment subjects: what the departments of
-- different hospitals have in common (Ministry of Health, 1994, No. 27).
CREATE TABLE hospital.specialties (
    code    text PRIMARY KEY CHECK (code ~ '^[0-9]{2}([.][0-9]{2})?$'),
    name_en text NOT NULL,
    name_zh text NOT NULL
);
INSERT INTO hospital.specialties (code, name_en, name_zh) VALUES
    ('01', 'Preventive care', '预防保健科'),
    ('02', 'General practice', '全科医疗科'),
    ('03', 'Internal medicine', '内科'),
    ('03.01', 'Respiratory medicine', '呼吸内科'),
    ('03.02', 'Gastroenterology', '消化内科'),
    ('03.03', 'Neurology', '神经内科'),
    ('03.04', 'Cardiology', '心血管内科'),
    ('03.05', 'Haematology', '血液内科'),
    ('03.06', 'Nephrology', '肾病学'),
    ('03.07', 'Endocrinology', '内分泌科'),
    ('03.10', 'Geriatrics', '老年病科'),
    ('04', 'Surgery', '外科'),
    ('04.01', 'General surgery', '普通外科'),
    ('04.02', 'Neurosurgery', '神经外科'),
    ('04.03', 'Orthopaedics', '骨科'),
    ('04.04', 'Urology', '泌尿外科'),
    ('04.05', 'Thoracic surgery', '胸外科'),
    ('05', 'Obstetrics and gynaecology', '妇产科'),
    ('05.01', 'Gynaecology', '妇科'),
    ('05.02', 'Obstetrics', '产科'),
    ('06', 'Women''s health', '妇女保健科'),
    ('07', 'Paediatrics', '儿科'),
    ('07.01', 'Neonatology', '新生儿科'),
    ('08', 'Paediatric surgery', '小儿外科'),
    ('09', 'Children''s health', '儿童保健科'),
    ('10', 'Ophthalmology', '眼科'),
    ('11', 'Otorhinolaryngology', '耳鼻咽喉科'),
    ('12', 'Stomatology', '口腔科'),
    ('13', 'Dermatology', '皮肤科'),
    ('14', 'Aesthetic medicine', '医疗美容科'),
    ('15', 'Psychiatry', '精神科'),
    ('16', 'Infectious diseases', '传染科'),
    ('19', 'Oncology', '肿瘤科'),
    ('20', 'Emergency medicine', '急诊医学科'),
    ('21', 'Rehabilitation medicine', '康复医学科'),
    ('26', 'Anaesthesiology', '麻醉科'),
    ('30', 'Medical laboratory', '医学检验科'),
    ('31', 'Pathology', '病理科'),
    ('32', 'Medical imaging', '医学影像科'),
    ('50', 'Chinese medicine', '中医科');

-- What a hospital says of itself. Its name is the agency's.
CREATE TABLE hospital.hospitals (
    city            integer     NOT NULL,
    agency_id       uuid        NOT NULL,
    grade           text        NOT NULL
                    CHECK (grade IN ('3A', '3B', '3C', '2A', '2B', '2C', '1A', '1B', '1C', 'none')),
    telecom         text        NOT NULL,
    address_en      text        NOT NULL,
    address_zh      text        NOT NULL,
    longitude_micro integer     NOT NULL CHECK (longitude_micro BETWEEN -180000000 AND 180000000),
    latitude_micro  integer     NOT NULL CHECK (latitude_micro BETWEEN -90000000 AND 90000000),
    pinyin          text,
    -- Since when it has received people.
    opened_on       date,
    state           text        NOT NULL CHECK (state IN ('draft', 'listed', 'suspended', 'delisted')),
    search          text        NOT NULL,
    content_digest  bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, agency_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- A campus, or a building, floor or room within another location.
CREATE TABLE hospital.locations (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    location_no     text        NOT NULL,
    part_of_id      uuid,
    physical_type   text        NOT NULL CHECK (physical_type IN ('campus', 'building', 'floor', 'room')),
    name_en         text        NOT NULL,
    name_zh         text        NOT NULL,
    address_en      text,
    address_zh      text,
    longitude_micro integer     CHECK (longitude_micro BETWEEN -180000000 AND 180000000),
    latitude_micro  integer     CHECK (latitude_micro BETWEEN -90000000 AND 90000000),
    content_digest  bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, location_no),
    FOREIGN KEY (city, agency_id) REFERENCES hospital.hospitals,
    FOREIGN KEY (city, part_of_id) REFERENCES hospital.locations,
    CHECK ((physical_type = 'campus') = (part_of_id IS NULL)),
    CHECK ((address_en IS NULL) = (address_zh IS NULL)),
    CHECK ((longitude_micro IS NULL) = (latitude_micro IS NULL))
);

-- A department, within another one or at the top.
CREATE TABLE hospital.departments (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    department_no  text        NOT NULL,
    part_of_id     uuid,
    specialty      text        NOT NULL REFERENCES hospital.specialties,
    name_en        text        NOT NULL,
    name_zh        text        NOT NULL,
    pinyin         text,
    location_id    uuid        NOT NULL,
    active         boolean     NOT NULL,
    search         text        NOT NULL,
    content_digest bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, department_no),
    FOREIGN KEY (city, agency_id) REFERENCES hospital.hospitals,
    FOREIGN KEY (city, part_of_id) REFERENCES hospital.departments,
    FOREIGN KEY (city, location_id) REFERENCES hospital.locations
);
CREATE INDEX departments_by_specialty ON hospital.departments (city, specialty);

-- A doctor, as the hospital names them in public.
CREATE TABLE hospital.practitioners (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    practitioner_no text        NOT NULL,
    name_en         text        NOT NULL,
    name_zh         text        NOT NULL,
    pinyin          text,
    title           text        NOT NULL
                    CHECK (title IN ('chief', 'associate_chief', 'attending', 'resident')),
    speciality_en   text        NOT NULL,
    speciality_zh   text        NOT NULL,
    active          boolean     NOT NULL,
    search          text        NOT NULL,
    content_digest  bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, practitioner_no),
    FOREIGN KEY (city, agency_id) REFERENCES hospital.hospitals
);

-- In which department a doctor receives people, and in which kind of clinic.
CREATE TABLE hospital.practitioner_roles (
    city            integer NOT NULL,
    practitioner_id uuid    NOT NULL,
    department_id   uuid    NOT NULL,
    clinic_kind     text    NOT NULL
                    CHECK (clinic_kind IN ('general', 'expert', 'special', 'disease_clinic')),
    PRIMARY KEY (city, practitioner_id, department_id, clinic_kind),
    FOREIGN KEY (city, practitioner_id) REFERENCES hospital.practitioners,
    FOREIGN KEY (city, department_id) REFERENCES hospital.departments
);
CREATE INDEX roles_of_department ON hospital.practitioner_roles (city, department_id);

-- A session of booking, as the hospital that opened it knows it: whose clinic it is, of which kind.
CREATE TABLE hospital.schedules (
    city            integer     NOT NULL,
    session_id      uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    session_no      text        NOT NULL,
    department_id   uuid        NOT NULL,
    practitioner_id uuid,
    clinic_kind     text        NOT NULL
                    CHECK (clinic_kind IN ('general', 'expert', 'special', 'disease_clinic')),
    on_day          date        NOT NULL,
    fee_rule_id     uuid        NOT NULL REFERENCES public.rules,
    slot_rule_id    uuid        NOT NULL REFERENCES public.rules,
    content_digest  bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (city, session_id),
    UNIQUE (city, agency_id, session_no),
    FOREIGN KEY (city, department_id) REFERENCES hospital.departments,
    FOREIGN KEY (city, practitioner_id) REFERENCES hospital.practitioners
);
CREATE INDEX schedules_by_day ON hospital.schedules (city, agency_id, on_day);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    -- The first line that fits decides; a line without a level, kind or title fits all of them.
    ('01999999-0000-7000-8000-000000161001', 'hospital.clinic_fee', 330100, '2026-01-01', NULL,
     '{"currency": "CNY", "fees": [
        {"clinic_kind": "special", "amount_minor": 30000},
        {"level": 3, "clinic_kind": "expert", "title": "chief", "amount_minor": 5000},
        {"level": 3, "clinic_kind": "expert", "title": "associate_chief", "amount_minor": 3000},
        {"clinic_kind": "expert", "amount_minor": 2500},
        {"clinic_kind": "disease_clinic", "amount_minor": 2500},
        {"level": 3, "clinic_kind": "general", "amount_minor": 1500},
        {"clinic_kind": "general", "amount_minor": 1000}]}',
     'Made up for the demonstration; a hospital publishes its prices (Price Law, article 13)',
     '演示数据；医院应当明码标价（《价格法》第十三条）', '2026-11-22'),
    -- How finely hospitals of a level and above divide a session, and how much of it there can be.
    ('01999999-0000-7000-8000-000000161002', 'hospital.session_slots', NULL, '2022-06-01', NULL,
     '{"level": 2, "max_minutes": 30, "max_minutes_below": 60, "max_slots": 48,
       "max_places_per_slot": 60, "days_ahead": 180, "parts": {
        "morning": {"from": "06:00", "to": "13:00"},
        "afternoon": {"from": "12:00", "to": "18:30"},
        "evening": {"from": "17:00", "to": "22:00"},
        "day": {"from": "06:00", "to": "22:00"}}}',
     'Provisional Rules for the Quality of Outpatient Care (National Health Commission, 2022, No. 8), booking by periods; 30 minutes as in the Beijing norm of 2023',
     '《医疗机构门诊质量管理暂行规定》（国卫办医发〔2022〕8号）分时段预约；30分钟参照北京市2023年预约诊疗规范', '2026-11-22'),
    -- What is published of how a hospital receives people: figures of fewer people than that are not.
    ('01999999-0000-7000-8000-000000161003', 'hospital.statistics', NULL, '2021-11-01', NULL,
     '{"smallest_cell": 10, "seen_within_minutes": 30, "max_days": 366}',
     'Personal Information Protection Law, articles 4 and 73 (anonymous information); Provisional Rules for the Quality of Outpatient Care (2022, No. 8), share seen within 30 minutes',
     '《个人信息保护法》第四条、第七十三条（匿名化）；《医疗机构门诊质量管理暂行规定》（国卫办医发〔2022〕8号）30分钟内就诊率', '2026-11-22');
