CREATE SCHEMA identity;

-- Natural persons whom some authority has named by a resident identity number, with or without an
-- account here. The number is encrypted; it is found through a keyed digest.
CREATE TABLE identity.people (
    id               uuid        PRIMARY KEY,
    id_number_index  bytea       NOT NULL UNIQUE,
    id_number_sealed bytea       NOT NULL,
    name_sealed      bytea,
    created_at       timestamptz NOT NULL
);

-- Who can sign in. An account belongs to at most one person, and a person has at most one account.
CREATE TABLE identity.accounts (
    id            uuid        PRIMARY KEY,
    city          integer     NOT NULL REFERENCES public.cities,
    email_index   bytea       NOT NULL UNIQUE,
    email_sealed  bytea       NOT NULL,
    locale        text        NOT NULL CHECK (locale IN ('en', 'zh-CN')),
    person_id     uuid        UNIQUE REFERENCES identity.people,
    real_name_at  timestamptz,
    created_at    timestamptz NOT NULL,
    CHECK ((person_id IS NULL) = (real_name_at IS NULL))
);

-- One row for each address that ever asked for a one-time code: its live code, and how often it
-- asked and guessed within the hour. The row is locked for every change, so that no restart and no
-- race forgets an attempt.
CREATE TABLE identity.sign_in_codes (
    email_index      bytea       PRIMARY KEY,
    city             integer     NOT NULL REFERENCES public.cities,
    code_digest      bytea       NOT NULL,
    sent_at          timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    attempts         smallint    NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
    used_at          timestamptz,
    hour_started_at  timestamptz NOT NULL,
    sent_in_hour     smallint    NOT NULL DEFAULT 0 CHECK (sent_in_hour BETWEEN 0 AND 5),
    attempts_in_hour smallint    NOT NULL DEFAULT 0 CHECK (attempts_in_hour BETWEEN 0 AND 10)
);

CREATE TABLE identity.sessions (
    account_id uuid        NOT NULL REFERENCES identity.accounts,
    id         uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (account_id, id)
);

-- Refresh tokens by their digest. Each is used once; a second use revokes the session.
CREATE TABLE identity.refresh_tokens (
    digest     bytea       PRIMARY KEY,
    account_id uuid        NOT NULL,
    session_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    FOREIGN KEY (account_id, session_id) REFERENCES identity.sessions
);

-- Systems of agencies and hospitals: OAuth clients that authenticate with a key pair of their own.
CREATE TABLE identity.clients (
    id          uuid        PRIMARY KEY,
    city        integer     NOT NULL,
    agency_id   uuid        NOT NULL,
    name        text        NOT NULL,
    public_jwk  jsonb       NOT NULL,
    scopes      text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    disabled_at timestamptz,
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- A client assertion is accepted once.
CREATE TABLE identity.client_assertions (
    client_id  uuid        NOT NULL REFERENCES identity.clients,
    jti        text        NOT NULL CHECK (char_length(jti) <= 255),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti)
);
