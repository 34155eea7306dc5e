// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    results.observations (city, id) {
        city -> Int4,
        id -> Uuid,
        resource_id -> Uuid,
        report_id -> Uuid,
        version -> Int4,
        n -> Int2,
        person_id -> Uuid,
        status -> Text,
        effective_at -> Timestamptz,
        code_index -> Bytea,
        content_sealed -> Bytea,
    }
}

diesel::table! {
    results.orders (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        order_no -> Text,
        person_id -> Uuid,
        status -> Text,
        source -> Text,
        version -> Int4,
        authored_at -> Timestamptz,
        content_digest -> Nullable<Bytea>,
        content_sealed -> Nullable<Bytea>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    results.release_events (city, id) {
        city -> Int4,
        id -> Uuid,
        report_id -> Uuid,
        n -> Int4,
        version -> Int4,
        step -> Text,
        state -> Text,
        happened_at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
        words_sealed -> Nullable<Bytea>,
    }
}

diesel::table! {
    results.releases (city, report_id) {
        city -> Int4,
        report_id -> Uuid,
        agency_id -> Uuid,
        person_id -> Uuid,
        version -> Int4,
        class -> Text,
        state -> Text,
        acknowledge_by -> Nullable<Timestamptz>,
        acknowledged_at -> Nullable<Timestamptz>,
        release_at -> Nullable<Timestamptz>,
        released_at -> Nullable<Timestamptz>,
        rule_id -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    results.report_versions (city, id) {
        city -> Int4,
        id -> Uuid,
        report_id -> Uuid,
        version -> Int4,
        status -> Text,
        issued_at -> Timestamptz,
        received_at -> Timestamptz,
        content_digest -> Bytea,
        content_sealed -> Bytea,
    }
}

diesel::table! {
    results.reports (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        report_no -> Text,
        order_id -> Uuid,
        person_id -> Uuid,
        current_version -> Int4,
        last_version -> Int4,
        status -> Text,
        issued_at -> Timestamptz,
        effective_at -> Nullable<Timestamptz>,
        category -> Text,
        code_index -> Bytea,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    results.viewings (city, session_id, report_id) {
        city -> Int4,
        session_id -> Uuid,
        report_id -> Uuid,
        person_id -> Uuid,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    results.views (city, report_id, version, viewer, viewer_id) {
        city -> Int4,
        report_id -> Uuid,
        version -> Int4,
        viewer -> Text,
        viewer_id -> Uuid,
        viewed_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    observations,
    orders,
    release_events,
    releases,
    report_versions,
    reports,
    viewings,
    views,
);
