ALTER TABLE identity.sessions DROP acted_as_staff_at;
