-- Whoever has booked with an agency is shown to it, with the name partly hidden.
ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'shown', 'told', 'read', 'given', 'statement_read'));

INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('hospital.appointment', 'To receive you at your appointment', '按预约接诊');
