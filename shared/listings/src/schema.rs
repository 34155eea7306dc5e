// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    listings.events (city, listing_id, n) {
        city -> Int4,
        listing_id -> Uuid,
        n -> Int4,
        event -> Text,
        state -> Text,
        number -> Nullable<Int4>,
        reason_en -> Nullable<Text>,
        reason_zh -> Nullable<Text>,
        staff_id -> Nullable<Uuid>,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    listings.grams (gram) {
        gram -> Text,
        times -> Int4,
        items -> Array<Nullable<Int4>>,
    }
}

diesel::table! {
    listings.items (number) {
        number -> Int4,
        code -> Text,
        type_code -> Text,
        name_en -> Text,
        name_zh -> Text,
        summary_en -> Text,
        summary_zh -> Text,
        life_events -> Array<Nullable<Text>>,
        keywords -> Array<Nullable<Text>>,
        grams -> Int4,
    }
}

diesel::table! {
    listings.listings (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        item -> Text,
        engine -> Text,
        state -> Text,
        versions -> Int4,
        name_en -> Text,
        name_zh -> Text,
        reason_en -> Nullable<Text>,
        reason_zh -> Nullable<Text>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    listings.offers (city, item) {
        city -> Int4,
        item -> Int4,
        since -> Date,
    }
}

diesel::table! {
    listings.reviews (city, listing_id, number) {
        city -> Int4,
        listing_id -> Uuid,
        number -> Int4,
        outcome -> Text,
        reason -> Nullable<Text>,
        reviewed_by -> Nullable<Uuid>,
        reviewed_account -> Nullable<Uuid>,
        reviewed_at -> Timestamptz,
        in_force_from -> Nullable<Date>,
        in_force_to -> Nullable<Date>,
    }
}

diesel::table! {
    listings.types (code) {
        code -> Text,
        name_en -> Text,
        name_zh -> Text,
    }
}

diesel::table! {
    listings.versions (city, listing_id, number) {
        city -> Int4,
        listing_id -> Uuid,
        number -> Int4,
        file -> Text,
        digest -> Bytea,
        content -> Jsonb,
        submitted_by -> Nullable<Uuid>,
        submitted_account -> Nullable<Uuid>,
        submitted_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    events, grams, items, listings, offers, reviews, types, versions,
);
