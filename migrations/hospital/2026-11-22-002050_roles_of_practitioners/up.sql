-- A doctor's role in a department has an id of its own: FHIR's PractitionerRole is read by it. Those
-- that are there are given one; new ones bring theirs, in the order of time.
ALTER TABLE hospital.practitioner_roles ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE hospital.practitioner_roles ALTER COLUMN id DROP DEFAULT;
ALTER TABLE hospital.practitioner_roles ADD CONSTRAINT role_ids UNIQUE (city, id);
-- Doctors and sessions of a hospital are listed in the order of their ids, page by page.
CREATE INDEX practitioners_of_hospital ON hospital.practitioners (city, agency_id, id);
CREATE INDEX schedules_of_hospital ON hospital.schedules (city, agency_id, session_id);
-- Appointments that a hospital keeps itself and reports (HL7 v2, SIU) under its own numbers: places
-- of its counter.
CREATE TABLE hospital.reported_appointments (
    city           integer     NOT NULL,
    agency_id      uuid        NOT NULL,
    appointment_no text        NOT NULL CHECK (char_length(appointment_no) BETWEEN 1 AND 64),
    -- Booking's; another one, when it was moved.
    appointment_id uuid        NOT NULL,
    reported_at    timestamptz NOT NULL,
    PRIMARY KEY (city, agency_id, appointment_no)
);
