// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    booking.appointments (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        service -> Text,
        session_id -> Uuid,
        slot_id -> Uuid,
        channel -> Text,
        unit_id -> Uuid,
        person_id -> Uuid,
        account_id -> Nullable<Uuid>,
        on_day -> Date,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        origin -> Text,
        state -> Text,
        bill_id -> Nullable<Uuid>,
        held_until -> Nullable<Timestamptz>,
        cancelled_by -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    booking.bookers (city, person_id) {
        city -> Int4,
        person_id -> Uuid,
        bookings -> Int8,
    }
}

diesel::table! {
    booking.companions (city, appointment_id, person_id) {
        city -> Int4,
        appointment_id -> Uuid,
        person_id -> Uuid,
        account_id -> Uuid,
    }
}

diesel::table! {
    booking.draw_entries (city, session_id, person_id) {
        city -> Int4,
        session_id -> Uuid,
        person_id -> Uuid,
        ticket -> Uuid,
        account_id -> Uuid,
        position -> Nullable<Int4>,
        outcome -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.draws (city, session_id) {
        city -> Int4,
        session_id -> Uuid,
        commitment -> Bytea,
        seed_sealed -> Bytea,
        seed -> Nullable<Bytea>,
        entries_digest -> Nullable<Bytea>,
        drawn_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.givebacks (city, id) {
        city -> Int4,
        id -> Uuid,
        slot_id -> Uuid,
        channel -> Text,
        offered_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.letters (city, appointment_id, about) {
        city -> Int4,
        appointment_id -> Uuid,
        about -> Text,
        written_at -> Timestamptz,
    }
}

diesel::table! {
    booking.objections (city, id) {
        city -> Int4,
        id -> Uuid,
        strike_id -> Uuid,
        agency_id -> Uuid,
        grounds_sealed -> Bytea,
        state -> Text,
        answer_sealed -> Nullable<Bytea>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.places (city, slot_id, channel) {
        city -> Int4,
        slot_id -> Uuid,
        channel -> Text,
        capacity -> Int2,
        taken -> Int2,
        cooling -> Int2,
    }
}

diesel::table! {
    booking.sessions (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        service -> Text,
        external_no -> Text,
        unit_id -> Uuid,
        provider_id -> Nullable<Uuid>,
        grade -> Text,
        title_en -> Text,
        title_zh -> Text,
        place_en -> Text,
        place_zh -> Text,
        on_day -> Date,
        part -> Text,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        fee_minor -> Int8,
        currency -> Text,
        allocation -> Text,
        releases_at -> Timestamptz,
        closes_at -> Timestamptz,
        draws_at -> Nullable<Timestamptz>,
        quota_rule_id -> Uuid,
        hold_rule_id -> Uuid,
        cancel_rule_id -> Uuid,
        giveback_rule_id -> Uuid,
        waitlist_rule_id -> Uuid,
        strike_rule_id -> Uuid,
        state -> Text,
        stop_reason -> Nullable<Text>,
        content_digest -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.slots (city, id) {
        city -> Int4,
        id -> Uuid,
        session_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    booking.strikes (city, id) {
        city -> Int4,
        id -> Uuid,
        person_id -> Uuid,
        account_id -> Nullable<Uuid>,
        agency_id -> Uuid,
        service -> Text,
        appointment_id -> Uuid,
        kind -> Text,
        struck_on -> Date,
        expires_on -> Date,
        evidence -> Jsonb,
        rule_id -> Uuid,
        state -> Text,
        annulled_for -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking.waitlist_entries (city, id) {
        city -> Int4,
        id -> Uuid,
        session_id -> Uuid,
        person_id -> Uuid,
        account_id -> Uuid,
        rank -> Nullable<Int4>,
        state -> Text,
        appointment_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    appointments,
    bookers,
    companions,
    draw_entries,
    draws,
    givebacks,
    letters,
    objections,
    places,
    sessions,
    slots,
    strikes,
    waitlist_entries,
);
