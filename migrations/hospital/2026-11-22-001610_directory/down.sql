DROP TABLE
    hospital.schedules,
    hospital.practitioner_roles,
    hospital.practitioners,
    hospital.departments,
    hospital.locations,
    hospital.hospitals,
    hospital.specialties;
DELETE FROM public.rules WHERE key IN
    ('hospital.clinic_fee', 'hospital.session_slots', 'hospital.statistics');
