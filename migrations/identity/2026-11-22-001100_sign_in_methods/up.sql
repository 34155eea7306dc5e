-- Telephone numbers, passwords and passkeys of accounts, and codes that belong to the flow that asked
-- for them.

-- The number of an account, proven by a code. Numbers are given to other people: whoever proves one
-- that another account has, takes it over.
CREATE TABLE identity.phones (
    account_id   uuid        PRIMARY KEY REFERENCES identity.accounts,
    phone_index  bytea       NOT NULL UNIQUE,
    phone_sealed bytea       NOT NULL,
    verified_at  timestamptz NOT NULL
);

-- One-time codes. Each belongs to one flow: whoever asked for it holds its random id, and nobody
-- else can use up its guesses. The row is locked for every guess, so that no restart and no race
-- forgets one. It takes the place of sign_in_codes, which a program of before still reads.
CREATE TABLE identity.one_time_codes (
    id             uuid        PRIMARY KEY,
    purpose        text        NOT NULL CHECK (purpose IN ('sign_in', 'add_phone')),
    channel        text        NOT NULL CHECK (channel IN ('mail', 'sms')),
    address_index  bytea       NOT NULL,
    address_sealed bytea       NOT NULL,
    -- From where it was asked for, as a keyed digest.
    client_index   bytea       NOT NULL,
    account_id     uuid        REFERENCES identity.accounts,
    city           integer     NOT NULL REFERENCES public.cities,
    -- None until the message is written, and for ever where none is.
    code_digest    bytea,
    attempts       smallint    NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    used_at        timestamptz,
    CHECK ((purpose = 'add_phone') = (account_id IS NOT NULL)),
    CHECK (purpose = 'sign_in' OR channel = 'sms')
);
CREATE INDEX one_time_codes_of_address ON identity.one_time_codes (address_index, expires_at);

-- How often something was done, by a keyed digest of what is limited. The row is locked for every
-- change.
CREATE TABLE identity.counters (
    key             bytea       PRIMARY KEY,
    last_at         timestamptz NOT NULL,
    hour_started_at timestamptz NOT NULL,
    in_hour         integer     NOT NULL CHECK (in_hour >= 0),
    day_started_at  timestamptz NOT NULL,
    in_day          integer     NOT NULL CHECK (in_day >= 0)
);

-- From where an address has signed in: what strangers ask for and guess does not count against it
-- there. Both are keyed digests.
CREATE TABLE identity.known_clients (
    address_index bytea       NOT NULL,
    client_index  bytea       NOT NULL,
    signed_in_at  timestamptz NOT NULL,
    PRIMARY KEY (address_index, client_index)
);

-- Short messages of a day, by the first digits of the numbers; '' is all of them. Days are those of
-- UTC.
CREATE TABLE identity.sms_budgets (
    counted_on date    NOT NULL,
    prefix     text    NOT NULL CHECK (prefix ~ '^(\+[0-9]+)?$'),
    sent       integer NOT NULL CHECK (sent >= 0),
    verified   integer NOT NULL CHECK (verified >= 0),
    PRIMARY KEY (counted_on, prefix)
);

-- Argon2id hashes as PHC strings, encrypted besides: a stolen database is no list to guess at.
CREATE TABLE identity.passwords (
    account_id uuid        PRIMARY KEY REFERENCES identity.accounts,
    phc_sealed bytea       NOT NULL,
    -- Long enough to be the only factor.
    alone      boolean     NOT NULL,
    set_at     timestamptz NOT NULL
);

-- Public keys of authenticators (WebAuthn), with their signature counters and flags.
CREATE TABLE identity.passkeys (
    id            uuid        PRIMARY KEY,
    account_id    uuid        NOT NULL REFERENCES identity.accounts,
    credential_id bytea       NOT NULL UNIQUE,
    credential    jsonb       NOT NULL,
    name          text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_of_account ON identity.passkeys (account_id);

-- Ceremonies that have begun: what the server has to remember of the challenge. The row is deleted
-- by the answer, right or wrong.
CREATE TABLE identity.passkey_ceremonies (
    id         uuid        PRIMARY KEY,
    -- Whose passkey is being registered; none for a sign-in.
    account_id uuid        REFERENCES identity.accounts,
    state      jsonb       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_ceremonies_by_end ON identity.passkey_ceremonies (expires_at);

-- What the citizen knows the device by: a family of browsers and systems, never the whole header.
ALTER TABLE identity.sessions ADD device text CHECK (char_length(device) BETWEEN 1 AND 64);
CREATE INDEX refresh_tokens_of_session
    ON identity.refresh_tokens (account_id, session_id, created_at);
