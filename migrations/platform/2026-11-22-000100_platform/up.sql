CREATE SCHEMA platform;

-- One key, one effect, one answer. The row is written in the transaction of the effect.
CREATE TABLE platform.idempotency_keys (
    city         integer     NOT NULL,
    subject_id   uuid        NOT NULL,
    key          text        NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_hash bytea       NOT NULL,
    status       smallint    CHECK (status BETWEEN 200 AND 599),
    content_type text,
    body         text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (city, subject_id, key)
);

-- News, written in the transaction that it tells of.
CREATE TABLE platform.events (
    id            uuid        PRIMARY KEY,
    name          text        NOT NULL,
    payload       jsonb       NOT NULL,
    happened_at   timestamptz NOT NULL,
    dispatched_at timestamptz
);
CREATE INDEX events_undispatched ON platform.events (id) WHERE dispatched_at IS NULL;

-- Work to be done after COMMIT. A finished job is deleted; a dead one stays for people.
CREATE TABLE platform.jobs (
    id           uuid        PRIMARY KEY,
    kind         text        NOT NULL,
    payload      jsonb       NOT NULL,
    run_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    locked_until timestamptz,
    dead_at      timestamptz,
    last_error   text,
    created_at   timestamptz NOT NULL
);
CREATE INDEX jobs_due ON platform.jobs (run_at, id) WHERE dead_at IS NULL;
CREATE INDEX jobs_dead ON platform.jobs (dead_at) WHERE dead_at IS NOT NULL;

-- Which keys the data was encrypted and indexed with. A program with others is refused before it
-- writes what nobody will find.
CREATE TABLE platform.key_fingerprints (
    purpose     text        PRIMARY KEY,
    fingerprint bytea       NOT NULL,
    created_at  timestamptz NOT NULL
);
