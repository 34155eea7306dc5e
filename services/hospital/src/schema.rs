// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    hospital.announcements (city, visit_id, turn) {
        city -> Int4,
        visit_id -> Uuid,
        turn -> Text,
        told_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.charge_lines (city, charge_id, n) {
        city -> Int4,
        charge_id -> Uuid,
        n -> Int2,
        service -> Text,
        class -> Text,
        quantity -> Int4,
        unit_price_minor -> Int8,
        amount_minor -> Int8,
    }
}

diesel::table! {
    hospital.charge_refunds (city, id) {
        city -> Int4,
        id -> Uuid,
        settlement_id -> Uuid,
        refund_no -> Text,
        reason -> Text,
        cash_minor -> Int8,
        insurance_minor -> Int8,
        state -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.charges (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        visit_id -> Uuid,
        charge_no -> Text,
        person_id -> Uuid,
        payer_id -> Nullable<Uuid>,
        details_sealed -> Bytea,
        total_minor -> Int8,
        state -> Text,
        settlement_id -> Nullable<Uuid>,
        open_reason -> Nullable<Text>,
        content_digest -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.credit_takers (city, person_id) {
        city -> Int4,
        person_id -> Uuid,
        grants -> Int8,
    }
}

diesel::table! {
    hospital.departments (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        department_no -> Text,
        part_of_id -> Nullable<Uuid>,
        specialty -> Text,
        name_en -> Text,
        name_zh -> Text,
        pinyin -> Nullable<Text>,
        location_id -> Uuid,
        active -> Bool,
        search -> Text,
        content_digest -> Bytea,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.hospitals (city, agency_id) {
        city -> Int4,
        agency_id -> Uuid,
        grade -> Text,
        telecom -> Text,
        address_en -> Text,
        address_zh -> Text,
        longitude_micro -> Int4,
        latitude_micro -> Int4,
        pinyin -> Nullable<Text>,
        opened_on -> Nullable<Date>,
        state -> Text,
        search -> Text,
        content_digest -> Bytea,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.locations (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        location_no -> Text,
        part_of_id -> Nullable<Uuid>,
        physical_type -> Text,
        name_en -> Text,
        name_zh -> Text,
        address_en -> Nullable<Text>,
        address_zh -> Nullable<Text>,
        longitude_micro -> Nullable<Int4>,
        latitude_micro -> Nullable<Int4>,
        content_digest -> Bytea,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.orders (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        visit_id -> Uuid,
        order_no -> Text,
        kind -> Text,
        station_no -> Text,
        round -> Int2,
        words_sealed -> Bytea,
        content_digest -> Bytea,
        ready_minutes -> Nullable<Int4>,
        placed_at -> Timestamptz,
        resulted_at -> Nullable<Timestamptz>,
        dispensed_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    hospital.plan_events (city, visit_id, seq) {
        city -> Int4,
        visit_id -> Uuid,
        seq -> Int8,
        kind -> Text,
        data -> Jsonb,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.practitioner_roles (city, practitioner_id, department_id, clinic_kind) {
        city -> Int4,
        practitioner_id -> Uuid,
        department_id -> Uuid,
        clinic_kind -> Text,
        id -> Uuid,
    }
}

diesel::table! {
    hospital.practitioners (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        practitioner_no -> Text,
        name_en -> Text,
        name_zh -> Text,
        pinyin -> Nullable<Text>,
        title -> Text,
        speciality_en -> Text,
        speciality_zh -> Text,
        active -> Bool,
        search -> Text,
        content_digest -> Bytea,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.queue_entries (city, id) {
        city -> Int4,
        id -> Uuid,
        queue_id -> Uuid,
        visit_id -> Uuid,
        step -> Text,
        subject_id -> Uuid,
        number -> Int4,
        kind -> Text,
        lane -> Text,
        state -> Text,
        turn_at -> Timestamptz,
        arrived_at -> Timestamptz,
        back_until -> Nullable<Int8>,
        misses -> Int2,
        times_called -> Int2,
        room -> Nullable<Text>,
        near_at -> Nullable<Timestamptz>,
        called_at -> Nullable<Timestamptz>,
        served_at -> Nullable<Timestamptz>,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    hospital.queue_numbers (city, queue_id) {
        city -> Int4,
        queue_id -> Uuid,
        last_no -> Int4,
    }
}

diesel::table! {
    hospital.queues (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        station_no -> Text,
        on_day -> Date,
        station -> Text,
        department_id -> Nullable<Uuid>,
        practitioner_id -> Nullable<Uuid>,
        letter -> Text,
        name_en -> Text,
        name_zh -> Text,
        place_en -> Text,
        place_zh -> Text,
        opens_at -> Timestamptz,
        closes_at -> Timestamptz,
        rooms -> Int2,
        calls -> Int8,
        priority_run -> Int2,
        firsts_run -> Int2,
        started_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.reported_appointments (city, agency_id, appointment_no) {
        city -> Int4,
        agency_id -> Uuid,
        appointment_no -> Text,
        appointment_id -> Uuid,
        reported_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.schedules (city, session_id) {
        city -> Int4,
        session_id -> Uuid,
        agency_id -> Uuid,
        session_no -> Text,
        department_id -> Uuid,
        practitioner_id -> Nullable<Uuid>,
        clinic_kind -> Text,
        on_day -> Date,
        fee_rule_id -> Uuid,
        slot_rule_id -> Uuid,
        content_digest -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.settlement_lines (city, settlement_id, n) {
        city -> Int4,
        settlement_id -> Uuid,
        n -> Int2,
        out_of_catalogue_minor -> Int8,
        category_b_self_minor -> Int8,
        deductible_used_minor -> Int8,
        pool_minor -> Int8,
        large_amount_minor -> Int8,
        assistance_minor -> Int8,
        account_minor -> Int8,
        cash_minor -> Int8,
        refund_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    hospital.settlements (city, id) {
        city -> Int4,
        id -> Uuid,
        charge_id -> Uuid,
        method -> Text,
        credential -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        insurance_minor -> Int8,
        cash_minor -> Int8,
        bill_id -> Nullable<Uuid>,
        on_credit -> Bool,
        cash_paid_at -> Nullable<Timestamptz>,
        receipt_no -> Nullable<Text>,
        receipt_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.specialties (code) {
        code -> Text,
        name_en -> Text,
        name_zh -> Text,
    }
}

diesel::table! {
    hospital.steps (city, visit_id, kind, subject_id) {
        city -> Int4,
        visit_id -> Uuid,
        kind -> Text,
        subject_id -> Uuid,
        position -> Int2,
        state -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    hospital.visits (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        person_id -> Uuid,
        account_id -> Nullable<Uuid>,
        appointment_id -> Nullable<Uuid>,
        department_id -> Uuid,
        practitioner_id -> Nullable<Uuid>,
        on_day -> Date,
        starts_at -> Nullable<Timestamptz>,
        ends_at -> Nullable<Timestamptz>,
        priority -> Nullable<Text>,
        state -> Text,
        end_reason -> Nullable<Text>,
        rounds -> Int2,
        last_event -> Int8,
        arrived_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    announcements,
    charge_lines,
    charge_refunds,
    charges,
    credit_takers,
    departments,
    hospitals,
    locations,
    orders,
    plan_events,
    practitioner_roles,
    practitioners,
    queue_entries,
    queue_numbers,
    queues,
    reported_appointments,
    schedules,
    settlement_lines,
    settlements,
    specialties,
    steps,
    visits,
);
