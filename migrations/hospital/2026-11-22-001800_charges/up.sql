-- What a hospital charges for a part of a visit, as its system sent it. Whoever holds the row's lock
-- is the only one who changes anything of the charge, its settlements and refunds. Amounts are in
-- fen: medical insurance knows no other currency.
CREATE TABLE hospital.charges (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    visit_id       uuid        NOT NULL,
    charge_no      text        NOT NULL,
    person_id      uuid        NOT NULL,
    payer_id       uuid,
    -- What it is for, line by line: it tells of somebody's health.
    details_sealed bytea       NOT NULL,
    total_minor    bigint      NOT NULL CHECK (total_minor > 0),
    state          text        NOT NULL CHECK (state IN ('open', 'settling', 'withdrawn')),
    settlement_id  uuid        CHECK ((settlement_id IS NOT NULL) = (state = 'settling')),
    open_reason    text,
    content_digest bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, charge_no),
    FOREIGN KEY (city, visit_id) REFERENCES hospital.visits
);
CREATE INDEX charges_of_person ON hospital.charges (person_id, id DESC);
CREATE INDEX charges_of_visit ON hospital.charges (city, visit_id, id);

-- What a charge is made up of (FHIR: ChargeItem).
CREATE TABLE hospital.charge_lines (
    city             integer  NOT NULL,
    charge_id        uuid     NOT NULL,
    n                smallint NOT NULL CHECK (n > 0),
    service          text     NOT NULL
                     CHECK (service IN ('registration', 'consultation', 'drug', 'laboratory', 'imaging',
                                        'treatment', 'surgery', 'bed', 'nursing', 'material', 'other')),
    class            text     NOT NULL CHECK (class IN ('a', 'b', 'c')),
    quantity         integer  NOT NULL CHECK (quantity > 0),
    unit_price_minor bigint   NOT NULL CHECK (unit_price_minor > 0),
    amount_minor     bigint   NOT NULL CHECK (amount_minor = quantity * unit_price_minor),
    PRIMARY KEY (city, charge_id, n),
    FOREIGN KEY (city, charge_id) REFERENCES hospital.charges
);

-- An attempt to settle a charge: who pays what of it, and how far that has come. The credential is
-- kept until the insurer has answered.
CREATE TABLE hospital.settlements (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    charge_id       uuid        NOT NULL,
    method          text        NOT NULL CHECK (method IN ('insurance', 'self_pay')),
    credential      text        NOT NULL,
    state           text        NOT NULL
                    CHECK (state IN ('asked', 'pre_settled', 'paid', 'settled', 'partly_refunded',
                                     'refunded', 'refused', 'reversing', 'reversed')),
    reason          text,
    insurance_minor bigint      NOT NULL CHECK (insurance_minor >= 0),
    cash_minor      bigint      NOT NULL CHECK (cash_minor >= 0),
    bill_id         uuid,
    on_credit       boolean     NOT NULL,
    cash_paid_at    timestamptz,
    receipt_no      text        CHECK (receipt_no ~ '^[0-9]{24}$'),
    receipt_at      timestamptz CHECK ((receipt_no IS NULL) = (receipt_at IS NULL)),
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, bill_id),
    UNIQUE (city, receipt_no),
    FOREIGN KEY (city, charge_id) REFERENCES hospital.charges
);
CREATE INDEX settlements_of_charge ON hospital.settlements (city, charge_id, id);
CREATE INDEX settlements_on_credit ON hospital.settlements (city, charge_id)
    WHERE on_credit AND cash_paid_at IS NULL;

-- Who pays what of a line. Together it is the line, exact to the fen.
CREATE TABLE hospital.settlement_lines (
    city                   integer  NOT NULL,
    settlement_id          uuid     NOT NULL,
    n                      smallint NOT NULL CHECK (n > 0),
    out_of_catalogue_minor bigint   NOT NULL CHECK (out_of_catalogue_minor >= 0),
    category_b_self_minor  bigint   NOT NULL CHECK (category_b_self_minor >= 0),
    deductible_used_minor  bigint   NOT NULL CHECK (deductible_used_minor >= 0),
    pool_minor             bigint   NOT NULL CHECK (pool_minor >= 0),
    large_amount_minor     bigint   NOT NULL CHECK (large_amount_minor >= 0),
    assistance_minor       bigint   NOT NULL CHECK (assistance_minor >= 0),
    account_minor          bigint   NOT NULL CHECK (account_minor >= 0),
    cash_minor             bigint   NOT NULL CHECK (cash_minor >= 0),
    refund_id              uuid,
    PRIMARY KEY (city, settlement_id, n),
    FOREIGN KEY (city, settlement_id) REFERENCES hospital.settlements
);

-- Lines that the hospital took back after they were settled. The cash is with the payer when the row
-- is; the insurer is told until it is known that it has its part back.
CREATE TABLE hospital.charge_refunds (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    settlement_id   uuid        NOT NULL,
    refund_no       text        NOT NULL,
    reason          text        NOT NULL,
    cash_minor      bigint      NOT NULL CHECK (cash_minor >= 0),
    insurance_minor bigint      NOT NULL CHECK (insurance_minor >= 0),
    state           text        NOT NULL CHECK (state IN ('returning', 'done')),
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, settlement_id, refund_no),
    FOREIGN KEY (city, settlement_id) REFERENCES hospital.settlements
);

-- Somebody who pays after the visit. Whoever holds the row's lock is the only one who grants more.
CREATE TABLE hospital.credit_takers (
    city      integer NOT NULL,
    person_id uuid    NOT NULL,
    grants    bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (city, person_id)
);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000001801', 'hospital.insurance.outpatient', NULL, '2021-04-22', NULL,
     '{"deductible_minor": 0, "pool_basis_points": 5000, "cap_minor": 200000, "class_b_basis_points": 1000}',
     'State Council General Office, Guiding Opinions on Outpatient Mutual Aid of Employee Medical Insurance (2021 No. 14): the pool reimburses at least 50%',
     '《国务院办公厅关于建立健全职工基本医疗保险门诊共济保障机制的指导意见》（国办发〔2021〕14号）：统筹基金支付比例从50%起步', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001802', 'hospital.insurance.outpatient', 330100, '2021-07-01', NULL,
     '{"deductible_minor": 30000, "pool_basis_points": 7000, "cap_minor": 500000, "class_b_basis_points": 1000}',
     'Zhejiang Medical Security Regulation, article 32: deductible, ratio and cap are set by the pooling region',
     '《浙江省医疗保障条例》第三十二条：起付标准、支付比例和最高支付限额由统筹地区确定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001803', 'hospital.insurance.pre_settlement', NULL, '2021-07-01', NULL,
     '{"valid_minutes": 30}',
     'Zhejiang Medical Security Regulation, article 32 (settlement in the hospital); how long a split stands is set by this gateway',
     '《浙江省医疗保障条例》第三十二条（院内直接结算）；预结算有效时间由本平台设定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001804', 'hospital.credit', 330100, '2020-01-01', NULL,
     '{"limit_minor": 100000, "days": 10, "stops_after_days_late": 7}',
     'Hangzhou "Carefree Healthcare": credit of up to CNY 1,000, without interest for 10 days; it stops when a payment is more than 7 days late',
     '杭州市“舒心就医”：信用额度1000元，10天免息；逾期超过7天停止服务', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001805', 'hospital.deposit', NULL, '2025-03-31', NULL,
     '{"max_minor": 2000000, "days": 30}',
     'Notice on Prepayments of Public Hospitals (NHC, 2025 No. 5): none is taken from outpatients; a deposit stays in the patient''s own wallet, and this gateway sets how much and how long',
     '《关于规范公立医疗机构预交金管理工作的通知》（国卫办财务发〔2025〕5号）：停止收取门诊预交金；押金仅在患者本人钱包内冻结，额度和期限由本平台设定', '2026-11-22');
