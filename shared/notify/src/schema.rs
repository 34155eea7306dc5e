// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    notify.messages (id) {
        id -> Uuid,
        content_sealed -> Nullable<Bytea>,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    notify.webhook_endpoints (city, owner_id) {
        city -> Int4,
        owner_id -> Uuid,
        url -> Text,
        secret_sealed -> Bytea,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(messages, webhook_endpoints,);
