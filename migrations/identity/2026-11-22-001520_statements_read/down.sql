DELETE FROM identity.access_purposes WHERE code = 'booking.objection';
ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'told', 'read', 'given'));
