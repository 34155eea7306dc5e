-- Results of examinations: what they are recorded and read for, and who answers for them.
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

INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('results.own', 'To read a result of your own', '查看本人检查检验结果'),
    ('results.care', 'To answer for a result of an examination', '处理检查检验结果');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('mdr-16', 'Regulations on the Prevention and Handling of Medical Disputes, article 16',
     '《医疗纠纷预防和处理条例》第十六条', false),
    ('physicians-25', 'Physicians Law, article 25', '《医师法》第二十五条', true);
