CREATE SCHEMA listed;

-- What a register of an agency says that somebody owes, and the bill of the gateway that stands for
-- it. What is owed, until when, and whether it is paid is the bill's business. A bill that was taken
-- back and is owed again has another: the row names the last one.
CREATE TABLE listed.bills (
    city        integer     NOT NULL,
    id          uuid        NOT NULL,
    listing_id  uuid        NOT NULL,
    -- The version of the listing under which it was fetched first.
    version     integer     NOT NULL CHECK (version > 0),
    agency_id   uuid        NOT NULL,
    -- The register's own number.
    external_no text        NOT NULL CHECK (char_length(external_no) BETWEEN 1 AND 64),
    person_id   uuid        NOT NULL,
    bill_id     uuid        NOT NULL,
    fetched_at  timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    -- One number is one debt, whoever asks.
    CONSTRAINT bills_external_no UNIQUE (city, listing_id, external_no),
    UNIQUE (city, bill_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX bills_of_person ON listed.bills (person_id, id DESC);

-- An appointment of booking, under its number there, and the listing that it was made for. Where it
-- stands is booking's business.
CREATE TABLE listed.appointments (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    listing_id uuid        NOT NULL,
    version    integer     NOT NULL CHECK (version > 0),
    agency_id  uuid        NOT NULL,
    office_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    -- Whether it keeps the person from making another for the same listing.
    open       boolean     NOT NULL,
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, office_id) REFERENCES public.offices
);
CREATE UNIQUE INDEX appointments_open ON listed.appointments (city, listing_id, person_id)
    WHERE open;
CREATE INDEX appointments_of_person ON listed.appointments (person_id, id DESC);

-- How booking gives the places of listed services. When one can be had, and until when it can be
-- given up without a strike, each listing says itself: these bounds are the widest.
INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000222001', 'listed.booking.release', NULL, '2025-01-01', NULL,
     $json${"days_ahead": 366, "at": "00:00"}$json$,
     'Rule of this gateway: how far ahead an appointment can be made stands in the listing',
     '本平台规则：可提前预约的天数以服务事项公布的为准', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222002', 'listed.booking.close', NULL, '2025-01-01', NULL,
     $json${"minutes_before": 0}$json$,
     'Rule of this gateway: how much notice an office wants stands in the listing',
     '本平台规则：需提前预约的时间以服务事项公布的为准', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222003', 'listed.booking.quota', NULL, '2025-01-01', NULL,
     $json${"limits": [{"scope": "city", "window": "day", "max": 5}]}$json$,
     'Rule of this gateway against the trade in places: five appointments a day for one person; of one listing, one '
     'at a time',
     '本平台防倒号规则：每人每日限5个预约，同一事项同时限1个', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222004', 'listed.booking.hold', NULL, '2025-01-01', NULL,
     $json${"minutes": 15}$json$,
     'Rule of this gateway: an appointment with a listed service has no fee, so nothing is held for one',
     '本平台规则：服务事项预约不收费，无须缴费保留', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222005', 'listed.booking.cancel', NULL, '2025-01-01', NULL,
     $json${"minutes_before": 0}$json$,
     'Rule of this gateway: an appointment can be given up until it begins; until when without a strike stands in '
     'the listing',
     '本平台规则：预约开始前均可取消；不计失约的取消时限以服务事项公布的为准', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222006', 'listed.booking.giveback', NULL, '2025-01-01', NULL,
     $json${"min_minutes": 5, "max_minutes": 120}$json$,
     'Rule of this gateway against the trade in places: what is given back is offered again after a random while',
     '本平台防倒号规则：退回的预约名额随机延时后重新放出', '2026-11-23'),
    ('01999999-0000-7000-8000-000000222007', 'listed.booking.waitlist', NULL, '2025-01-01', NULL,
     $json${"max_length": 0, "pay_minutes": 60, "closes": {"minutes_before": 0}}$json$,
     'Rule of this gateway: nobody waits for a place of a listed service', '本平台规则：服务事项预约不设候补',
     '2026-11-23'),
    ('01999999-0000-7000-8000-000000222008', 'listed.booking.strike', NULL, '2025-01-01', NULL,
     $json${
       "kinds": ["no_show", "late_cancel"],
       "steps": [{"strikes": 3, "within": {"days": 90}, "blocked": {"days": 30}}],
       "expires_days": 180,
       "objection_days": 30
     }$json$,
     'Rule of this gateway: who misses three appointments in ninety days, or gives them up too late, is received at '
     'the counter for thirty; agencies publish ladders of their own',
     '本平台规则：90日内失约或逾时取消满3次的，30日内请直接到窗口办理；各机构另有规定的从其规定', '2026-11-23');
