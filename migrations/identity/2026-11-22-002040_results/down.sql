DELETE FROM identity.legal_bases WHERE code IN ('mdr-16', 'physicians-25');
DELETE FROM identity.access_purposes WHERE code IN ('results.own', 'results.care');
ALTER TABLE identity.staff
    DROP CONSTRAINT staff_role_check,
    ADD CONSTRAINT staff_role_check CHECK (role IN ('admin', 'clerk'));
ALTER TABLE identity.staff_invitations
    DROP CONSTRAINT staff_invitations_role_check,
    ADD CONSTRAINT staff_invitations_role_check CHECK (role IN ('admin', 'clerk'));
ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'shown', 'told', 'read', 'given', 'statement_read'));
