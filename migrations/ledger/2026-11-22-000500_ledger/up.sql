CREATE SCHEMA ledger;

CREATE TABLE ledger.accounts (
    city       integer     NOT NULL REFERENCES public.cities,
    id         uuid        NOT NULL,
    code       text        NOT NULL
               CHECK (code IN ('wallet', 'agency_payable', 'processor_receivable')),
    owner_id   uuid,
    currency   char(3)     NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE NULLS NOT DISTINCT (city, code, owner_id, currency)
);

-- The counters that transfers move. Narrow and half full, so that an update stays on its page; no
-- other table refers to it, so that nobody locks it by accident.
CREATE TABLE ledger.balances (
    city            integer NOT NULL,
    account_id      uuid    NOT NULL,
    debits_posted   bigint  NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
    credits_posted  bigint  NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
    no_debit_excess boolean NOT NULL,
    version         bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (city, account_id),
    CONSTRAINT no_debit_excess CHECK (NOT no_debit_excess OR debits_posted <= credits_posted)
) WITH (fillfactor = 50);

-- Immutable. A correction is another transfer.
CREATE TABLE ledger.transfers (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    debit_city     integer     NOT NULL,
    debit_account  uuid        NOT NULL,
    credit_city    integer     NOT NULL,
    credit_account uuid        NOT NULL,
    amount_minor   bigint      NOT NULL CHECK (amount_minor > 0),
    currency       char(3)     NOT NULL,
    code           text        NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    CHECK ((debit_city, debit_account) <> (credit_city, credit_account))
);

-- Two for each transfer: credits positive, debits negative.
CREATE TABLE ledger.entries (
    city          integer     NOT NULL,
    account_id    uuid        NOT NULL,
    version       bigint      NOT NULL CHECK (version > 0),
    transfer_city integer     NOT NULL,
    transfer_id   uuid        NOT NULL,
    amount_minor  bigint      NOT NULL CHECK (amount_minor <> 0),
    balance_after bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (city, account_id, version)
);

-- History is written once, also by the role that owns it.
REVOKE UPDATE, DELETE, TRUNCATE ON ledger.transfers, ledger.entries FROM CURRENT_USER;
