CREATE SCHEMA inquiry;

-- Where an agency's own register of a subject is asked, with the key that the agency gave the city.
CREATE TABLE inquiry.sources (
    city              integer     NOT NULL,
    id                uuid        NOT NULL,
    agency_id         uuid        NOT NULL,
    subject           text        NOT NULL CHECK (subject ~ '^[a-z][a-z_]{0,31}$'),
    url               text        NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2048),
    api_key_sealed    bytea       NOT NULL,
    -- For how long an answer is given again without asking anew.
    fresh_for_seconds integer     NOT NULL CHECK (fresh_for_seconds BETWEEN 0 AND 86400),
    set_at            timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, subject),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- What a register said last of a person: shown while it does not answer, as old as it is.
CREATE TABLE inquiry.answers (
    city          integer     NOT NULL,
    id            uuid        NOT NULL,
    agency_id     uuid        NOT NULL,
    subject       text        NOT NULL CHECK (subject ~ '^[a-z][a-z_]{0,31}$'),
    person_id     uuid        NOT NULL,
    -- Up to when the register's own books were closed, and when it said so.
    as_of         timestamptz NOT NULL,
    asked_at      timestamptz NOT NULL,
    record_sealed bytea       NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, subject, person_id)
);
CREATE INDEX answers_asked ON inquiry.answers (asked_at);
