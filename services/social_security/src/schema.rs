// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    social_security.order_lines (city, order_id, kind) {
        city -> Int4,
        order_id -> Uuid,
        kind -> Text,
        rate_bp -> Int4,
        monthly_minor -> Int8,
    }
}

diesel::table! {
    social_security.order_months (city, agency_id, person_id, kind, month) {
        city -> Int4,
        agency_id -> Uuid,
        person_id -> Uuid,
        kind -> Text,
        month -> Date,
        order_id -> Uuid,
    }
}

diesel::table! {
    social_security.orders (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        person_id -> Uuid,
        bill_id -> Uuid,
        rule_id -> Uuid,
        state -> Text,
        base_minor -> Int8,
        first_month -> Date,
        months -> Int2,
        amount_minor -> Int8,
        pay_by -> Timestamptz,
        ordered_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    social_security.viewings (city, session_id, agency_id) {
        city -> Int4,
        session_id -> Uuid,
        agency_id -> Uuid,
        person_id -> Uuid,
        ends_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(order_lines, order_months, orders, viewings,);
