// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    identity.accounts (id) {
        id -> Uuid,
        city -> Int4,
        email_index -> Bytea,
        email_sealed -> Bytea,
        locale -> Text,
        person_id -> Nullable<Uuid>,
        real_name_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    identity.client_assertions (client_id, jti) {
        client_id -> Uuid,
        jti -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    identity.clients (id) {
        id -> Uuid,
        city -> Int4,
        agency_id -> Uuid,
        name -> Text,
        public_jwk -> Jsonb,
        scopes -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.people (id) {
        id -> Uuid,
        id_number_index -> Bytea,
        id_number_sealed -> Bytea,
        name_sealed -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    identity.refresh_tokens (digest) {
        digest -> Bytea,
        account_id -> Uuid,
        session_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.sessions (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.sign_in_codes (email_index) {
        email_index -> Bytea,
        city -> Int4,
        code_digest -> Bytea,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        attempts -> Int2,
        used_at -> Nullable<Timestamptz>,
        hour_started_at -> Timestamptz,
        sent_in_hour -> Int2,
        attempts_in_hour -> Int2,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    client_assertions,
    clients,
    people,
    refresh_tokens,
    sessions,
    sign_in_codes,
);
