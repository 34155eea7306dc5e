ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'shown', 'told', 'read', 'given', 'statement_read',
                          'result_filed', 'result_read'));

ALTER TABLE identity.staff_invitations
    DROP CONSTRAINT staff_invitations_role_check,
    ADD CONSTRAINT staff_invitations_role_check CHECK (role IN ('admin', 'clerk', 'clinician'));
ALTER TABLE identity.staff
    DROP CONSTRAINT staff_role_check,
    ADD CONSTRAINT staff_role_check CHECK (role IN ('admin', 'clerk', 'clinician'));
