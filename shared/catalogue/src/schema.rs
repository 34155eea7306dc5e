// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    agencies (city, id) {
        city -> Int4,
        id -> Uuid,
        name_en -> Text,
        name_zh -> Text,
    }
}

diesel::table! {
    cities (code) {
        code -> Int4,
        name_en -> Text,
        name_zh -> Text,
        time_zone -> Text,
        sandbox -> Bool,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        working -> Bool,
        name_en -> Text,
        name_zh -> Text,
    }
}

diesel::table! {
    offices (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        kind -> Text,
        name_en -> Text,
        name_zh -> Text,
        address_en -> Text,
        address_zh -> Text,
        capabilities -> Array<Nullable<Text>>,
        open -> Bool,
    }
}

diesel::table! {
    rules (id) {
        id -> Uuid,
        key -> Text,
        city -> Nullable<Int4>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        params -> Jsonb,
        citation_en -> Text,
        citation_zh -> Text,
        verified_on -> Date,
        agency_id -> Nullable<Uuid>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(agencies, cities, holidays, offices, rules,);
