-- Who has read or written what about a person, and why: the person reads it.

-- For what data is used.
CREATE TABLE identity.access_purposes (
    code    text PRIMARY KEY CHECK (code ~ '^[a-z0-9_.-]{1,64}$'),
    name_en text NOT NULL,
    name_zh text NOT NULL
);
INSERT INTO identity.access_purposes (code, name_en, name_zh) VALUES
    ('traffic.decision', 'To serve a traffic penalty decision', '送达道路交通违法处罚决定'),
    ('payments.bill', 'To issue a bill', '开具账单'),
    ('identity.real_name', 'To give an account its real name', '办理实名认证'),
    ('identity.sign_in', 'To sign in', '登录'),
    ('service.counter', 'To help at a service counter', '窗口办理业务'),
    ('case.handling', 'To handle a case', '办理案件'),
    ('city.demonstration', 'To prepare the demo city', '准备演示数据');

-- What permits it. A statutory one is a duty or a power that the law gives an agency, whether or not
-- it has dealt with the person before.
CREATE TABLE identity.legal_bases (
    code        text    PRIMARY KEY CHECK (code ~ '^[a-z0-9_.-]{1,64}$'),
    citation_en text    NOT NULL,
    citation_zh text    NOT NULL,
    statutory   boolean NOT NULL
);
INSERT INTO identity.legal_bases (code, citation_en, citation_zh, statutory) VALUES
    ('pipl-13-1', 'Personal Information Protection Law, article 13, paragraph 1, item 1 (consent)',
     '《个人信息保护法》第十三条第一款第一项（取得个人同意）', false),
    ('pipl-13-2', 'Personal Information Protection Law, article 13, paragraph 1, item 2 (contract)',
     '《个人信息保护法》第十三条第一款第二项（订立、履行合同所必需）', false),
    ('pipl-13-3',
     'Personal Information Protection Law, article 13, paragraph 1, item 3 (statutory duty)',
     '《个人信息保护法》第十三条第一款第三项（履行法定职责或者法定义务所必需）', true),
    ('pipl-45', 'Personal Information Protection Law, article 45 (access by the person)',
     '《个人信息保护法》第四十五条（个人查阅、复制）', false),
    ('rtsl-107', 'Road Traffic Safety Law, article 107', '《道路交通安全法》第一百零七条', true),
    ('apl-59', 'Administrative Penalty Law, article 59', '《行政处罚法》第五十九条', true);

-- One row for each access, written in its transaction. No values, only whom and what they are about.
-- Purpose and basis are those of the tables above; a foreign key would lock the same few rows for
-- everybody.
CREATE TABLE identity.access_entries (
    person_id    uuid        NOT NULL REFERENCES identity.people,
    id           uuid        NOT NULL,
    accessed_at  timestamptz NOT NULL,
    -- Who: the person, a system or a member of staff of an agency, or the city itself.
    accessor     text        NOT NULL CHECK (accessor IN ('person', 'system', 'staff', 'city')),
    -- The account, the client, the member of staff; the city has no id.
    accessor_id  uuid,
    city         integer     NOT NULL,
    agency_id    uuid,
    action       text        NOT NULL CHECK (action IN ('named', 'looked_up', 'told', 'read', 'given')),
    purpose      text        NOT NULL,
    legal_basis  text        NOT NULL,
    case_ref     text        CHECK (char_length(case_ref) BETWEEN 1 AND 128),
    request_id   text        NOT NULL,
    PRIMARY KEY (person_id, id),
    CHECK ((accessor = 'city') = (accessor_id IS NULL)),
    CHECK ((accessor IN ('system', 'staff')) = (agency_id IS NOT NULL))
);
REVOKE UPDATE, DELETE, TRUNCATE ON identity.access_entries FROM CURRENT_USER;

-- Whom a client or a member of staff has looked for within the hour, found or not, by the digest of
-- the document: nobody can try numbers one after the other.
CREATE TABLE identity.person_lookups (
    accessor_id    uuid        NOT NULL,
    document_index bytea       NOT NULL,
    looked_up_at   timestamptz NOT NULL,
    PRIMARY KEY (accessor_id, document_index)
);
