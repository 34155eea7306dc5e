// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    platform.data_keys (id) {
        id -> Uuid,
        class -> Text,
        kek -> Int4,
        wrapped -> Bytea,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    platform.events (id) {
        id -> Uuid,
        name -> Text,
        payload -> Jsonb,
        happened_at -> Timestamptz,
        dispatched_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    platform.idempotency_keys (city, subject_id, key) {
        city -> Int4,
        subject_id -> Uuid,
        key -> Text,
        request_hash -> Bytea,
        status -> Nullable<Int2>,
        content_type -> Nullable<Text>,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
        body_sealed -> Nullable<Bytea>,
    }
}

diesel::table! {
    platform.jobs (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        run_at -> Timestamptz,
        attempts -> Int4,
        locked_until -> Nullable<Timestamptz>,
        dead_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    platform.key_fingerprints (purpose) {
        purpose -> Text,
        fingerprint -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    data_keys,
    events,
    idempotency_keys,
    jobs,
    key_fingerprints,
);
