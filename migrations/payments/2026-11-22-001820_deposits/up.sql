-- Money that somebody has set aside in the own wallet for what an agency will bill. The ledger holds
-- it; paying a bill from it replaces the hold by one for what is left.
CREATE TABLE payments.deposits (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    agency_id  uuid        NOT NULL,
    issuer     text        NOT NULL,
    case_no    text        NOT NULL,
    person_id  uuid        NOT NULL,
    account_id uuid        NOT NULL,
    payer_city integer     NOT NULL,
    put_minor  bigint      NOT NULL CHECK (put_minor > 0),
    held_minor bigint      NOT NULL CHECK (held_minor BETWEEN 0 AND put_minor),
    used_minor bigint      NOT NULL CHECK (used_minor BETWEEN 0 AND put_minor),
    currency   text        NOT NULL,
    hold_id    uuid        CHECK ((hold_id IS NULL) = (held_minor = 0)),
    ends_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
-- One at a time for a case.
CREATE UNIQUE INDEX deposits_held ON payments.deposits (city, agency_id, issuer, case_no)
    WHERE hold_id IS NOT NULL;
