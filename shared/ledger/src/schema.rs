// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    ledger.accounts (city, id) {
        city -> Int4,
        id -> Uuid,
        code -> Text,
        owner_id -> Nullable<Uuid>,
        currency -> Bpchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    ledger.balances (city, account_id) {
        city -> Int4,
        account_id -> Uuid,
        debits_posted -> Int8,
        credits_posted -> Int8,
        no_debit_excess -> Bool,
        version -> Int8,
        debits_pending -> Int8,
        credits_pending -> Int8,
        overdraft_minor -> Int8,
        no_credit_excess -> Bool,
        changed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    ledger.blocks (city, chain, seq) {
        city -> Int4,
        chain -> Int2,
        seq -> Int8,
        transfer_ids -> Array<Nullable<Uuid>>,
        hash -> Bytea,
        sealed_at -> Timestamptz,
    }
}

diesel::table! {
    ledger.chains (city, chain) {
        city -> Int4,
        chain -> Int2,
        seq -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    ledger.entries (city, account_id, version) {
        city -> Int4,
        account_id -> Uuid,
        version -> Int8,
        transfer_city -> Int4,
        transfer_id -> Uuid,
        amount_minor -> Int8,
        balance_after -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    ledger.holds (city, id) {
        city -> Int4,
        id -> Uuid,
        debit_city -> Int4,
        debit_account -> Uuid,
        credit_city -> Int4,
        credit_account -> Uuid,
        amount_minor -> Int8,
        currency -> Bpchar,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    ledger.transfers (city, id) {
        city -> Int4,
        id -> Uuid,
        debit_city -> Int4,
        debit_account -> Uuid,
        credit_city -> Int4,
        credit_account -> Uuid,
        amount_minor -> Int8,
        currency -> Bpchar,
        code -> Text,
        created_at -> Timestamptz,
        kind -> Text,
        pending_id -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        group_id -> Nullable<Uuid>,
        debit_version -> Nullable<Int8>,
        credit_version -> Nullable<Int8>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts, balances, blocks, chains, entries, holds, transfers,
);
