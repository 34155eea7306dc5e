//! What can be done to books, and what is to be said of it.

/// What was done, the fault that is found first, and where: `tN` stands for the N-th transfer,
/// `wallet`, `agency` and `processor` for the identifiers of accounts.
pub type Case = (&'static str, &'static str, &'static str);

const HAS_NOT_ITS_ENTRIES: &str = "a transfer has not its two entries";
const WRONG_HASH: &str = "a block does not have the hash of its transfers";
const WRONG_HOLD: &str = "a hold that its pending transfer does not explain";
const WRONG_COUNTER: &str = "a counter is not the sum of its entries";
const WRONG_PENDING: &str = "a pending counter that is not the sum of the account's holds";
const WRONG_TIME: &str = "an entry does not have the time of its transfer";

pub const TRANSFERS: [Case; 12] = [
    (
        "UPDATE ledger.transfers SET amount_minor = 201 WHERE id = 't2'",
        HAS_NOT_ITS_ENTRIES,
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.transfers SET amount_minor = 201 WHERE id = 't2'; \
         UPDATE ledger.entries SET amount_minor = sign(amount_minor) * 201 \
         WHERE transfer_id = 't2'; \
         UPDATE ledger.entries SET balance_after = balance_after - 1 \
         WHERE account_id = 'wallet' AND version > 1; \
         UPDATE ledger.entries SET balance_after = balance_after + 1 WHERE account_id = 'agency'; \
         UPDATE ledger.balances SET debits_posted = debits_posted + 1 WHERE account_id = 'wallet'; \
         UPDATE ledger.balances SET credits_posted = credits_posted + 1 \
         WHERE account_id = 'agency'",
        WRONG_HASH,
        "city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.transfers SET code = 'gift' WHERE id = 't3'",
        WRONG_HASH,
        "city 330100, chain 0, block 3",
    ),
    (
        "UPDATE ledger.transfers SET expires_at = expires_at + interval '1 h' WHERE id = 't4'",
        WRONG_HASH,
        "city 330100, chain 0, block 4",
    ),
    (
        "UPDATE ledger.transfers SET created_at = created_at + interval '1 us' WHERE id = 't5'",
        WRONG_HASH,
        "city 330100, chain 0, block 5",
    ),
    (
        "UPDATE ledger.transfers SET pending_id = 't7' WHERE id = 't6'",
        "a transfer does not fit the hold that it resolves",
        "transfer t6, city 330100, chain 0, block 6",
    ),
    (
        "UPDATE ledger.accounts SET currency = 'USD' WHERE id = 'agency'",
        "a transfer is not of its accounts' currency",
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "DELETE FROM ledger.transfers WHERE id = 't3'",
        "a transfer is gone",
        "transfer t3, city 330100, chain 0, block 3",
    ),
    (
        "DELETE FROM ledger.transfers WHERE id = 't7'; \
         DELETE FROM ledger.entries WHERE transfer_id = 't7'",
        "a transfer is gone",
        "transfer t7, city 330100, chain 0, block 7",
    ),
    (
        "UPDATE ledger.transfers SET id = 't9' WHERE id = 't2'; \
         UPDATE ledger.transfers SET id = 't2' WHERE id = 't3'; \
         UPDATE ledger.transfers SET id = 't3' WHERE id = 't9'",
        HAS_NOT_ITS_ENTRIES,
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.transfers SET id = 't9' WHERE id = 't2'; \
         UPDATE ledger.transfers SET id = 't2' WHERE id = 't3'; \
         UPDATE ledger.transfers SET id = 't3' WHERE id = 't9'; \
         UPDATE ledger.entries SET transfer_id = CASE transfer_id WHEN 't2' THEN 't3'::uuid \
         ELSE 't2' END WHERE transfer_id IN ('t2', 't3')",
        WRONG_HASH,
        "city 330100, chain 0, block 2",
    ),
    (
        "INSERT INTO ledger.transfers (city, id, debit_city, debit_account, credit_city, \
         credit_account, amount_minor, currency, code, created_at, kind) SELECT city, 't9', \
         debit_city, debit_account, credit_city, credit_account, 1, currency, code, created_at, \
         'pending' FROM ledger.transfers WHERE id = 't4'",
        "a transfer that is in no block",
        "330100 t9",
    ),
];

pub const ENTRIES: [Case; 10] = [
    (
        "UPDATE ledger.entries SET amount_minor = -201 WHERE account_id = 'wallet' AND version = 2",
        HAS_NOT_ITS_ENTRIES,
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.entries SET amount_minor = 201 WHERE account_id = 'agency' AND version = 1",
        HAS_NOT_ITS_ENTRIES,
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.entries SET balance_after = 799 WHERE account_id = 'wallet' AND version = 2",
        "a balance does not follow from the one before",
        "city 330100, account wallet, entry 2",
    ),
    (
        "DELETE FROM ledger.entries WHERE account_id = 'agency' AND version = 2",
        HAS_NOT_ITS_ENTRIES,
        "transfer t3, city 330100, chain 0, block 3",
    ),
    (
        "DELETE FROM ledger.entries WHERE account_id = 'wallet' AND version = 5; \
         UPDATE ledger.balances SET version = 4, debits_posted = 540 WHERE account_id = 'wallet'",
        HAS_NOT_ITS_ENTRIES,
        "transfer t7, city 330100, chain 0, block 7",
    ),
    (
        "UPDATE ledger.entries SET version = 9 WHERE account_id = 'wallet' AND version = 2; \
         UPDATE ledger.entries SET version = 2 WHERE account_id = 'wallet' AND version = 3; \
         UPDATE ledger.entries SET version = 3 WHERE account_id = 'wallet' AND version = 9",
        HAS_NOT_ITS_ENTRIES,
        "transfer t2, city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.entries SET created_at = created_at - interval '1 us' \
         WHERE account_id = 'wallet' AND version = 2",
        WRONG_TIME,
        "city 330100, account wallet, entry 2",
    ),
    (
        "UPDATE ledger.entries SET created_at = created_at + interval '1 us' \
         WHERE account_id = 'agency' AND version = 3",
        WRONG_TIME,
        "city 330100, account agency, entry 3",
    ),
    (
        "INSERT INTO ledger.entries SELECT city, account_id, 6, transfer_city, transfer_id, \
         amount_minor, balance_after, created_at FROM ledger.entries \
         WHERE account_id = 'wallet' AND version = 5",
        "an entry that no transfer made",
        "330100 wallet, entry 6",
    ),
    (
        "INSERT INTO ledger.entries SELECT city, account_id, 6, city, 't9', -1, 449, created_at \
         FROM ledger.entries WHERE account_id = 'wallet' AND version = 5; \
         UPDATE ledger.balances SET version = 6, debits_posted = 551 WHERE account_id = 'wallet'",
        "an entry that no transfer made",
        "330100 wallet, entry 6",
    ),
];

pub const BLOCKS: [Case; 10] = [
    (
        "DELETE FROM ledger.blocks WHERE seq = 7",
        "a block is missing",
        "city 330100, chain 0, block 7",
    ),
    (
        "DELETE FROM ledger.blocks WHERE seq = 4",
        "a block is missing",
        "city 330100, chain 0, block 4",
    ),
    (
        "DELETE FROM ledger.blocks WHERE seq = 7; UPDATE ledger.chains c SET (seq, hash) = \
         (SELECT seq, hash FROM ledger.blocks WHERE seq = 6)",
        "a transfer that is in no block",
        "330100 t7",
    ),
    (
        "DELETE FROM ledger.blocks; DELETE FROM ledger.chains",
        "a transfer that is in no block",
        "330100 0000",
    ),
    (
        "UPDATE ledger.blocks SET seq = 9 WHERE seq = 2; \
         UPDATE ledger.blocks SET seq = 2 WHERE seq = 3; \
         UPDATE ledger.blocks SET seq = 3 WHERE seq = 9",
        WRONG_HASH,
        "city 330100, chain 0, block 2",
    ),
    (
        "UPDATE ledger.blocks SET transfer_ids = transfer_ids || transfer_ids WHERE seq = 5",
        WRONG_HASH,
        "city 330100, chain 0, block 5",
    ),
    (
        "DELETE FROM ledger.chains",
        "a chain does not end where it should",
        "city 330100, chain 0, block 7",
    ),
    (
        "UPDATE ledger.chains SET seq = 6",
        "a chain does not end where it should",
        "city 330100, chain 0, block 7",
    ),
    (
        "UPDATE ledger.chains SET hash = sha256('')",
        "a chain does not end where it should",
        "city 330100, chain 0, block 7",
    ),
    (
        "INSERT INTO ledger.blocks SELECT b.city, b.chain, 8, '{t7}', \
         sha256(b.hash || convert_to(LINE, 'UTF8')), b.sealed_at \
         FROM ledger.blocks b, ledger.transfers t WHERE b.seq = 7 AND t.id = 't7'; \
         UPDATE ledger.chains SET (seq, hash) = \
         (SELECT seq, hash FROM ledger.blocks WHERE seq = 8)",
        "a transfer that is in two blocks",
        "330100 t7",
    ),
];

pub const BALANCES: [Case; 11] = [
    (
        "UPDATE ledger.balances SET credits_posted = credits_posted + 1 \
         WHERE account_id = 'agency'",
        WRONG_COUNTER,
        "city 330100, account agency",
    ),
    (
        "UPDATE ledger.balances SET debits_posted = debits_posted - 1 WHERE account_id = 'wallet'",
        WRONG_COUNTER,
        "city 330100, account wallet",
    ),
    (
        "UPDATE ledger.balances SET version = 6 WHERE account_id = 'wallet'",
        "an entry is gone",
        "city 330100, account wallet, entry 6",
    ),
    (
        "UPDATE ledger.balances SET version = 4, debits_posted = 540, \
         changed_at = changed_at - interval '1 min' WHERE account_id = 'wallet'; \
         UPDATE ledger.balances SET version = 3, credits_posted = 540, \
         changed_at = changed_at - interval '1 min' WHERE account_id = 'agency'",
        "an account does not count all of its entries",
        "city 330100, account ",
    ),
    (
        "UPDATE ledger.balances SET version = 0, debits_posted = 0, changed_at = NULL \
         WHERE account_id = 'processor'",
        "an account does not count all of its entries",
        "city 330100, account processor",
    ),
    (
        "INSERT INTO ledger.accounts SELECT city, 't9', code, 't9', currency, created_at \
         FROM ledger.accounts WHERE id = 'agency'; \
         INSERT INTO ledger.balances (city, account_id, no_debit_excess, credits_posted) \
         VALUES (330100, 't9', false, 5)",
        WRONG_COUNTER,
        "city 330100, account t9",
    ),
    (
        "UPDATE ledger.balances SET changed_at = changed_at + interval '1 us' \
         WHERE account_id = 'processor'",
        "an account did not change when its last entry was made",
        "city 330100, account processor",
    ),
    (
        "UPDATE ledger.balances SET debits_pending = 49 WHERE account_id = 'wallet'",
        WRONG_PENDING,
        "330100 wallet",
    ),
    (
        "UPDATE ledger.balances SET credits_pending = 49 WHERE account_id = 'agency'",
        WRONG_PENDING,
        "330100 agency",
    ),
    (
        "UPDATE ledger.balances SET debits_pending = 1 WHERE account_id = 'processor'; \
         UPDATE ledger.balances SET credits_pending = 1 WHERE account_id = 'processor'",
        WRONG_PENDING,
        "330100 processor",
    ),
    (
        "DELETE FROM ledger.balances WHERE account_id = 'agency'",
        "an account without its balance, or a balance without its account",
        "330100 agency",
    ),
];

pub const HOLDS: [Case; 6] = [
    ("UPDATE ledger.holds SET amount_minor = 49", WRONG_HOLD, "330100 t4"),
    ("UPDATE ledger.holds SET expires_at = expires_at + interval '1 d'", WRONG_HOLD, "330100 t4"),
    ("UPDATE ledger.holds SET credit_account = 'processor'", WRONG_HOLD, "330100 t4"),
    (
        "DELETE FROM ledger.holds; \
         UPDATE ledger.balances SET debits_pending = 0, credits_pending = 0",
        WRONG_HOLD,
        "330100 t4",
    ),
    ("UPDATE ledger.holds SET id = 't9'", WRONG_HOLD, "330100 0000"),
    (
        "INSERT INTO ledger.holds SELECT city, id, debit_city, debit_account, credit_city, \
         credit_account, amount_minor, currency, NULL FROM ledger.transfers WHERE id = 't5'; \
         UPDATE ledger.balances SET debits_pending = 110 WHERE account_id = 'wallet'; \
         UPDATE ledger.balances SET credits_pending = 110 WHERE account_id = 'agency'",
        WRONG_HOLD,
        "330100 t5",
    ),
];
