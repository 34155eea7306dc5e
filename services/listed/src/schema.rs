// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    listed.appointments (city, id) {
        city -> Int4,
        id -> Uuid,
        listing_id -> Uuid,
        version -> Int4,
        agency_id -> Uuid,
        office_id -> Uuid,
        person_id -> Uuid,
        open -> Bool,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    listed.bills (city, id) {
        city -> Int4,
        id -> Uuid,
        listing_id -> Uuid,
        version -> Int4,
        agency_id -> Uuid,
        external_no -> Text,
        person_id -> Uuid,
        bill_id -> Uuid,
        fetched_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(appointments, bills,);
