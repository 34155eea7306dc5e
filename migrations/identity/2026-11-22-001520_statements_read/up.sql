-- Staff read what people say against a strike: often why they were ill.
ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'told', 'read', 'given', 'statement_read'));

INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('booking.objection', 'To decide an objection to a strike', '处理爽约异议');
