// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    exchange.conformance_evidence (city, agency_id, fact, message_no) {
        city -> Int4,
        agency_id -> Uuid,
        fact -> Text,
        message_no -> Text,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.holds (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        reason -> Text,
        waits_for -> Nullable<Text>,
        state -> Text,
        held_at -> Timestamptz,
        tries -> Int4,
        refused_with -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
        discard_reason -> Nullable<Text>,
    }
}

diesel::table! {
    exchange.messages (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        client_id -> Uuid,
        protocol -> Text,
        message_no -> Nullable<Text>,
        what -> Text,
        content_sha256 -> Bytea,
        conditions_sealed -> Nullable<Bytea>,
        body_sealed -> Bytea,
        proof_sealed -> Nullable<Bytea>,
        status -> Nullable<Int2>,
        answer_sealed -> Nullable<Bytea>,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.mllp_peers (city, facility, application) {
        city -> Int4,
        facility -> Text,
        application -> Text,
        agency_id -> Uuid,
        client_id -> Uuid,
        networks -> Array<Nullable<Text>>,
        charset -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.nonces (city, client_id, nonce) {
        city -> Int4,
        client_id -> Uuid,
        nonce -> Text,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.participants (city, agency_id) {
        city -> Int4,
        agency_id -> Uuid,
        state -> Text,
        contact_sealed -> Nullable<Bytea>,
        software -> Text,
        signs -> Bool,
        speaks_hl7 -> Bool,
        sandbox_jwk -> Nullable<Jsonb>,
        applied_by -> Nullable<Uuid>,
        applied_at -> Timestamptz,
        certified_at -> Nullable<Timestamptz>,
        live_asked_by -> Nullable<Uuid>,
        live_asked_at -> Nullable<Timestamptz>,
        live_approved_by -> Nullable<Uuid>,
        live_approved_at -> Nullable<Timestamptz>,
        live_at -> Nullable<Timestamptz>,
        suspended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    exchange.patients (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        person_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.refusals (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        client_id -> Uuid,
        protocol -> Text,
        what -> Text,
        content_sha256 -> Bytea,
        problem -> Text,
        refused_at -> Timestamptz,
    }
}

diesel::table! {
    exchange.sandboxes (city, agency_id) {
        city -> Int4,
        agency_id -> Uuid,
        twin_of_city -> Int4,
        client_id -> Uuid,
        signs -> Bool,
        speaks_hl7 -> Bool,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        drop_answers -> Int2,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    conformance_evidence,
    holds,
    messages,
    mllp_peers,
    nonces,
    participants,
    patients,
    refusals,
    sandboxes,
);
