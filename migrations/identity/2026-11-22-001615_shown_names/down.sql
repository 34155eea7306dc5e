DELETE FROM identity.access_purposes WHERE code = 'hospital.appointment';
ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'told', 'read', 'given', 'statement_read'));
