-- Money that is set aside, overdrafts, and history that shows when it was changed.

-- What is set aside counts as spent: both limits look at pending and posted together.
ALTER TABLE ledger.balances
    DROP CONSTRAINT no_debit_excess,
    ADD debits_pending   bigint      NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
    ADD credits_pending  bigint      NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
    ADD overdraft_minor  bigint      NOT NULL DEFAULT 0 CHECK (overdraft_minor >= 0),
    ADD no_credit_excess boolean     NOT NULL DEFAULT false,
    ADD changed_at       timestamptz,
    ADD CONSTRAINT no_debit_excess CHECK (NOT no_debit_excess
        OR debits_pending + debits_posted <= credits_posted + overdraft_minor),
    ADD CONSTRAINT no_credit_excess CHECK (NOT no_credit_excess
        OR credits_pending + credits_posted <= debits_posted + overdraft_minor);

-- The times of an account's entries never fall, from now on; where clocks disagreed, they do not
-- now.
GRANT UPDATE ON ledger.entries TO CURRENT_USER;
UPDATE ledger.entries e SET created_at = m.at
FROM (SELECT city, account_id, version, max(created_at)
      OVER (PARTITION BY city, account_id ORDER BY version) AS at FROM ledger.entries) m
WHERE (e.city, e.account_id, e.version) = (m.city, m.account_id, m.version) AND e.created_at < m.at;
REVOKE UPDATE ON ledger.entries FROM CURRENT_USER;

UPDATE ledger.balances b SET changed_at = e.last
FROM (SELECT city, account_id, max(created_at) AS last FROM ledger.entries GROUP BY 1, 2) e
WHERE e.city = b.city AND e.account_id = b.account_id;

-- The versions of the two entries that a transfer made; none where it only set aside or released.
GRANT UPDATE ON ledger.transfers TO CURRENT_USER;
ALTER TABLE ledger.transfers
    ADD kind           text NOT NULL DEFAULT 'single'
                       CHECK (kind IN ('single', 'pending', 'post', 'void', 'expire')),
    ADD pending_id     uuid,
    ADD expires_at     timestamptz,
    ADD group_id       uuid,
    ADD debit_version  bigint,
    ADD credit_version bigint,
    ADD CHECK ((kind IN ('post', 'void', 'expire')) = (pending_id IS NOT NULL)),
    ADD CHECK (kind = 'pending' OR expires_at IS NULL);

UPDATE ledger.transfers t SET debit_version = e.version FROM ledger.entries e
WHERE e.transfer_city = t.city AND e.transfer_id = t.id
  AND (e.city, e.account_id) = (t.debit_city, t.debit_account);
UPDATE ledger.transfers t SET credit_version = e.version FROM ledger.entries e
WHERE e.transfer_city = t.city AND e.transfer_id = t.id
  AND (e.city, e.account_id) = (t.credit_city, t.credit_account);

ALTER TABLE ledger.transfers
    ADD CHECK ((kind IN ('single', 'post')) = (debit_version IS NOT NULL)),
    ADD CHECK ((debit_version IS NULL) = (credit_version IS NULL));
REVOKE UPDATE ON ledger.transfers FROM CURRENT_USER;

-- A hold is resolved once, whatever the program believes.
CREATE UNIQUE INDEX transfers_resolution ON ledger.transfers (city, pending_id)
    WHERE pending_id IS NOT NULL;

-- Pending transfers that are not resolved yet. Whoever resolves one locks its row and deletes it.
CREATE TABLE ledger.holds (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    debit_city     integer     NOT NULL,
    debit_account  uuid        NOT NULL,
    credit_city    integer     NOT NULL,
    credit_account uuid        NOT NULL,
    amount_minor   bigint      NOT NULL CHECK (amount_minor > 0),
    currency       char(3)     NOT NULL,
    expires_at     timestamptz,
    PRIMARY KEY (city, id)
);

-- The heads of the hash chains of a city. There are several, so that writers need not wait for
-- each other; each takes one.
CREATE TABLE ledger.chains (
    city  integer  NOT NULL,
    chain smallint NOT NULL CHECK (chain >= 0),
    seq   bigint   NOT NULL CHECK (seq >= 0),
    hash  bytea    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (city, chain)
) WITH (fillfactor = 50);

-- One block for each batch of transfers, in their order. hash = SHA-256(hash before || the
-- transfers' lines); the first of a chain follows on 32 zero bytes.
CREATE TABLE ledger.blocks (
    city         integer     NOT NULL,
    chain        smallint    NOT NULL,
    seq          bigint      NOT NULL CHECK (seq > 0),
    transfer_ids uuid[]      NOT NULL CHECK (cardinality(transfer_ids) > 0),
    hash         bytea       NOT NULL CHECK (length(hash) = 32),
    sealed_at    timestamptz NOT NULL,
    PRIMARY KEY (city, chain, seq)
);

-- Identifiers do not compress, and trying costs time.
ALTER TABLE ledger.blocks ALTER transfer_ids SET STORAGE EXTERNAL;

-- Seals what was posted before there were blocks: one block for each city.
INSERT INTO ledger.blocks (city, chain, seq, transfer_ids, hash, sealed_at)
SELECT city, 0, 1, array_agg(id ORDER BY id),
       sha256(decode(repeat('00', 32), 'hex')
              || convert_to(string_agg(line || E'\n', '' ORDER BY id), 'UTF8')),
       max(created_at)
FROM (SELECT *, concat_ws('|', id, kind, coalesce(pending_id::text, '-'), coalesce(group_id::text, '-'),
             debit_city, debit_account, coalesce(debit_version::text, '-'),
             credit_city, credit_account, coalesce(credit_version::text, '-'),
             amount_minor, currency, code,
             coalesce((extract(epoch FROM expires_at) * 1000000)::bigint::text, '-'),
             (extract(epoch FROM created_at) * 1000000)::bigint) AS line
      FROM ledger.transfers) t
GROUP BY city;
INSERT INTO ledger.chains (city, chain, seq, hash) SELECT city, chain, seq, hash FROM ledger.blocks;

REVOKE UPDATE, DELETE, TRUNCATE ON ledger.blocks FROM CURRENT_USER;
