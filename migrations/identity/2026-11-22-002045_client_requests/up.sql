-- New systems of agencies, registered by their admins: one asks, another approves.
CREATE TABLE identity.client_requests (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    name         text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    scopes       text[]      NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 50),
    public_jwk   jsonb       NOT NULL,
    -- Which admin, and whose account that is: an account may have had several roles.
    requested_by uuid        NOT NULL,
    requester    uuid        NOT NULL REFERENCES identity.accounts,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    approved_by  uuid,
    approver     uuid        REFERENCES identity.accounts,
    approved_at  timestamptz,
    -- What was registered.
    client_id    uuid        REFERENCES identity.clients,
    withdrawn_at timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, requested_by) REFERENCES identity.staff,
    FOREIGN KEY (city, approved_by) REFERENCES identity.staff,
    CONSTRAINT client_requests_four_eyes CHECK (approver <> requester),
    CHECK (expires_at <= created_at + interval '7 days'),
    CHECK (approved_at < expires_at),
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK ((approved_at IS NULL) = (approver IS NULL)),
    CHECK ((approved_at IS NULL) = (client_id IS NULL)),
    CHECK (approved_at IS NULL OR withdrawn_at IS NULL)
);
CREATE INDEX client_requests_open ON identity.client_requests (city, agency_id, id)
    WHERE approved_at IS NULL AND withdrawn_at IS NULL;

-- When a client last proved itself, to the minute: one that nobody uses is disabled. Of those that
-- are there nobody knows it, and their time begins now.
ALTER TABLE identity.clients ADD last_used_at timestamptz;
UPDATE identity.clients SET last_used_at = now() WHERE public_jwk IS NOT NULL;
CREATE INDEX clients_by_use ON identity.clients (coalesce(last_used_at, created_at))
    WHERE disabled_at IS NULL AND public_jwk IS NOT NULL;
