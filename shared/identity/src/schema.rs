// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    identity.access_entries (person_id, id) {
        person_id -> Uuid,
        id -> Uuid,
        accessed_at -> Timestamptz,
        accessor -> Text,
        accessor_id -> Nullable<Uuid>,
        city -> Int4,
        agency_id -> Nullable<Uuid>,
        action -> Text,
        purpose -> Text,
        legal_basis -> Text,
        case_ref -> Nullable<Text>,
        request_id -> Text,
    }
}

diesel::table! {
    identity.access_purposes (code) {
        code -> Text,
        name_en -> Text,
        name_zh -> Text,
    }
}

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
    identity.authorization_codes (digest) {
        digest -> Bytea,
        client_id -> Uuid,
        account_id -> Uuid,
        redirect_uri -> Text,
        scopes -> Array<Nullable<Text>>,
        nonce -> Nullable<Text>,
        code_challenge -> Text,
        authenticated_at -> Timestamptz,
        methods -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        session_id -> Nullable<Uuid>,
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
    identity.client_consents (account_id, client_id) {
        account_id -> Uuid,
        client_id -> Uuid,
        scopes -> Array<Nullable<Text>>,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    identity.client_keys (client_id, kid) {
        client_id -> Uuid,
        kid -> Text,
        jwk -> Jsonb,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.client_requests (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        name -> Text,
        scopes -> Array<Nullable<Text>>,
        public_jwk -> Jsonb,
        requested_by -> Uuid,
        requester -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        approved_by -> Nullable<Uuid>,
        approver -> Nullable<Uuid>,
        approved_at -> Nullable<Timestamptz>,
        client_id -> Nullable<Uuid>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.clients (id) {
        id -> Uuid,
        city -> Int4,
        agency_id -> Nullable<Uuid>,
        name -> Text,
        public_jwk -> Nullable<Jsonb>,
        scopes -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
        redirect_uris -> Array<Nullable<Text>>,
        post_logout_redirect_uris -> Array<Nullable<Text>>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.counters (key) {
        key -> Bytea,
        last_at -> Timestamptz,
        hour_started_at -> Timestamptz,
        in_hour -> Int4,
        day_started_at -> Timestamptz,
        in_day -> Int4,
    }
}

diesel::table! {
    identity.known_clients (address_index, client_index) {
        address_index -> Bytea,
        client_index -> Bytea,
        signed_in_at -> Timestamptz,
    }
}

diesel::table! {
    identity.legal_bases (code) {
        code -> Text,
        citation_en -> Text,
        citation_zh -> Text,
        statutory -> Bool,
    }
}

diesel::table! {
    identity.one_time_codes (id) {
        id -> Uuid,
        purpose -> Text,
        channel -> Text,
        address_index -> Bytea,
        address_sealed -> Bytea,
        client_index -> Bytea,
        account_id -> Nullable<Uuid>,
        city -> Int4,
        code_digest -> Nullable<Bytea>,
        attempts -> Int2,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.passkey_ceremonies (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        state -> Jsonb,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    identity.passkeys (id) {
        id -> Uuid,
        account_id -> Uuid,
        credential_id -> Bytea,
        credential -> Jsonb,
        name -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.passwords (account_id) {
        account_id -> Uuid,
        phc_sealed -> Bytea,
        alone -> Bool,
        set_at -> Timestamptz,
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
    identity.person_lookups (accessor_id, document_index) {
        accessor_id -> Uuid,
        document_index -> Bytea,
        looked_up_at -> Timestamptz,
    }
}

diesel::table! {
    identity.phones (account_id) {
        account_id -> Uuid,
        phone_index -> Bytea,
        phone_sealed -> Bytea,
        verified_at -> Timestamptz,
    }
}

diesel::table! {
    identity.pushed_requests (digest) {
        digest -> Bytea,
        client_id -> Uuid,
        parameters -> Jsonb,
        opened_at -> Nullable<Timestamptz>,
        expires_at -> Timestamptz,
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
        successor -> Nullable<Bytea>,
        reissued_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.sessions (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        client_id -> Nullable<Uuid>,
        scopes -> Array<Nullable<Text>>,
        authenticated_at -> Timestamptz,
        methods -> Array<Nullable<Text>>,
        cookie_digest -> Nullable<Bytea>,
        device -> Nullable<Text>,
        acted_as_staff_at -> Nullable<Timestamptz>,
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

diesel::table! {
    identity.sms_budgets (counted_on, prefix) {
        counted_on -> Date,
        prefix -> Text,
        sent -> Int4,
        verified -> Int4,
    }
}

diesel::table! {
    identity.staff (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        invitation_id -> Uuid,
        created_at -> Timestamptz,
        certified_at -> Timestamptz,
        certified_by -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    identity.staff_invitations (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        role -> Text,
        email_index -> Bytea,
        email_sealed -> Bytea,
        code_digest -> Bytea,
        invited_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.step_up_codes (account_id) {
        account_id -> Uuid,
        code_digest -> Bytea,
        attempts -> Int2,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.step_ups (id) {
        id -> Uuid,
        account_id -> Uuid,
        session_id -> Uuid,
        purpose -> Text,
        object -> Nullable<Text>,
        amount_minor -> Nullable<Int8>,
        currency -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity.verifications (id) {
        id -> Uuid,
        account_id -> Uuid,
        state -> Text,
        claim_sealed -> Nullable<Bytea>,
        withheld -> Bool,
        person_id -> Nullable<Uuid>,
        level -> Nullable<Int2>,
        provider -> Nullable<Text>,
        evidence_digest -> Nullable<Bytea>,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    access_entries,
    access_purposes,
    accounts,
    authorization_codes,
    client_assertions,
    client_consents,
    client_keys,
    client_requests,
    clients,
    counters,
    known_clients,
    legal_bases,
    one_time_codes,
    passkey_ceremonies,
    passkeys,
    passwords,
    people,
    person_lookups,
    phones,
    pushed_requests,
    refresh_tokens,
    sessions,
    sign_in_codes,
    sms_budgets,
    staff,
    staff_invitations,
    step_up_codes,
    step_ups,
    verifications,
);
