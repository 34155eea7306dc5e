-- OpenID Connect: clients that people sign in to, what they ask for, and what they are given. The
-- defaults are what a program of the release before means when it writes a row.

-- The city's own app belongs to no agency. A public client has no key to prove itself with. Whoever
-- signs up while signing in to a client lives in its city, unless they say otherwise.
ALTER TABLE identity.clients
    ALTER agency_id DROP NOT NULL,
    ALTER public_jwk DROP NOT NULL,
    ADD redirect_uris             text[] NOT NULL DEFAULT '{}',
    ADD post_logout_redirect_uris text[] NOT NULL DEFAULT '{}';

INSERT INTO identity.clients (id, city, name, scopes, created_at) VALUES
    ('00000000-0000-0000-0000-000000000001', 330100, 'Citygate',
     '{openid,offline_access,profile,email,citizen}', now());

-- A session is what a client may do for somebody who signed in; or, without a client, the sign-in of
-- a browser to the city's own pages, which is found by the digest of its cookie.
ALTER TABLE identity.sessions
    ADD client_id uuid DEFAULT '00000000-0000-0000-0000-000000000001'
        REFERENCES identity.clients,
    ADD scopes           text[]      NOT NULL DEFAULT '{citizen,offline_access}',
    ADD authenticated_at timestamptz NOT NULL DEFAULT now(),
    ADD methods          text[]      NOT NULL DEFAULT '{email_code}'
        CHECK (methods <@ '{email_code,sms_code,password,passkey}' AND cardinality(methods) > 0),
    ADD cookie_digest    bytea       UNIQUE,
    ADD UNIQUE (id),
    ADD CHECK ((client_id IS NULL) = (cookie_digest IS NOT NULL));
UPDATE identity.sessions SET authenticated_at = created_at;

-- A used token knows its successor: when the answer with it was lost, it is replaced once.
ALTER TABLE identity.refresh_tokens
    ADD successor   bytea,
    ADD reissued_at timestamptz;

-- Authorization codes by their digest. One that comes back a second time ends the session that the
-- first exchange began.
CREATE TABLE identity.authorization_codes (
    digest           bytea       PRIMARY KEY,
    client_id        uuid        NOT NULL REFERENCES identity.clients,
    account_id       uuid        NOT NULL REFERENCES identity.accounts,
    redirect_uri     text        NOT NULL,
    scopes           text[]      NOT NULL,
    nonce            text,
    code_challenge   text        NOT NULL,
    authenticated_at timestamptz NOT NULL,
    methods          text[]      NOT NULL,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    session_id       uuid
);
CREATE INDEX authorization_codes_of_account ON identity.authorization_codes (account_id, created_at);

-- Authorization requests that clients have pushed, by the digest of their request_uri. The row goes
-- when the request is answered.
CREATE TABLE identity.pushed_requests (
    digest     bytea       PRIMARY KEY,
    client_id  uuid        NOT NULL REFERENCES identity.clients,
    parameters jsonb       NOT NULL,
    opened_at  timestamptz,
    expires_at timestamptz NOT NULL
);
CREATE INDEX pushed_requests_by_end ON identity.pushed_requests (expires_at);

-- What somebody lets a client do. Only for confidential clients: nobody knows who a public one is.
CREATE TABLE identity.client_consents (
    account_id uuid        NOT NULL REFERENCES identity.accounts,
    client_id  uuid        NOT NULL REFERENCES identity.clients,
    scopes     text[]      NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, client_id)
);
