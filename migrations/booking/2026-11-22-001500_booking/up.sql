CREATE SCHEMA booking;

-- A stretch of time in which somebody receives people: a doctor's morning, an office's day. The
-- rules are those in force when it was opened, and stay.
CREATE TABLE booking.sessions (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    service        text        NOT NULL,
    external_no    text        NOT NULL,
    unit_id        uuid        NOT NULL,
    provider_id    uuid,
    grade          text        NOT NULL,
    title_en       text        NOT NULL,
    title_zh       text        NOT NULL,
    place_en       text        NOT NULL,
    place_zh       text        NOT NULL,
    on_day         date        NOT NULL,
    part           text        NOT NULL CHECK (part IN ('morning', 'afternoon', 'evening', 'day')),
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL CHECK (ends_at > starts_at),
    fee_minor      bigint      NOT NULL CHECK (fee_minor >= 0),
    currency       text        NOT NULL,
    allocation     text        NOT NULL CHECK (allocation IN ('first_come', 'draw')),
    releases_at    timestamptz NOT NULL,
    closes_at      timestamptz NOT NULL,
    draws_at       timestamptz CHECK ((draws_at IS NOT NULL) = (allocation = 'draw')),
    quota_rule_id  uuid        NOT NULL REFERENCES public.rules,
    hold_rule_id   uuid        NOT NULL REFERENCES public.rules,
    cancel_rule_id uuid        NOT NULL REFERENCES public.rules,
    giveback_rule_id uuid        NOT NULL REFERENCES public.rules,
    waitlist_rule_id uuid      NOT NULL REFERENCES public.rules,
    strike_rule_id uuid        NOT NULL REFERENCES public.rules,
    state          text        NOT NULL CHECK (state IN ('open', 'stopped')),
    stop_reason    text,
    content_digest bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, service, external_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX sessions_of_unit ON booking.sessions (city, unit_id, on_day);
CREATE INDEX sessions_of_provider ON booking.sessions (city, provider_id, on_day);

-- A window of a session within which somebody is seen.
CREATE TABLE booking.slots (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    session_id uuid        NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (city, id),
    UNIQUE (city, session_id, starts_at),
    FOREIGN KEY (city, session_id) REFERENCES booking.sessions
);

-- The places of a slot for those who come through one channel. What cools was given back and is
-- offered again after a while.
CREATE TABLE booking.places (
    city     integer  NOT NULL,
    slot_id  uuid     NOT NULL,
    channel  text     NOT NULL CHECK (channel IN ('app', 'onsite', 'partner')),
    capacity smallint NOT NULL CHECK (capacity >= 0),
    taken    smallint NOT NULL DEFAULT 0 CHECK (taken >= 0),
    cooling  smallint NOT NULL DEFAULT 0 CHECK (cooling >= 0),
    PRIMARY KEY (city, slot_id, channel),
    FOREIGN KEY (city, slot_id) REFERENCES booking.slots,
    CHECK (taken + cooling <= capacity)
);

-- A place that came back and cools: when it is offered again.
CREATE TABLE booking.givebacks (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    slot_id    uuid        NOT NULL,
    channel    text        NOT NULL,
    offered_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, slot_id, channel) REFERENCES booking.places
);

-- Somebody who books in a city. Whoever holds the row's lock is the only one who books for them.
CREATE TABLE booking.bookers (
    city      integer NOT NULL,
    person_id uuid    NOT NULL,
    bookings  bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (city, person_id)
);

-- Somebody's place. Held until its bill is paid, where there is a fee; the bill decides.
CREATE TABLE booking.appointments (
    city          integer     NOT NULL,
    id            uuid        NOT NULL,
    agency_id     uuid        NOT NULL,
    service       text        NOT NULL,
    session_id    uuid        NOT NULL,
    slot_id       uuid        NOT NULL,
    channel       text        NOT NULL,
    unit_id       uuid        NOT NULL,
    person_id     uuid        NOT NULL,
    account_id    uuid,
    on_day        date        NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    origin        text        NOT NULL
                  CHECK (origin IN ('claim', 'waitlist', 'draw', 'offer', 'onsite', 'referral')),
    state         text        NOT NULL
                  CHECK (state IN ('held', 'booked', 'arrived', 'fulfilled', 'cancelled', 'expired', 'no_show')),
    bill_id       uuid,
    held_until    timestamptz,
    cancelled_by  text        CHECK (cancelled_by IN ('citizen', 'agency')),
    cancel_reason text,
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, bill_id),
    FOREIGN KEY (city, slot_id, channel) REFERENCES booking.places,
    CHECK ((state = 'cancelled') = (cancelled_by IS NOT NULL))
);
-- One place of a session for a person, whatever a quota says.
CREATE UNIQUE INDEX one_place_of_a_session ON booking.appointments (city, person_id, session_id)
    WHERE state IN ('held', 'booked', 'arrived');
CREATE INDEX appointments_of_person ON booking.appointments (person_id, id DESC);
CREATE INDEX appointments_by_day ON booking.appointments (city, person_id, on_day);
CREATE INDEX appointments_of_agency ON booking.appointments (city, agency_id, service, on_day);
CREATE INDEX appointments_of_session ON booking.appointments (city, session_id, starts_at);

-- Letters that were put in the post: each is sent once.
CREATE TABLE booking.letters (
    city           integer     NOT NULL,
    appointment_id uuid        NOT NULL,
    about          text        NOT NULL,
    written_at     timestamptz NOT NULL,
    PRIMARY KEY (city, appointment_id, about)
);

-- Those who wait for a place of a session that is sold out. Ranks come from a draw; whoever came
-- later has none and stands behind.
CREATE TABLE booking.waitlist_entries (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    session_id     uuid        NOT NULL,
    person_id      uuid        NOT NULL,
    account_id     uuid        NOT NULL,
    rank           integer,
    state          text        NOT NULL
                   CHECK (state IN ('waiting', 'offered', 'taken', 'lapsed', 'left', 'closed')),
    appointment_id uuid,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, session_id) REFERENCES booking.sessions
);
CREATE UNIQUE INDEX one_turn_in_a_waitlist ON booking.waitlist_entries (city, session_id, person_id)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_in_order ON booking.waitlist_entries (city, session_id, rank, id)
    WHERE state = 'waiting';
CREATE INDEX waitlist_of_person ON booking.waitlist_entries (person_id, id DESC);

-- A draw: its seed is chosen and committed to before anybody enters, and shown after.
CREATE TABLE booking.draws (
    city           integer     NOT NULL,
    session_id     uuid        NOT NULL,
    commitment     bytea       NOT NULL,
    seed_sealed    bytea       NOT NULL,
    seed           bytea,
    entries_digest bytea,
    drawn_at       timestamptz,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (city, session_id),
    FOREIGN KEY (city, session_id) REFERENCES booking.sessions,
    CHECK ((drawn_at IS NULL) = (seed IS NULL)),
    CHECK ((drawn_at IS NULL) = (entries_digest IS NULL))
);

-- Who takes part in a draw, under the number of their ticket.
CREATE TABLE booking.draw_entries (
    city       integer     NOT NULL,
    session_id uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    ticket     uuid        NOT NULL,
    account_id uuid        NOT NULL,
    position   integer     CHECK (position > 0),
    outcome    text        CHECK (outcome IN ('place', 'waiting', 'refused', 'none')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (city, session_id, person_id),
    UNIQUE (city, session_id, ticket),
    FOREIGN KEY (city, session_id) REFERENCES booking.draws,
    CHECK ((position IS NULL) = (outcome IS NULL))
);
CREATE INDEX draw_entries_of_person ON booking.draw_entries (person_id, created_at DESC);

-- That somebody did not come, or cancelled too late; with what shows it, until when it counts.
CREATE TABLE booking.strikes (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    person_id      uuid        NOT NULL,
    account_id     uuid,
    agency_id      uuid        NOT NULL,
    service        text        NOT NULL,
    appointment_id uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('no_show', 'late_cancel')),
    struck_on      date        NOT NULL,
    expires_on     date        NOT NULL,
    evidence       jsonb       NOT NULL,
    rule_id        uuid        NOT NULL REFERENCES public.rules,
    state          text        NOT NULL CHECK (state IN ('standing', 'annulled')),
    annulled_for   text        CHECK (annulled_for IN ('objection', 'agency_late', 'session_stopped')),
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, appointment_id, kind),
    CHECK ((state = 'annulled') = (annulled_for IS NOT NULL))
);
CREATE INDEX strikes_of_person ON booking.strikes (person_id, id DESC);

-- What somebody says against a strike, and what the agency's staff decided.
CREATE TABLE booking.objections (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    strike_id       uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    grounds_sealed  bytea       NOT NULL,
    state           text        NOT NULL CHECK (state IN ('open', 'upheld', 'rejected')),
    answer_sealed   bytea,
    decided_by      uuid,
    decided_at      timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, strike_id),
    FOREIGN KEY (city, strike_id) REFERENCES booking.strikes,
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (answer_sealed IS NULL))
);
CREATE INDEX objections_open ON booking.objections (city, agency_id, id DESC) WHERE state = 'open';
