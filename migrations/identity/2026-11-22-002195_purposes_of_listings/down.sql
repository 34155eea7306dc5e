ALTER TABLE identity.staff_invitations
    DROP CONSTRAINT staff_invitations_role_check,
    ADD CONSTRAINT staff_invitations_role_check
        CHECK (role IN ('admin', 'clerk', 'clinician', 'registrar'));
ALTER TABLE identity.staff
    DROP CONSTRAINT staff_role_check,
    ADD CONSTRAINT staff_role_check CHECK (role IN ('admin', 'clerk', 'clinician', 'registrar'));

ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'shown', 'told', 'read', 'given', 'statement_read',
                          'disclosed', 'result_filed', 'result_read', 'provident_fund_filed',
                          'provident_fund_read', 'social_security_filed', 'social_security_read',
                          'marriage_filed', 'marriage_read', 'certificate_filed',
                          'certificate_read'));

DELETE FROM identity.legal_bases WHERE code IN ('all-34', 'hotline-bj-13');
DELETE FROM identity.access_purposes
    WHERE code IN ('listed.inquiry', 'listed.bill', 'listed.appointment',
                   'applications.application', 'cases.case');
