CREATE SCHEMA traffic;

-- A penalty decision as the traffic police served it. What is owed and whether it is paid is the
-- bill's business.
CREATE TABLE traffic.decisions (
    city              integer     NOT NULL,
    id                uuid        NOT NULL,
    agency_id         uuid        NOT NULL,
    decision_no       text        NOT NULL CHECK (decision_no ~ '^[0-9]{16}$'),
    plate             text        NOT NULL,
    violation_code    text        NOT NULL,
    violation_en      text        NOT NULL,
    violation_zh      text        NOT NULL,
    place             text        NOT NULL,
    violated_at       timestamptz NOT NULL,
    served_on         date        NOT NULL,
    points            smallint    NOT NULL CHECK (points BETWEEN 0 AND 12),
    person_id         uuid        NOT NULL,
    bill_id           uuid        NOT NULL,
    payment_rule_id   uuid        NOT NULL REFERENCES public.rules,
    surcharge_rule_id uuid        NOT NULL REFERENCES public.rules,
    content_digest    bytea       NOT NULL,
    created_at        timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, decision_no),
    UNIQUE (city, bill_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX decisions_of_person ON traffic.decisions (person_id, id DESC);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000000001', 'traffic.fine.payment_period', NULL, '2021-07-15', NULL,
     '{"length_days": 15, "day_kind": "calendar", "roll": "next_working_day"}',
     'Administrative Penalty Law, articles 67 and 85; Civil Code, article 203',
     '《行政处罚法》第六十七条、第八十五条；《民法典》第二百零三条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000000002', 'traffic.fine.surcharge', NULL, '2021-07-15', NULL,
     '{"basis_points_per_day": 300, "cap_basis_points": 10000}',
     'Administrative Penalty Law, article 72(1); Road Traffic Safety Law, article 109',
     '《行政处罚法》第七十二条第一款第一项；《道路交通安全法》第一百零九条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000000003', 'traffic.fine.range', NULL, '2021-04-29', NULL,
     '{"min_minor": 2000, "max_minor": 200000}',
     'Road Traffic Safety Law, articles 90 and 99', '《道路交通安全法》第九十条、第九十九条', '2026-11-22');
