// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    traffic.decisions (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        decision_no -> Text,
        plate -> Text,
        violation_code -> Text,
        violation_en -> Text,
        violation_zh -> Text,
        place -> Text,
        violated_at -> Timestamptz,
        served_on -> Date,
        points -> Int2,
        person_id -> Uuid,
        bill_id -> Uuid,
        payment_rule_id -> Uuid,
        surcharge_rule_id -> Uuid,
        content_digest -> Bytea,
        created_at -> Timestamptz,
    }
}
