CREATE SCHEMA payments;

-- Who owes what to whom, and why. The issuer is the service that issued it: two services of one
-- agency count their papers separately.
CREATE TABLE payments.bills (
    city                   integer     NOT NULL,
    id                     uuid        NOT NULL,
    agency_id              uuid        NOT NULL,
    issuer                 text        NOT NULL,
    external_no            text        NOT NULL CHECK (char_length(external_no) BETWEEN 1 AND 64),
    debtor_person_id       uuid        NOT NULL,
    subject_en             text        NOT NULL,
    subject_zh             text        NOT NULL,
    amount_minor           bigint      NOT NULL CHECK (amount_minor > 0),
    currency               char(3)     NOT NULL,
    due_on                 date        NOT NULL,
    surcharge_bps_per_day  integer     CHECK (surcharge_bps_per_day > 0),
    surcharge_cap_minor    bigint      CHECK (surcharge_cap_minor > 0),
    state                  text        NOT NULL CHECK (state IN ('open', 'paid')),
    created_at             timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    CONSTRAINT bills_external_no UNIQUE (city, agency_id, issuer, external_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK ((surcharge_bps_per_day IS NULL) = (surcharge_cap_minor IS NULL))
);
CREATE INDEX bills_of_debtor ON payments.bills (debtor_person_id, id DESC);

CREATE TABLE payments.payments (
    city             integer     NOT NULL,
    id               uuid        NOT NULL,
    bill_id          uuid        NOT NULL,
    payer_person_id  uuid        NOT NULL,
    payer_account_id uuid        NOT NULL,
    principal_minor  bigint      NOT NULL CHECK (principal_minor > 0),
    surcharge_minor  bigint      NOT NULL CHECK (surcharge_minor >= 0),
    currency         char(3)     NOT NULL,
    transfer_id      uuid        NOT NULL,
    paid_at          timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, bill_id) REFERENCES payments.bills
);
CREATE INDEX payments_of_payer ON payments.payments (payer_person_id, id DESC);

-- A bill is settled at most once, whatever the program believes. (No foreign key to the payment:
-- checking one locks the row that it points to, and payments may not even be locked for change.)
CREATE TABLE payments.bill_settlements (
    city       integer NOT NULL,
    bill_id    uuid    NOT NULL,
    payment_id uuid    NOT NULL,
    PRIMARY KEY (city, bill_id),
    FOREIGN KEY (city, bill_id) REFERENCES payments.bills
);

-- Money on its way from a card into a wallet. The id is the processor's reference.
CREATE TABLE payments.top_ups (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    person_id      uuid        NOT NULL,
    amount_minor   bigint      NOT NULL CHECK (amount_minor > 0),
    currency       char(3)     NOT NULL,
    card_token     text        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('processing', 'succeeded', 'declined')),
    decline_reason text,
    created_at     timestamptz NOT NULL,
    resolved_at    timestamptz,
    PRIMARY KEY (city, id),
    CHECK ((state = 'processing') = (resolved_at IS NULL))
);
CREATE INDEX top_ups_of_person ON payments.top_ups (person_id, id DESC);

-- Whose receipt has been put in the post; the letter itself is the notifier's.
CREATE TABLE payments.receipt_letters (
    city       integer     NOT NULL,
    payment_id uuid        NOT NULL,
    posted_at  timestamptz NOT NULL,
    PRIMARY KEY (city, payment_id)
);

REVOKE UPDATE, DELETE, TRUNCATE ON payments.payments, payments.bill_settlements FROM CURRENT_USER;
