-- Bills that can be paid in parts, shared out, cancelled, that end, and whose money can go back.

ALTER TABLE payments.bills
    DROP CONSTRAINT bills_state_check,
    ADD CONSTRAINT bills_state_check CHECK (state IN ('open', 'paid', 'cancelled', 'expired')),
    -- Who may pay besides the debtor.
    ADD payer_person_id      uuid,
    -- From then on it cannot be paid any more.
    ADD expires_at           timestamptz,
    -- Whether less than what is due is taken.
    ADD allows_partial       boolean  NOT NULL DEFAULT false,
    -- How many rows the bill has in each of the tables below: most have none, and nobody looks.
    ADD line_count           smallint NOT NULL DEFAULT 0 CHECK (line_count >= 0),
    ADD share_count          smallint NOT NULL DEFAULT 0 CHECK (share_count >= 0),
    ADD instalment_count     smallint NOT NULL DEFAULT 0 CHECK (instalment_count >= 0),
    ADD payment_count        integer  NOT NULL DEFAULT 0 CHECK (payment_count >= 0),
    ADD principal_paid_minor bigint   NOT NULL DEFAULT 0,
    ADD surcharge_paid_minor bigint   NOT NULL DEFAULT 0,
    -- The surcharge that had grown when a part was last paid, and until which day it is counted.
    ADD accrued_minor        bigint   NOT NULL DEFAULT 0,
    ADD accrued_on           date,
    ADD closed_at            timestamptz,
    ADD cancel_reason        text CHECK (char_length(cancel_reason) BETWEEN 1 AND 500),
    ADD CHECK (principal_paid_minor BETWEEN 0 AND amount_minor),
    ADD CHECK (surcharge_paid_minor BETWEEN 0 AND accrued_minor),
    ADD CHECK (cancel_reason IS NULL OR state = 'cancelled');

UPDATE payments.bills b
SET principal_paid_minor = p.principal_minor, surcharge_paid_minor = p.surcharge_minor,
    accrued_minor = p.surcharge_minor, payment_count = 1, closed_at = p.paid_at
FROM payments.payments p WHERE p.city = b.city AND p.bill_id = b.id;
ALTER TABLE payments.bills
    ADD CHECK (state <> 'paid' OR principal_paid_minor = amount_minor);

CREATE INDEX bills_of_payer ON payments.bills (payer_person_id, id DESC)
    WHERE payer_person_id IS NOT NULL;
-- Room on the page for the row as it is when it is paid: its indexes then need not change.
ALTER TABLE payments.bills SET (fillfactor = 70);

-- Whoever pays a bill holds its lock, so it is there: a foreign key would look it up once more
-- for every payment.
ALTER TABLE payments.payments
    DROP CONSTRAINT payments_city_bill_id_fkey,
    DROP CONSTRAINT payments_principal_minor_check,
    ADD CHECK (principal_minor >= 0),
    ADD CHECK (principal_minor + surcharge_minor > 0);
ALTER TABLE payments.bill_settlements DROP CONSTRAINT bill_settlements_city_bill_id_fkey;

-- Payments that left something to be paid. The number makes two at once impossible.
CREATE TABLE payments.part_payments (
    city       integer NOT NULL,
    bill_id    uuid    NOT NULL,
    n          integer NOT NULL CHECK (n > 0),
    payment_id uuid    NOT NULL,
    PRIMARY KEY (city, bill_id, n)
);

-- What a bill is made up of. Refunds may name lines.
CREATE TABLE payments.bill_lines (
    city           integer  NOT NULL,
    bill_id        uuid     NOT NULL,
    n              smallint NOT NULL CHECK (n > 0),
    text_en        text     NOT NULL,
    text_zh        text     NOT NULL,
    amount_minor   bigint   NOT NULL CHECK (amount_minor > 0),
    refunded_minor bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (city, bill_id, n),
    FOREIGN KEY (city, bill_id) REFERENCES payments.bills,
    CHECK (refunded_minor BETWEEN 0 AND amount_minor)
);

-- Who shares in what is paid, in parts of the whole.
CREATE TABLE payments.bill_shares (
    city           integer  NOT NULL,
    bill_id        uuid     NOT NULL,
    n              smallint NOT NULL CHECK (n > 0),
    agency_id      uuid     NOT NULL,
    parts          integer  NOT NULL CHECK (parts > 0),
    received_minor bigint   NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
    PRIMARY KEY (city, bill_id, n),
    UNIQUE (city, bill_id, agency_id),
    FOREIGN KEY (city, bill_id) REFERENCES payments.bills,
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- When how much of the amount is due, where it is not all at once.
CREATE TABLE payments.bill_instalments (
    city         integer  NOT NULL,
    bill_id      uuid     NOT NULL,
    n            smallint NOT NULL CHECK (n > 0),
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    due_on       date     NOT NULL,
    PRIMARY KEY (city, bill_id, n),
    FOREIGN KEY (city, bill_id) REFERENCES payments.bills
);

-- How a payment was shared out, and what of it went back. Only where there was more than one.
CREATE TABLE payments.payment_shares (
    city           integer  NOT NULL,
    payment_id     uuid     NOT NULL,
    n              smallint NOT NULL CHECK (n > 0),
    agency_id      uuid     NOT NULL,
    amount_minor   bigint   NOT NULL CHECK (amount_minor > 0),
    refunded_minor bigint   NOT NULL DEFAULT 0,
    transfer_id    uuid     NOT NULL,
    PRIMARY KEY (city, payment_id, n),
    CHECK (refunded_minor BETWEEN 0 AND amount_minor)
);

-- How much of a payment has gone back; made with the first refund. The last word on "never more
-- than was paid".
CREATE TABLE payments.refund_totals (
    city           integer NOT NULL,
    payment_id     uuid    NOT NULL,
    paid_minor     bigint  NOT NULL,
    refunded_minor bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (city, payment_id),
    CONSTRAINT never_more_than_was_paid CHECK (refunded_minor BETWEEN 0 AND paid_minor)
);

CREATE TABLE payments.refunds (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    payment_id   uuid        NOT NULL,
    amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
    currency     char(3)     NOT NULL,
    reason       text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    transfer_id  uuid        NOT NULL,
    refunded_at  timestamptz NOT NULL,
    PRIMARY KEY (city, id)
);
CREATE INDEX refunds_of_payment ON payments.refunds (city, payment_id);

-- Which lines of the bill a refund takes back, where it names any.
CREATE TABLE payments.refund_lines (
    city         integer  NOT NULL,
    refund_id    uuid     NOT NULL,
    n            smallint NOT NULL,
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (city, refund_id, n)
);

-- Which refunds have been told to the payer; the letter itself is the notifier's.
CREATE TABLE payments.refund_letters (
    city      integer     NOT NULL,
    refund_id uuid        NOT NULL,
    posted_at timestamptz NOT NULL,
    PRIMARY KEY (city, refund_id)
);

REVOKE UPDATE, DELETE, TRUNCATE
    ON payments.part_payments, payments.bill_instalments, payments.refunds, payments.refund_lines
    FROM CURRENT_USER;
