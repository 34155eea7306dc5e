DROP TABLE identity.client_keys;
ALTER TABLE identity.staff_invitations DROP CONSTRAINT staff_invitations_city_invited_by_fkey;
DROP TABLE identity.staff;
DROP TABLE identity.staff_invitations;
