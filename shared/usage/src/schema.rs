// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    usage.counters (city, month, item, agency_id, measure, shard) {
        city -> Int4,
        month -> Date,
        item -> Text,
        agency_id -> Uuid,
        measure -> Text,
        shard -> Int2,
        times -> Int8,
    }
}
