-- Real names that an authority has confirmed, and fresh proofs for what is sensitive.

-- What accounts have claimed to be, and what the authority said: the result, never its answer. What
-- was claimed is encrypted and goes when there is a result.
CREATE TABLE identity.verifications (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES identity.accounts,
    state           text        NOT NULL CHECK (state IN ('pending', 'verified', 'refused')),
    claim_sealed    bytea,
    -- Too many have tried the document of late: nobody is asked, and the result is a refusal like
    -- any other.
    withheld        boolean     NOT NULL,
    person_id       uuid        REFERENCES identity.people,
    -- The highest level of assurance that a proof of the account's holder can reach with it.
    level           smallint    CHECK (level BETWEEN 1 AND 3),
    -- Who confirmed it, and the SHA-256 of what they answered.
    provider        text        CHECK (char_length(provider) BETWEEN 1 AND 64),
    evidence_digest bytea       CHECK (octet_length(evidence_digest) = 32),
    created_at      timestamptz NOT NULL,
    resolved_at     timestamptz,
    CHECK ((state = 'pending') = (claim_sealed IS NOT NULL)),
    CHECK ((state = 'pending') = (resolved_at IS NULL)),
    CHECK ((state = 'verified') = (person_id IS NOT NULL)),
    CHECK (state <> 'verified' OR (level IS NOT NULL AND provider IS NOT NULL)),
    CHECK (state <> 'verified' OR NOT withheld)
);
CREATE UNIQUE INDEX verifications_pending ON identity.verifications (account_id)
    WHERE state = 'pending';
CREATE UNIQUE INDEX verifications_verified ON identity.verifications (account_id)
    WHERE state = 'verified';
CREATE INDEX verifications_of_account ON identity.verifications (account_id, id);

-- The one live code of an account for a step-up. Its digest is over what it is for, so that it is
-- of no use for anything else. The row is locked for every guess.
CREATE TABLE identity.step_up_codes (
    account_id  uuid        PRIMARY KEY REFERENCES identity.accounts,
    code_digest bytea       NOT NULL,
    attempts    smallint    NOT NULL CHECK (attempts BETWEEN 0 AND 5),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);

-- Fresh proofs. Each serves one thing once: the transaction of that thing marks it used.
CREATE TABLE identity.step_ups (
    id           uuid        PRIMARY KEY,
    account_id   uuid        NOT NULL,
    session_id   uuid        NOT NULL,
    purpose      text        NOT NULL CHECK (purpose ~ '^[a-z_]+(\.[a-z_]+)+$'),
    object       text        CHECK (char_length(object) BETWEEN 1 AND 128),
    amount_minor bigint,
    currency     text,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    FOREIGN KEY (account_id, session_id) REFERENCES identity.sessions,
    CHECK ((amount_minor IS NULL) = (currency IS NULL))
);
CREATE INDEX step_ups_of_session ON identity.step_ups (account_id, session_id);
