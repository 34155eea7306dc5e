CREATE SCHEMA exchange;

-- What institutions' systems sent, as it was received, and what they were answered. Kept for the
-- proof of who said what, and to answer the same message in the same way.
CREATE TABLE exchange.messages (
    city              integer     NOT NULL,
    id                uuid        NOT NULL,
    agency_id         uuid        NOT NULL,
    client_id         uuid        NOT NULL,
    protocol          text        NOT NULL CHECK (protocol IN ('fhir', 'hl7v2')),
    -- What the sender calls it: the Idempotency-Key, Bundle.identifier, MSH-10.
    message_no        text        CHECK (char_length(message_no) BETWEEN 1 AND 512),
    -- `POST /fhir/r4`, `ORU^R01`.
    what              text        NOT NULL CHECK (char_length(what) BETWEEN 1 AND 255),
    -- SHA-256 of the conditions and the body.
    content_sha256    bytea       NOT NULL CHECK (length(content_sha256) = 32),
    -- If-Match and If-None-Exist, where there were such; they may name people.
    conditions_sealed bytea,
    body_sealed       bytea       NOT NULL,
    -- Signature base, signature, algorithm and key of RFC 9421.
    proof_sealed      bytea,
    -- Missing while the message is held, and when it was discarded.
    status            smallint    CHECK (status BETWEEN 200 AND 299),
    answer_sealed     bytea,
    received_at       timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    CHECK ((status IS NULL) = (answer_sealed IS NULL))
);
CREATE UNIQUE INDEX messages_number
    ON exchange.messages (city, client_id, protocol, message_no) WHERE message_no IS NOT NULL;
CREATE INDEX messages_expiring ON exchange.messages (received_at);

-- Messages that wait for people, or for what they refer to. The id is the message's.
CREATE TABLE exchange.holds (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    reason         text        NOT NULL CHECK (reason IN ('order_unknown', 'patient_mismatch',
                                   'order_withdrawn', 'status_regressed', 'version_conflict')),
    -- The hospital's number of the order that it waits for.
    waits_for      text        CHECK (char_length(waits_for) BETWEEN 1 AND 255),
    state          text        NOT NULL CHECK (state IN ('held', 'released', 'discarded')),
    held_at        timestamptz NOT NULL,
    tries          integer     NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- Why the last try was refused: the code of a problem.
    refused_with   text        CHECK (char_length(refused_with) BETWEEN 1 AND 64),
    ended_at       timestamptz,
    -- Who released or discarded it; nobody, when the order arrived.
    ended_by       uuid,
    discard_reason text        CHECK (discard_reason IN ('sent_in_error', 'replaced', 'not_ours')),
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, id) REFERENCES exchange.messages ON DELETE CASCADE,
    CHECK ((state = 'held') = (ended_at IS NULL)),
    CHECK ((state = 'discarded') = (discard_reason IS NOT NULL)),
    CHECK (state <> 'held' OR ended_by IS NULL),
    CHECK (state <> 'discarded' OR ended_by IS NOT NULL)
);
CREATE INDEX holds_of_agency ON exchange.holds (city, agency_id, state, id);
CREATE INDEX holds_waiting ON exchange.holds (city, agency_id, waits_for)
    WHERE state = 'held' AND waits_for IS NOT NULL;

-- What was not accepted, without its content.
CREATE TABLE exchange.refusals (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    client_id      uuid        NOT NULL,
    protocol       text        NOT NULL CHECK (protocol IN ('fhir', 'hl7v2')),
    what           text        NOT NULL CHECK (char_length(what) BETWEEN 1 AND 255),
    content_sha256 bytea       NOT NULL CHECK (length(content_sha256) = 32),
    problem        text        NOT NULL CHECK (char_length(problem) BETWEEN 1 AND 64),
    refused_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id)
);
CREATE INDEX refusals_expiring ON exchange.refusals (refused_at);
-- It is never changed. What is too old is deleted.
REVOKE UPDATE, TRUNCATE ON exchange.refusals FROM CURRENT_USER;

-- Each nonce of a signature is used once.
CREATE TABLE exchange.nonces (
    city      integer     NOT NULL,
    client_id uuid        NOT NULL,
    nonce     text        NOT NULL CHECK (char_length(nonce) BETWEEN 1 AND 128),
    used_at   timestamptz NOT NULL,
    PRIMARY KEY (city, client_id, nonce)
);
CREATE INDEX nonces_expiring ON exchange.nonces (used_at);

-- Persons as one hospital knows them. The id means nothing to another hospital.
CREATE TABLE exchange.patients (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    agency_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, person_id)
);
