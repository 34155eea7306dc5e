DROP TABLE hospital.reported_appointments;
DROP INDEX hospital.schedules_of_hospital;
DROP INDEX hospital.practitioners_of_hospital;
ALTER TABLE hospital.practitioner_roles DROP COLUMN id;
