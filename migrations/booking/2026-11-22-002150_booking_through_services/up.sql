-- Places that the service of a session claims, for people who have to be checked first or who come
-- together: who comes first among them gets one, but nobody claims them for themselves.
ALTER TABLE booking.sessions
    DROP CONSTRAINT sessions_allocation_check,
    ADD CONSTRAINT sessions_allocation_check CHECK
        (allocation IN ('first_come', 'draw', 'service'));

ALTER TABLE booking.appointments
    DROP CONSTRAINT appointments_origin_check,
    ADD CONSTRAINT appointments_origin_check CHECK
        (origin IN ('claim', 'waitlist', 'draw', 'offer', 'onsite', 'referral', 'service'));

-- Who comes to an appointment beside the one in whose name it is. Quotas, strikes and blocks are
-- theirs as well.
CREATE TABLE booking.companions (
    city           integer NOT NULL,
    appointment_id uuid    NOT NULL,
    person_id      uuid    NOT NULL,
    account_id     uuid    NOT NULL,
    PRIMARY KEY (city, appointment_id, person_id),
    FOREIGN KEY (city, appointment_id) REFERENCES booking.appointments
);
CREATE INDEX companions_of_person ON booking.companions (person_id, appointment_id DESC);

-- One strike of a kind for each who should have come. The new key is longer than the old one, so no
-- row can be in its way.
ALTER TABLE booking.strikes
    DROP CONSTRAINT strikes_city_appointment_id_kind_key,
    ADD UNIQUE (city, appointment_id, person_id, kind),
    DROP CONSTRAINT strikes_kind_check,
    ADD CONSTRAINT strikes_kind_check CHECK (kind IN ('no_show', 'late_cancel', 'cancel'));
