DROP TABLE identity.client_consents, identity.pushed_requests, identity.authorization_codes;
ALTER TABLE identity.refresh_tokens DROP COLUMN successor, DROP COLUMN reissued_at;
DELETE FROM identity.refresh_tokens t USING identity.sessions s
WHERE s.account_id = t.account_id AND s.id = t.session_id
    AND s.client_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000001';
DELETE FROM identity.sessions
WHERE client_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000001';
ALTER TABLE identity.sessions
    DROP COLUMN client_id,
    DROP COLUMN scopes,
    DROP COLUMN authenticated_at,
    DROP COLUMN methods,
    DROP COLUMN cookie_digest,
    DROP CONSTRAINT sessions_id_key;
DELETE FROM identity.client_assertions a USING identity.clients c
WHERE c.id = a.client_id AND (c.agency_id IS NULL OR c.public_jwk IS NULL);
DELETE FROM identity.clients WHERE agency_id IS NULL OR public_jwk IS NULL;
ALTER TABLE identity.clients
    ALTER agency_id SET NOT NULL,
    ALTER public_jwk SET NOT NULL,
    DROP COLUMN redirect_uris,
    DROP COLUMN post_logout_redirect_uris;
