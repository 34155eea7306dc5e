// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    certificates.certificates (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        kind -> Text,
        number -> Text,
        code_digest -> Bytea,
        case_ref -> Text,
        title_en -> Text,
        title_zh -> Text,
        issued_at -> Timestamptz,
        issued_on -> Date,
        valid_until -> Nullable<Date>,
        state -> Text,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Text>,
        replaced_by -> Nullable<Uuid>,
        kid -> Text,
        content_sealed -> Bytea,
    }
}

diesel::table! {
    certificates.holders (city, certificate_id, person_id) {
        city -> Int4,
        certificate_id -> Uuid,
        person_id -> Uuid,
    }
}

diesel::table! {
    certificates.signing_keys (id) {
        id -> Uuid,
        kid -> Text,
        public_jwk -> Jsonb,
        begins_at -> Timestamptz,
        private_sealed -> Nullable<Bytea>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(certificates, holders, signing_keys,);
