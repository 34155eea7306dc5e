// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    inquiry.answers (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        subject -> Text,
        person_id -> Uuid,
        as_of -> Timestamptz,
        asked_at -> Timestamptz,
        record_sealed -> Bytea,
    }
}

diesel::table! {
    inquiry.sources (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        subject -> Text,
        url -> Text,
        api_key_sealed -> Bytea,
        fresh_for_seconds -> Int4,
        set_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(answers, sources,);
