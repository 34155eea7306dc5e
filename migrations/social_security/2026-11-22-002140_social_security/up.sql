CREATE SCHEMA social_security;

-- For how long a sign-in goes on after its proof: the same person, the same agency.
CREATE TABLE social_security.viewings (
    city       integer     NOT NULL,
    session_id uuid        NOT NULL,
    agency_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    ends_at    timestamptz NOT NULL,
    PRIMARY KEY (city, session_id, agency_id)
);
CREATE INDEX viewings_by_end ON social_security.viewings (ends_at);

-- What somebody without an employer orders to pay in: the same base for each of some months in a row.
-- What is owed and whether it is paid is the bill's business.
CREATE TABLE social_security.orders (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    person_id    uuid        NOT NULL,
    bill_id      uuid        NOT NULL,
    -- The version of the rule that set rates and bounds.
    rule_id      uuid        NOT NULL REFERENCES public.rules,
    state        text        NOT NULL
                 CHECK (state IN ('ordered', 'paid', 'reported', 'expired', 'cancelled')),
    base_minor   bigint      NOT NULL CHECK (base_minor > 0),
    first_month  date        NOT NULL CHECK (extract(day FROM first_month) = 1),
    months       smallint    NOT NULL CHECK (months BETWEEN 1 AND 12),
    amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
    pay_by       timestamptz NOT NULL,
    ordered_at   timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, bill_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX orders_of_person ON social_security.orders (person_id, id DESC);

-- What an order comes to by insurance, for each month.
CREATE TABLE social_security.order_lines (
    city          integer  NOT NULL,
    order_id      uuid     NOT NULL,
    kind          text     NOT NULL
                  CHECK (kind IN ('pension', 'medical', 'unemployment', 'injury', 'maternity')),
    rate_bp       integer  NOT NULL CHECK (rate_bp BETWEEN 1 AND 10000),
    monthly_minor bigint   NOT NULL CHECK (monthly_minor > 0),
    PRIMARY KEY (city, order_id, kind),
    FOREIGN KEY (city, order_id) REFERENCES social_security.orders
);

-- The months that orders stand for, until they expire or are cancelled: none is paid twice.
CREATE TABLE social_security.order_months (
    city      integer NOT NULL,
    agency_id uuid    NOT NULL,
    person_id uuid    NOT NULL,
    kind      text    NOT NULL,
    month     date    NOT NULL,
    order_id  uuid    NOT NULL,
    PRIMARY KEY (city, agency_id, person_id, kind, month),
    FOREIGN KEY (city, order_id, kind) REFERENCES social_security.order_lines
);
CREATE INDEX order_months_of_order ON social_security.order_months (city, order_id, kind);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000214001', 'social_security.pension.minimum', NULL,
     '2025-01-01', NULL,
     $json${"months": 180, "rises_from_year": 2030, "step_months": 6, "months_max": 240}$json$,
     'Social Insurance Law, article 16; Decision of the NPC Standing Committee of 13 September 2024 on raising the retirement age, State Council Measures, article 2',
     '《社会保险法》第十六条；《全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定》（2024年9月13日）所附《国务院关于渐进式延迟法定退休年龄的办法》第二条',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000214002', 'social_security.pension.age', NULL,
     '2025-01-01', NULL,
     $json${
       "groups": [
         {
           "group": "men",
           "age_months": 720,
           "first_birth": "1965-01",
           "step_months": 4,
           "delay_max": 36
         },
         {
           "group": "women_55",
           "age_months": 660,
           "first_birth": "1970-01",
           "step_months": 4,
           "delay_max": 36
         },
         {
           "group": "women_50",
           "age_months": 600,
           "first_birth": "1975-01",
           "step_months": 2,
           "delay_max": 60
         }
       ]
     }$json$,
     'Decision of the NPC Standing Committee of 13 September 2024 on raising the retirement age, State Council Measures, article 1 and tables',
     '《全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定》（2024年9月13日）所附《国务院关于渐进式延迟法定退休年龄的办法》第一条及附表',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000214003', 'social_security.pension.formula', NULL,
     '2006-01-01', NULL,
     $json${
       "per_year_bp": 100,
       "account_rate_bp": 800,
       "divisors_from_age": 40,
       "divisors": [
         233,
         230,
         226,
         223,
         220,
         216,
         212,
         208,
         204,
         199,
         195,
         190,
         185,
         180,
         175,
         170,
         164,
         158,
         152,
         145,
         139,
         132,
         125,
         117,
         109,
         101,
         93,
         84,
         75,
         65,
         56
       ]
     }$json$,
     'State Council Decision 38 of 2005 on the basic pension insurance of enterprise employees, items 3 and 6 and annex; Social Insurance Law, article 15',
     '《国务院关于完善企业职工基本养老保险制度的决定》（国发〔2005〕38号）第三条、第六条及附件；《社会保险法》第十五条',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000214004', 'social_security.arrears', NULL,
     '2011-07-01', NULL, $json${"per_day_bp": 5}$json$,
     'Social Insurance Law, articles 60, 63 and 86', '《社会保险法》第六十条、第六十三条、第八十六条',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000214005', 'social_security.pension.reference', 410100,
     '2025-01-01', NULL, $json${"wage_minor": 673800, "of_year": 2025}$json$,
     'Practice of Henan for 2025, as public calculators give it; not compared with an official text',
     '河南省2025年度养老金计发基数（实务口径，据公开测算工具，未与正式文件核对）', '2026-11-23'),
    ('01999999-0000-7000-8000-000000214006', 'social_security.pension.reference', 110000,
     '2024-01-01', NULL, $json${"wage_minor": 1188300, "of_year": 2024}$json$,
     'Practice of Beijing for 2024; not compared with an official text',
     '北京市2024年度养老金计发基数（实务口径，未与正式文件核对）', '2026-11-23'),
    ('01999999-0000-7000-8000-000000214007', 'social_security.flexible', 410100,
     '2025-01-01', NULL,
     $json${
       "rates": [{"kind": "pension", "rate_bp": 2000}],
       "base_min_minor": 383100,
       "base_max_minor": 1915500,
       "base_step_minor": 100,
       "months_max": 12,
       "pay_within_hours": 72
     }$json$,
     'State Council Decision 38 of 2005, item 3; General Office of the State Council 13 of 2019; bounds: practice of Henan for 2025 (Henan HRSS Office 67 of 2025, as public compilations give it)',
     '国发〔2005〕38号第三条；国办发〔2019〕13号；上下限为河南省2025年度实务口径（豫人社办〔2025〕67号，据公开汇编）',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000214008', 'social_security.flexible', 110000,
     '2025-07-01', NULL,
     $json${
       "rates": [{"kind": "pension", "rate_bp": 2000}, {"kind": "unemployment", "rate_bp": 100}],
       "base_min_minor": 716200,
       "base_max_minor": 3581100,
       "base_step_minor": 100,
       "months_max": 12,
       "pay_within_hours": 72
     }$json$,
     'State Council Decision 38 of 2005, item 3; General Office of the State Council 13 of 2019; bounds and unemployment rate: practice of Beijing for 2025, not compared with an official text',
     '国发〔2005〕38号第三条；国办发〔2019〕13号；上下限及失业保险费率为北京市2025年度实务口径，未与正式文件核对',
     '2026-11-23');
