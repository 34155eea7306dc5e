-- What listed services read and record people for, what permits it, and who writes listings.
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('listed.inquiry', 'To show you what a register has about you', '查询您的登记信息'),
    ('listed.bill', 'To fetch what you owe', '查询您的应缴费用'),
    ('listed.appointment', 'To receive you at an office', '接待您的窗口预约'),
    ('applications.application', 'To decide about what you applied for', '办理您的申请'),
    ('cases.case', 'To look after what you reported or asked', '办理您反映的诉求');

INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('all-34', 'Administrative Licensing Law, article 34', '《行政许可法》第三十四条', true),
    ('hotline-bj-13', 'Beijing Regulation on Handling Complaints without Delay, article 13',
     '《北京市接诉即办工作条例》第十三条', true);

ALTER TABLE identity.access_entries
    DROP CONSTRAINT access_entries_action_check,
    ADD CONSTRAINT access_entries_action_check
        CHECK (action IN ('named', 'looked_up', 'shown', 'told', 'read', 'given', 'statement_read',
                          'disclosed', 'result_filed', 'result_read', 'provident_fund_filed',
                          'provident_fund_read', 'social_security_filed', 'social_security_read',
                          'marriage_filed', 'marriage_read', 'certificate_filed',
                          'certificate_read', 'listed_filed', 'listed_read',
                          'application_filed', 'application_read', 'case_filed', 'case_read'));

ALTER TABLE identity.staff_invitations
    DROP CONSTRAINT staff_invitations_role_check,
    ADD CONSTRAINT staff_invitations_role_check
        CHECK (role IN ('admin', 'clerk', 'clinician', 'registrar', 'editor'));
ALTER TABLE identity.staff
    DROP CONSTRAINT staff_role_check,
    ADD CONSTRAINT staff_role_check
        CHECK (role IN ('admin', 'clerk', 'clinician', 'registrar', 'editor'));
