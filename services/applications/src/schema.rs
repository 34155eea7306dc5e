// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    applications.applicants (city, listing_id, person_id) {
        city -> Int4,
        listing_id -> Uuid,
        person_id -> Uuid,
        open_count -> Int4,
    }
}

diesel::table! {
    applications.applications (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        listing_id -> Uuid,
        listing_version -> Int4,
        person_id -> Uuid,
        account_id -> Uuid,
        bill_id -> Nullable<Uuid>,
        state -> Text,
        delivery -> Text,
        steps_done -> Int2,
        started_on -> Nullable<Date>,
        step_from -> Nullable<Date>,
        act_by -> Timestamptz,
        lodged_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        in_time -> Nullable<Bool>,
        refusal -> Nullable<Text>,
        outcome_no -> Nullable<Text>,
        valid_until -> Nullable<Date>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    applications.events (city, id) {
        city -> Int4,
        id -> Uuid,
        application_id -> Uuid,
        n -> Int4,
        event -> Text,
        state -> Text,
        step -> Nullable<Text>,
        said_sealed -> Nullable<Bytea>,
        happened_at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    applications.filings (city, id) {
        city -> Int4,
        id -> Uuid,
        application_id -> Uuid,
        n -> Int4,
        content_sealed -> Bytea,
        filed_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(applicants, applications, events, filings,);
