// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    payments.bill_instalments (city, bill_id, n) {
        city -> Int4,
        bill_id -> Uuid,
        n -> Int2,
        amount_minor -> Int8,
        due_on -> Date,
    }
}

diesel::table! {
    payments.bill_lines (city, bill_id, n) {
        city -> Int4,
        bill_id -> Uuid,
        n -> Int2,
        text_en -> Text,
        text_zh -> Text,
        amount_minor -> Int8,
        refunded_minor -> Int8,
    }
}

diesel::table! {
    payments.bill_settlements (city, bill_id) {
        city -> Int4,
        bill_id -> Uuid,
        payment_id -> Uuid,
    }
}

diesel::table! {
    payments.bill_shares (city, bill_id, n) {
        city -> Int4,
        bill_id -> Uuid,
        n -> Int2,
        agency_id -> Uuid,
        parts -> Int4,
        received_minor -> Int8,
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
        payer_person_id -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        allows_partial -> Bool,
        line_count -> Int2,
        share_count -> Int2,
        instalment_count -> Int2,
        payment_count -> Int4,
        principal_paid_minor -> Int8,
        surcharge_paid_minor -> Int8,
        accrued_minor -> Int8,
        accrued_on -> Nullable<Date>,
        closed_at -> Nullable<Timestamptz>,
        cancel_reason -> Nullable<Text>,
    }
}

diesel::table! {
    payments.deposits (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        issuer -> Text,
        case_no -> Text,
        person_id -> Uuid,
        account_id -> Uuid,
        payer_city -> Int4,
        put_minor -> Int8,
        held_minor -> Int8,
        used_minor -> Int8,
        currency -> Text,
        hold_id -> Nullable<Uuid>,
        ends_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    payments.part_payments (city, bill_id, n) {
        city -> Int4,
        bill_id -> Uuid,
        n -> Int4,
        payment_id -> Uuid,
    }
}

diesel::table! {
    payments.payment_shares (city, payment_id, n) {
        city -> Int4,
        payment_id -> Uuid,
        n -> Int2,
        agency_id -> Uuid,
        amount_minor -> Int8,
        refunded_minor -> Int8,
        transfer_id -> Uuid,
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
    payments.refund_letters (city, refund_id) {
        city -> Int4,
        refund_id -> Uuid,
        posted_at -> Timestamptz,
    }
}

diesel::table! {
    payments.refund_lines (city, refund_id, n) {
        city -> Int4,
        refund_id -> Uuid,
        n -> Int2,
        amount_minor -> Int8,
    }
}

diesel::table! {
    payments.refund_totals (city, payment_id) {
        city -> Int4,
        payment_id -> Uuid,
        paid_minor -> Int8,
        refunded_minor -> Int8,
    }
}

diesel::table! {
    payments.refunds (city, id) {
        city -> Int4,
        id -> Uuid,
        payment_id -> Uuid,
        amount_minor -> Int8,
        currency -> Bpchar,
        reason -> Text,
        transfer_id -> Uuid,
        refunded_at -> Timestamptz,
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
    bill_instalments,
    bill_lines,
    bill_settlements,
    bill_shares,
    bills,
    deposits,
    part_payments,
    payment_shares,
    payments,
    receipt_letters,
    refund_letters,
    refund_lines,
    refund_totals,
    refunds,
    top_ups,
);
