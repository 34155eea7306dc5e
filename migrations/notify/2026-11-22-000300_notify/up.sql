CREATE SCHEMA notify;

-- Mails. Address, subject and text are one encrypted value, and gone once the mail is sent: a
-- one-time code must not outlive its use. The row stays, so that a repeated job sends nothing.
CREATE TABLE notify.messages (
    id             uuid        PRIMARY KEY,
    content_sealed bytea,
    created_at     timestamptz NOT NULL,
    sent_at        timestamptz,
    CHECK ((content_sealed IS NULL) = (sent_at IS NOT NULL))
);

-- Where an owner (to this schema an opaque id of a city) wants its news posted. One each; a new
-- registration replaces the old one and its secret.
CREATE TABLE notify.webhook_endpoints (
    city          integer     NOT NULL CHECK (city BETWEEN 100000 AND 999999),
    owner_id      uuid        NOT NULL,
    url           text        NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2048),
    secret_sealed bytea       NOT NULL,
    created_at    timestamptz NOT NULL,
    -- The receiver answered 410 Gone; nothing is posted until it registers again.
    disabled_at   timestamptz,
    PRIMARY KEY (city, owner_id)
);
