-- People who act for an agency, and the keys of its systems, which they look after.

-- The letter with which somebody becomes staff: a code that works once. The address is one that the
-- agency itself has given; it is encrypted, and found through a keyed digest.
CREATE TABLE identity.staff_invitations (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    role         text        NOT NULL CHECK (role IN ('admin', 'clerk')),
    email_index  bytea       NOT NULL,
    email_sealed bytea       NOT NULL,
    code_digest  bytea       NOT NULL UNIQUE,
    -- Which admin; none where it was whoever runs the city.
    invited_by   uuid,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    accepted_at  timestamptz,
    withdrawn_at timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK (expires_at <= created_at + interval '7 days'),
    CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
);
CREATE UNIQUE INDEX staff_invitations_open
    ON identity.staff_invitations (city, agency_id, email_index, role)
    WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

-- Who acts for an agency, in which role. It runs out unless another admin certifies it anew; an
-- ended one stays ended.
CREATE TABLE identity.staff (
    city          integer     NOT NULL,
    id            uuid        NOT NULL,
    agency_id     uuid        NOT NULL,
    account_id    uuid        NOT NULL REFERENCES identity.accounts,
    role          text        NOT NULL CHECK (role IN ('admin', 'clerk')),
    invitation_id uuid        NOT NULL,
    created_at    timestamptz NOT NULL,
    certified_at  timestamptz NOT NULL,
    -- Which admin; none where it was whoever runs the city.
    certified_by  uuid,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_by      uuid,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, invitation_id) REFERENCES identity.staff_invitations,
    FOREIGN KEY (city, certified_by) REFERENCES identity.staff,
    FOREIGN KEY (city, ended_by) REFERENCES identity.staff,
    CHECK (expires_at <= certified_at + interval '90 days'),
    CHECK (certified_by <> id)
);
CREATE UNIQUE INDEX staff_in_office
    ON identity.staff (city, agency_id, account_id, role) WHERE ended_at IS NULL;
CREATE INDEX staff_of_account ON identity.staff (account_id);
ALTER TABLE identity.staff_invitations
    ADD FOREIGN KEY (city, invited_by) REFERENCES identity.staff;

-- Public keys of agencies' systems. While one takes the place of another, both work. A program of
-- the release before reads clients.public_jwk, which is the first of them.
CREATE TABLE identity.client_keys (
    client_id  uuid        NOT NULL REFERENCES identity.clients,
    kid        text        NOT NULL CHECK (char_length(kid) BETWEEN 1 AND 128),
    jwk        jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (client_id, kid)
);
INSERT INTO identity.client_keys (client_id, kid, jwk, created_at)
    SELECT id, coalesce(nullif(left(public_jwk ->> 'kid', 128), ''), 'first'), public_jwk, created_at
    FROM identity.clients WHERE public_jwk IS NOT NULL;
