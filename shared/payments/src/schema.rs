// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    payments.bill_settlements (city, bill_id) {
        city -> Int4,
        bill_id -> Uuid,
        payment_id -> Uuid,
    }
}

diesel::table! {
    payments.bills (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        issuer -> Text,
        external_no -> Text,
        debtor_person_id -> Uuid,
        subject_en -> Text,
        subject_zh -> Text,
        amount_minor -> Int8,
        currency -> Bpchar,
        due_on -> Date,
        surcharge_bps_per_day -> Nullable<Int4>,
        surcharge_cap_minor -> Nullable<Int8>,
        state -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    payments.payments (city, id) {
        city -> Int4,
        id -> Uuid,
        bill_id -> Uuid,
        payer_person_id -> Uuid,
        payer_account_id -> Uuid,
        principal_minor -> Int8,
        surcharge_minor -> Int8,
        currency -> Bpchar,
        transfer_id -> Uuid,
        paid_at -> Timestamptz,
    }
}

diesel::table! {
    payments.receipt_letters (city, payment_id) {
        city -> Int4,
        payment_id -> Uuid,
        posted_at -> Timestamptz,
    }
}

diesel::table! {
    payments.top_ups (city, id) {
        city -> Int4,
        id -> Uuid,
        person_id -> Uuid,
        amount_minor -> Int8,
        currency -> Bpchar,
        card_token -> Text,
        state -> Text,
        decline_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    bill_settlements,
    bills,
    payments,
    receipt_letters,
    top_ups,
);
