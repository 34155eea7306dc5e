ALTER TABLE booking.strikes
    DROP CONSTRAINT strikes_kind_check,
    ADD CONSTRAINT strikes_kind_check CHECK (kind IN ('no_show', 'late_cancel')),
    DROP CONSTRAINT strikes_city_appointment_id_person_id_kind_key,
    ADD UNIQUE (city, appointment_id, kind);
DROP TABLE booking.companions;
ALTER TABLE booking.appointments
    DROP CONSTRAINT appointments_origin_check,
    ADD CONSTRAINT appointments_origin_check CHECK
        (origin IN ('claim', 'waitlist', 'draw', 'offer', 'onsite', 'referral'));
ALTER TABLE booking.sessions
    DROP CONSTRAINT sessions_allocation_check,
    ADD CONSTRAINT sessions_allocation_check CHECK (allocation IN ('first_come', 'draw'));
