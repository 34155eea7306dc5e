-- Somebody's visit of a day: an encounter. Whoever holds the row's lock is the only one who changes
-- its turns, orders, steps and events.
CREATE TABLE hospital.visits (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    account_id      uuid,
    appointment_id  uuid,
    department_id   uuid        NOT NULL,
    practitioner_id uuid,
    on_day          date        NOT NULL,
    starts_at       timestamptz,
    ends_at         timestamptz CHECK (ends_at > starts_at),
    priority        text,
    state           text        NOT NULL
                    CHECK (state IN ('arrived', 'in_progress', 'finished', 'void')),
    end_reason      text        CHECK (end_reason IN ('calls_missed', 'not_continued')),
    rounds          smallint    NOT NULL DEFAULT 0 CHECK (rounds >= 0),
    last_event      bigint      NOT NULL DEFAULT 0 CHECK (last_event >= 0),
    arrived_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    PRIMARY KEY (city, id),
    UNIQUE (city, appointment_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK ((state = 'void') = (end_reason IS NOT NULL)),
    CHECK ((state IN ('finished', 'void')) = (ended_at IS NOT NULL))
);
CREATE INDEX visits_of_person ON hospital.visits (person_id, id DESC);
CREATE INDEX visits_of_day ON hospital.visits (city, agency_id, on_day, department_id);

-- A station's queue of a day. Its row is locked while somebody is called.
CREATE TABLE hospital.queues (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    station_no      text        NOT NULL,
    on_day          date        NOT NULL,
    station         text        NOT NULL
                    CHECK (station IN ('consultation', 'laboratory', 'imaging', 'pharmacy')),
    department_id   uuid        CHECK (department_id IS NULL OR station = 'consultation'),
    practitioner_id uuid,
    letter          text        NOT NULL,
    name_en         text        NOT NULL,
    name_zh         text        NOT NULL,
    place_en        text        NOT NULL,
    place_zh        text        NOT NULL,
    opens_at        timestamptz NOT NULL,
    closes_at       timestamptz NOT NULL CHECK (closes_at > opens_at),
    rooms           smallint    NOT NULL CHECK (rooms BETWEEN 0 AND 100),
    calls           bigint      NOT NULL DEFAULT 0 CHECK (calls >= 0),
    priority_run    smallint    NOT NULL DEFAULT 0 CHECK (priority_run >= 0),
    firsts_run      smallint    NOT NULL DEFAULT 0 CHECK (firsts_run >= 0),
    started_at      timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, on_day, station_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, department_id) REFERENCES hospital.departments,
    CHECK ((station = 'consultation') = (department_id IS NOT NULL))
);

-- The last number given out. A row of its own: a number is drawn while a visit is locked, and a
-- queue is locked before any visit.
CREATE TABLE hospital.queue_numbers (
    city     integer NOT NULL,
    queue_id uuid    NOT NULL,
    last_no  integer NOT NULL CHECK (last_no >= 0),
    PRIMARY KEY (city, queue_id)
);

-- A turn in a queue: the number somebody waits with.
CREATE TABLE hospital.queue_entries (
    city        integer     NOT NULL,
    id          uuid        NOT NULL,
    queue_id    uuid        NOT NULL,
    visit_id    uuid        NOT NULL,
    step        text        NOT NULL,
    subject_id  uuid        NOT NULL,
    number      integer     NOT NULL CHECK (number > 0),
    kind        text        NOT NULL CHECK (kind IN ('first', 'return')),
    lane        text        NOT NULL CHECK (lane IN ('critical', 'priority', 'regular')),
    state       text        NOT NULL
                CHECK (state IN ('waiting', 'called', 'serving', 'done', 'void', 'withdrawn')),
    turn_at     timestamptz NOT NULL,
    arrived_at  timestamptz NOT NULL,
    back_until  bigint,
    misses      smallint    NOT NULL DEFAULT 0 CHECK (misses >= 0),
    times_called smallint   NOT NULL DEFAULT 0 CHECK (times_called >= 0),
    room        text,
    near_at     timestamptz,
    called_at   timestamptz,
    served_at   timestamptz,
    done_at     timestamptz,
    PRIMARY KEY (city, id),
    UNIQUE (city, queue_id, number),
    UNIQUE (city, visit_id, step, subject_id),
    FOREIGN KEY (city, queue_id) REFERENCES hospital.queues,
    FOREIGN KEY (city, visit_id) REFERENCES hospital.visits
);
CREATE INDEX entries_waiting ON hospital.queue_entries (city, queue_id, turn_at, number)
    WHERE state = 'waiting';
CREATE INDEX entries_at_work ON hospital.queue_entries (city, queue_id)
    WHERE state IN ('called', 'serving');
CREATE INDEX entries_served ON hospital.queue_entries (city, queue_id, done_at DESC)
    WHERE state = 'done';

-- What the doctor wants done. Its words tell of somebody's health, and are sealed.
CREATE TABLE hospital.orders (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    visit_id       uuid        NOT NULL,
    order_no       text        NOT NULL,
    kind           text        NOT NULL
                   CHECK (kind IN ('laboratory', 'imaging', 'prescription')),
    station_no     text        NOT NULL,
    round          smallint    NOT NULL CHECK (round >= 0),
    words_sealed   bytea       NOT NULL,
    content_digest bytea       NOT NULL,
    ready_minutes  integer     CHECK (ready_minutes > 0),
    placed_at      timestamptz NOT NULL,
    resulted_at    timestamptz,
    dispensed_at   timestamptz,
    cancelled_at   timestamptz,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, order_no),
    FOREIGN KEY (city, visit_id) REFERENCES hospital.visits
);
CREATE INDEX orders_of_visit ON hospital.orders (city, visit_id, id);

-- The plan of a visit as it was computed last.
CREATE TABLE hospital.steps (
    city       integer     NOT NULL,
    visit_id   uuid        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('consult', 'pay', 'laboratory', 'imaging',
                                                    'result', 'return_consult', 'pharmacy')),
    subject_id uuid        NOT NULL,
    position   smallint    NOT NULL,
    state      text        NOT NULL CHECK (state IN ('planned', 'ready', 'queued', 'called', 'done',
                                                     'skipped', 'missed')),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (city, visit_id, kind, subject_id),
    FOREIGN KEY (city, visit_id) REFERENCES hospital.visits
);

-- What happened in a visit, in its own order: whoever follows it resumes from a number.
CREATE TABLE hospital.plan_events (
    city        integer     NOT NULL,
    visit_id    uuid        NOT NULL,
    seq         bigint      NOT NULL CHECK (seq > 0),
    kind        text        NOT NULL,
    data        jsonb       NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (city, visit_id, seq)
);
REVOKE UPDATE, DELETE, TRUNCATE ON hospital.plan_events FROM CURRENT_USER;

-- What somebody was told by letter, each at most once.
CREATE TABLE hospital.announcements (
    city     integer     NOT NULL,
    visit_id uuid        NOT NULL,
    turn     text        NOT NULL,
    told_at  timestamptz NOT NULL,
    PRIMARY KEY (city, visit_id, turn)
);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000170001', 'hospital.queue.check_in', NULL, '2022-06-01', NULL,
     '{"opens_minutes_before": 30,
       "until": {"morning": "11:30", "afternoon": "16:30", "evening": null, "day": null}}',
     'Rules on the quality of outpatient care (for trial use, 2022): care by time windows, management of those who do not come; half an hour before the window and until 11:30 or 16:30, as hospitals announce it',
     '《医疗机构门诊质量管理暂行规定》（2022年）：分时段就诊、爽约管理；提前30分钟取号，上午至11:30、下午至16:30，依医院公告', '2026-11-22'),
    ('01999999-0000-7000-8000-000000170002', 'hospital.queue.missed', NULL, '2022-06-01', NULL,
     '{"ladder": [{"back": 5}, {"back": 5}, "last"]}',
     'Hospitals'' notices on missed calls: five places back at the first and the second, to the end at the third, void after that',
     '医院过号公告：第一次、第二次过号各顺延5位，第三次排至末位，再次过号作废', '2026-11-22'),
    ('01999999-0000-7000-8000-000000170003', 'hospital.queue.interleave', NULL, '2022-06-01', NULL,
     '{"firsts_per_return": 2, "when_returns_outnumber": 1}',
     'Hospitals'' notices on returning with results: two first visits, then one return; one to one when those who return are more',
     '医院回诊公告：初诊与回诊按2∶1穿插叫号，回诊人数多于初诊时按1∶1', '2026-11-22'),
    ('01999999-0000-7000-8000-000000170004', 'hospital.queue.priority', NULL, '2022-06-01', NULL,
     '{"critical": ["critically_ill"],
       "priority": ["over_80", "soldier", "firefighter", "disabled", "pregnant"],
       "at_most_in_a_row": 2}',
     'Hospitals'' notices on priority: the critically ill, people over 80, soldiers, fire-fighters, disabled and pregnant people; how many in a row is the city''s own figure',
     '医院优先就诊公告：危急重症患者、80岁以上老人、军人、消防救援人员、残疾人、孕妇优先；连续优先人数为本市配置', '2026-11-22'),
    ('01999999-0000-7000-8000-000000170005', 'hospital.queue.estimate', NULL, '2022-06-01', NULL,
     '{"samples": 40, "weight": 4,
       "usual_seconds": {"consultation": 360, "laboratory": 120, "imaging": 480, "pharmacy": 90}}',
     'Rules on the quality of outpatient care (for trial use, 2022): more people seen within half an hour of arrival; the figures are the city''s own',
     '《医疗机构门诊质量管理暂行规定》（2022年）：提高患者到院30分钟内就诊率；参数为本市配置', '2026-11-22'),
    ('01999999-0000-7000-8000-000000170006', 'hospital.queue.announce', NULL, '2022-06-01', NULL,
     '{"ahead": 3}',
     'Rules on the quality of outpatient care (for trial use, 2022): patients are informed; the figure is the city''s own',
     '《医疗机构门诊质量管理暂行规定》（2022年）：就诊信息告知；参数为本市配置', '2026-11-22');
