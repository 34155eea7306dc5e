// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    marriage.annulments (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        ground -> Text,
        judgment_sealed -> Bytea,
        judged_on -> Date,
        entered_by -> Uuid,
        entered_at -> Timestamptz,
    }
}

diesel::table! {
    marriage.case_events (city, case_id, n) {
        city -> Int4,
        case_id -> Uuid,
        n -> Int4,
        event -> Text,
        state -> Text,
        happened_at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    marriage.cases (city, id) {
        city -> Int4,
        id -> Uuid,
        kind -> Text,
        state -> Text,
        agency_id -> Nullable<Uuid>,
        office_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        appointment_id -> Nullable<Uuid>,
        held_on -> Nullable<Date>,
        starts_at -> Nullable<Timestamptz>,
        lapses_at -> Nullable<Timestamptz>,
        refusal -> Nullable<Text>,
        refusal_rule_id -> Nullable<Uuid>,
        registered_on -> Nullable<Date>,
        certificate_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    marriage.corrections (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        kind -> Text,
        registered_on -> Nullable<Date>,
        grounds_sealed -> Bytea,
        state -> Text,
        proposed_by -> Uuid,
        proposed_account -> Uuid,
        proposed_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    marriage.divorces (city, case_id) {
        city -> Int4,
        case_id -> Uuid,
        agency_id -> Uuid,
        marriage_city -> Int4,
        marriage_id -> Uuid,
        rule_id -> Uuid,
        entered_by -> Uuid,
        signed_a_at -> Nullable<Timestamptz>,
        signed_b_at -> Nullable<Timestamptz>,
        received_on -> Nullable<Date>,
        withdrawn_by -> Nullable<Text>,
        certified_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    marriage.engagements (city, person_id) {
        city -> Int4,
        person_id -> Uuid,
        case_city -> Int4,
        case_id -> Uuid,
    }
}

diesel::table! {
    marriage.invitations (city, case_id) {
        city -> Int4,
        case_id -> Uuid,
        token_digest -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    marriage.parties (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        side -> Text,
        person_id -> Uuid,
        account_id -> Uuid,
        name_sealed -> Bytea,
        joined_at -> Timestamptz,
        seen_at -> Nullable<Timestamptz>,
        seen_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    marriage.statements (city, id) {
        city -> Int4,
        id -> Uuid,
        case_id -> Uuid,
        side -> Text,
        rule_id -> Uuid,
        content_sealed -> Bytea,
        signed_at -> Timestamptz,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    annulments,
    case_events,
    cases,
    corrections,
    divorces,
    engagements,
    invitations,
    parties,
    statements,
);
