DROP TABLE ledger.blocks, ledger.chains, ledger.holds;
DROP INDEX ledger.transfers_resolution;
ALTER TABLE ledger.transfers
    DROP COLUMN kind,
    DROP COLUMN pending_id,
    DROP COLUMN expires_at,
    DROP COLUMN group_id,
    DROP COLUMN debit_version,
    DROP COLUMN credit_version;
ALTER TABLE ledger.balances
    DROP CONSTRAINT no_debit_excess,
    DROP CONSTRAINT no_credit_excess,
    DROP COLUMN debits_pending,
    DROP COLUMN credits_pending,
    DROP COLUMN overdraft_minor,
    DROP COLUMN no_credit_excess,
    DROP COLUMN changed_at,
    ADD CONSTRAINT no_debit_excess CHECK (NOT no_debit_excess OR debits_posted <= credits_posted);
