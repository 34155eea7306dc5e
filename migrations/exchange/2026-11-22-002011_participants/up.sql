-- Hospitals whose systems are connected, from the application to the suspension. Read in every
-- transaction that carries out a message.
CREATE TABLE exchange.participants (
    city             integer     NOT NULL,
    agency_id        uuid        NOT NULL,
    state            text        NOT NULL
        CHECK (state IN ('applied', 'sandbox', 'certified', 'live', 'suspended', 'refused', 'withdrawn')),
    -- Whom the city writes to. A mail address, encrypted; none where the city itself has connected
    -- the hospital.
    contact_sealed   bytea,
    software         text        NOT NULL CHECK (char_length(software) BETWEEN 1 AND 100),
    -- Whether each of its messages carries a signature of its own, and whether it speaks HL7 version 2.
    signs            boolean     NOT NULL,
    speaks_hl7       boolean     NOT NULL,
    -- The public key of its system in the sandbox.
    sandbox_jwk      jsonb,
    applied_by       uuid,
    applied_at       timestamptz NOT NULL,
    certified_at     timestamptz,
    -- Going live is asked for by one account and approved by another, and then done by whoever runs
    -- the city.
    live_asked_by    uuid,
    live_asked_at    timestamptz,
    live_approved_by uuid,
    live_approved_at timestamptz,
    live_at          timestamptz,
    suspended_at     timestamptz,
    PRIMARY KEY (city, agency_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK ((live_asked_by IS NULL) = (live_asked_at IS NULL)),
    CHECK ((live_approved_by IS NULL) = (live_approved_at IS NULL)),
    CHECK (live_approved_at BETWEEN live_asked_at AND live_asked_at + interval '7 days'),
    CONSTRAINT participants_four_eyes
        CHECK (live_approved_by IS NULL OR coalesce(live_approved_by <> live_asked_by, false)),
    CHECK ((state = 'suspended') = (suspended_at IS NOT NULL)),
    CHECK (state NOT IN ('live', 'suspended') OR live_at IS NOT NULL)
);

-- The twin of a hospital in the city of the sandbox: the same id, another city. What its system has
-- shown there since it was opened is its evidence.
CREATE TABLE exchange.sandboxes (
    city         integer     NOT NULL,
    agency_id    uuid        NOT NULL,
    -- Where the hospital itself is.
    twin_of_city integer     NOT NULL,
    client_id    uuid        NOT NULL,
    signs        boolean     NOT NULL,
    speaks_hl7   boolean     NOT NULL,
    opened_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    -- So many messages more are carried out, and not answered.
    drop_answers smallint    NOT NULL DEFAULT 0 CHECK (drop_answers BETWEEN 0 AND 10),
    PRIMARY KEY (city, agency_id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (twin_of_city, agency_id) REFERENCES exchange.participants (city, agency_id),
    CHECK (city <> twin_of_city)
);

-- What a system has shown in the sandbox, the first time that it did, by the number of the message.
CREATE TABLE exchange.conformance_evidence (
    city         integer     NOT NULL,
    agency_id    uuid        NOT NULL,
    fact         text        NOT NULL CHECK (fact ~ '^[a-z0-9_]{1,64}$'),
    -- Empty where a fact is not about one message.
    message_no   text        NOT NULL CHECK (char_length(message_no) <= 512),
    seen_at      timestamptz NOT NULL,
    PRIMARY KEY (city, agency_id, fact, message_no),
    FOREIGN KEY (city, agency_id) REFERENCES exchange.sandboxes
);
