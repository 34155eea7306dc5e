// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    cases.answers (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        agency_id -> Uuid,
        outcome -> Text,
        answered_at -> Timestamptz,
        in_time -> Bool,
        ask_until -> Nullable<Timestamptz>,
        solved -> Nullable<Bool>,
        satisfaction -> Nullable<Int2>,
        rated_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cases.cases (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        listing_id -> Uuid,
        version -> Int4,
        category -> Text,
        intent -> Text,
        account_id -> Uuid,
        person_id -> Nullable<Uuid>,
        hidden -> Bool,
        content_sealed -> Bytea,
        lat -> Nullable<Float8>,
        long -> Nullable<Float8>,
        district -> Nullable<Int4>,
        state -> Text,
        desk -> Text,
        proposed_desk -> Nullable<Text>,
        disputed_by -> Nullable<Uuid>,
        dispute_until -> Timestamptz,
        trigger_on -> Date,
        extended -> Bool,
        provisional -> Bool,
        due_on -> Date,
        due_at -> Timestamptz,
        outcome -> Nullable<Text>,
        reopened -> Int4,
        parent_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cases.events (city, case_id, n) {
        city -> Int4,
        case_id -> Uuid,
        n -> Int4,
        turn -> Text,
        state -> Text,
        happened_at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    cases.followers (city, case_id, account_id) {
        city -> Int4,
        case_id -> Uuid,
        account_id -> Uuid,
        person_id -> Nullable<Uuid>,
        followed_at -> Timestamptz,
    }
}

diesel::table! {
    cases.texts (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        n -> Int4,
        text_sealed -> Bytea,
    }
}

diesel::allow_tables_to_appear_in_same_query!(answers, cases, events, followers, texts,);
