CREATE SCHEMA marriage;

-- What two people have before a registry. A marriage's case goes one way, a divorce's another; what
-- only a divorce has stands in a table of its own.
CREATE TABLE marriage.cases (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('registration', 'divorce')),
    state          text        NOT NULL,
    -- Where they come to, and when: as the appointment says.
    agency_id      uuid,
    office_id      uuid,
    session_id     uuid,
    appointment_id uuid,
    held_on        date,
    starts_at      timestamptz,
    -- When the case ends by itself if nothing happens.
    lapses_at      timestamptz,
    -- Why the registry refused, as a code of the rule in force then.
    refusal        text,
    refusal_rule_id uuid       REFERENCES public.rules,
    registered_on  date,
    certificate_id uuid,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    CHECK (kind <> 'registration'
           OR state IN ('draft', 'invited', 'confirmed', 'prechecked', 'booked', 'arrived',
                        'registered', 'refused', 'cancelled', 'expired', 'no_show', 'annulled',
                        'dissolved')),
    CHECK (kind <> 'divorce'
           OR state IN ('applied', 'cooling', 'certifiable', 'registered', 'withdrawn', 'lapsed')),
    CHECK (kind <> 'registration' OR state NOT IN ('booked', 'arrived') OR appointment_id IS NOT NULL),
    CHECK (kind <> 'registration' OR state <> 'registered' OR certificate_id IS NOT NULL),
    CHECK ((refusal IS NULL) = (refusal_rule_id IS NULL)),
    CHECK (kind <> 'registration' OR (state = 'refused') = (refusal IS NOT NULL))
);
-- Whose day it is.
CREATE INDEX cases_of_agency ON marriage.cases (city, agency_id, held_on, id)
    WHERE appointment_id IS NOT NULL;
CREATE UNIQUE INDEX cases_of_appointment ON marriage.cases (city, appointment_id)
    WHERE appointment_id IS NOT NULL;

-- The two of a case: who began it, and who confirmed.
CREATE TABLE marriage.parties (
    city        integer     NOT NULL,
    id          uuid        NOT NULL,
    case_id     uuid        NOT NULL,
    side        text        NOT NULL CHECK (side IN ('a', 'b')),
    person_id   uuid        NOT NULL,
    account_id  uuid        NOT NULL,
    -- Partly hidden, as they gave it to the other when they invited or confirmed.
    name_sealed bytea       NOT NULL,
    joined_at   timestamptz NOT NULL,
    -- When a registrar saw the person with the document, and which registrar.
    seen_at     timestamptz,
    seen_by     uuid,
    PRIMARY KEY (city, id),
    UNIQUE (city, case_id, side),
    UNIQUE (city, case_id, person_id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases,
    CHECK ((seen_at IS NULL) = (seen_by IS NULL))
);
CREATE INDEX parties_of_person ON marriage.parties (person_id, case_id DESC);

-- Who has a case that is open, so that nobody has two. The city is the person's own: a case of
-- another city counts as well.
CREATE TABLE marriage.engagements (
    city      integer NOT NULL,
    person_id uuid    NOT NULL,
    case_city integer NOT NULL,
    case_id   uuid    NOT NULL,
    PRIMARY KEY (city, person_id)
);
CREATE INDEX engagements_by_case ON marriage.engagements (case_city, case_id);

-- An invitation that waits. Nothing says to whom it went; the row goes when it is over.
CREATE TABLE marriage.invitations (
    city         integer     NOT NULL,
    case_id      uuid        NOT NULL,
    token_digest bytea       NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (city, case_id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases
);
-- Whoever has a token does not know the city.
CREATE UNIQUE INDEX invitations_by_token ON marriage.invitations (token_digest);

-- What each has declared, under which text. A signature that was withdrawn stays, and counts no more.
CREATE TABLE marriage.statements (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    case_id        uuid        NOT NULL,
    side           text        NOT NULL CHECK (side IN ('a', 'b')),
    -- The version of the text.
    rule_id        uuid        NOT NULL REFERENCES public.rules,
    content_sealed bytea       NOT NULL,
    signed_at      timestamptz NOT NULL,
    withdrawn_at   timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases
);
CREATE UNIQUE INDEX statements_standing ON marriage.statements (city, case_id, side)
    WHERE withdrawn_at IS NULL;

-- What became of a case, line by line.
CREATE TABLE marriage.case_events (
    city        integer     NOT NULL,
    case_id     uuid        NOT NULL,
    -- Its place in the history, from 1.
    n           integer     NOT NULL CHECK (n > 0),
    event       text        NOT NULL,
    state       text        NOT NULL,
    happened_at timestamptz NOT NULL,
    -- Which registrar, where it was one.
    staff_id    uuid,
    PRIMARY KEY (city, case_id, n),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases
);
REVOKE UPDATE, DELETE, TRUNCATE ON marriage.case_events FROM CURRENT_USER;

-- What a registrar wants corrected, and what another decided.
CREATE TABLE marriage.corrections (
    city             integer     NOT NULL,
    id               uuid        NOT NULL,
    case_id          uuid        NOT NULL,
    kind             text        NOT NULL CHECK (kind IN ('names', 'registered_on')),
    registered_on    date,
    grounds_sealed   bytea       NOT NULL,
    state            text        NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    proposed_by      uuid        NOT NULL,
    proposed_account uuid        NOT NULL,
    proposed_at      timestamptz NOT NULL,
    decided_by       uuid,
    decided_at       timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases,
    CHECK ((kind = 'registered_on') = (registered_on IS NOT NULL)),
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX corrections_open ON marriage.corrections (city, case_id)
    WHERE state = 'proposed';

-- The judgment that ended a marriage from its beginning.
CREATE TABLE marriage.annulments (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    case_id         uuid        NOT NULL,
    ground          text        NOT NULL
                    CHECK (ground IN ('bigamy', 'kinship', 'under_age', 'coerced',
                                      'illness_concealed')),
    judgment_sealed bytea       NOT NULL,
    judged_on       date        NOT NULL,
    entered_by      uuid        NOT NULL,
    entered_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, case_id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases
);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    -- The hours of an invitation; the days that a case waits for an appointment; how many cases
    -- somebody may begin in a day, and how often invite in one.
    ('01999999-0000-7000-8000-000000216001', 'marriage.invitation', NULL, '2025-05-10', NULL,
     $json${"hours": 72, "case_days": 90, "cases_per_day": 5, "invitations_per_case": 3}$json$,
     'Set by this gateway; a registry may offer appointments (Regulations on Marriage Registration, Order 804 of 2025)',
     '由本平台设定；婚姻登记机关可以提供预约服务（《婚姻登记条例》，国务院令第804号）', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216002', 'marriage.age', NULL, '2021-01-01', NULL,
     $json${"male": 22, "female": 20}$json$,
     'Civil Code, article 1047',
     '《民法典》第一千零四十七条', '2026-11-22'),
    -- Papers by kind of person. Until 9 May 2025 residents brought the household book, and came to
    -- where one of them was registered.
    ('01999999-0000-7000-8000-000000216003', 'marriage.papers', NULL, '2003-10-01', '2025-05-09',
     $json${
       "anywhere": false,
       "kinds": {
         "resident": {"designated": null, "papers": ["household_book", "resident_id", "signed_statement"]},
         "hk_mo_tw": {"designated": "hk_mo_tw", "papers": ["travel_permit", "own_id", "notarised_statement"]},
         "overseas_chinese": {"designated": "foreign", "papers": ["passport", "authenticated_statement"]},
         "foreigner": {"designated": "foreign", "papers": ["passport_or_permit", "authenticated_single_status"]}
       }
     }$json$,
     'Regulations on Marriage Registration of 2003 (Order 387), articles 4 and 5',
     '《婚姻登记条例》（国务院令第387号，2003年）第四条、第五条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216004', 'marriage.papers', NULL, '2025-05-10', NULL,
     $json${
       "anywhere": true,
       "kinds": {
         "resident": {"designated": null, "papers": ["resident_id", "signed_statement"]},
         "hk_mo_tw": {
           "designated": "hk_mo_tw",
           "papers": ["travel_or_residence_permit", "own_id", "notarised_statement"]
         },
         "overseas_chinese": {"designated": "foreign", "papers": ["passport", "authenticated_statement"]},
         "foreigner": {"designated": "foreign", "papers": ["passport_or_permit", "authenticated_single_status"]}
       }
     }$json$,
     'Regulations on Marriage Registration (Order 804 of 2025), articles 2, 7 and 8',
     '《婚姻登记条例》（国务院令第804号）第二条、第七条、第八条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216005', 'marriage.statement', NULL, '2025-05-10', NULL,
     $json${
       "en": "I apply of my own free will to register my marriage with the other party. I have no spouse. We are neither lineal relatives by blood nor collateral relatives by blood within three degrees of kinship. I have told the other party truthfully of any serious illness that I have. What I declare is true; I answer for it by law.",
       "zh": "本人自愿与对方申请结婚登记。本人无配偶，与对方没有直系血亲和三代以内旁系血亲关系。本人如患有重大疾病，已在结婚登记前如实告知对方。上述声明完全真实，如有虚假，愿承担法律责任。"
     }$json$,
     'Regulations on Marriage Registration (Order 804 of 2025), article 8; Civil Code, articles 1042, 1046, 1048 and 1053',
     '《婚姻登记条例》（国务院令第804号）第八条；《民法典》第一千零四十二条、第一千零四十六条、第一千零四十八条、第一千零五十三条', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216006', 'marriage.refusal', NULL, '2025-05-10', NULL,
     $json${
       "reasons": [
         {
           "code": "under_age",
           "en": "one of you has not reached the age of marriage",
           "zh": "未到法定结婚年龄",
           "remedy_en": "Come again once both have reached it: 22 years for a man, 20 for a woman.",
           "remedy_zh": "待双方均达到法定婚龄（男二十二周岁、女二十周岁）后再申请。"
         },
         {
           "code": "not_voluntary",
           "en": "it was not the free will of both",
           "zh": "非男女双方完全自愿",
           "remedy_en": "Nobody may force anybody. The registry or the police help whoever is threatened.",
           "remedy_zh": "任何人不得强迫他人结婚；遭受胁迫的，可向婚姻登记机关或者公安机关求助。"
         },
         {
           "code": "has_spouse",
           "en": "there is a spouse",
           "zh": "一方或者双方已有配偶",
           "remedy_en": "If the earlier marriage has ended, have its record corrected first.",
           "remedy_zh": "原婚姻关系已解除的，请先更正婚姻登记信息。"
         },
         {
           "code": "kinship",
           "en": "you are related too closely",
           "zh": "属于直系血亲或者三代以内旁系血亲",
           "remedy_en": "There is none: the law forbids it.",
           "remedy_zh": "法律禁止，无法办理。"
         },
         {
           "code": "papers",
           "en": "a paper is missing, or no longer valid",
           "zh": "证件、材料不全或者失效",
           "remedy_en": "Bring what the pre-check lists, and book again.",
           "remedy_zh": "请按预检清单补齐材料后重新预约。"
         },
         {
           "code": "not_both_present",
           "en": "not both of you came in person",
           "zh": "双方未亲自共同到场",
           "remedy_en": "Book again, and come together: nobody can be represented.",
           "remedy_zh": "请重新预约并由双方亲自到场，不得委托他人办理。"
         },
         {
           "code": "statement_withdrawn",
           "en": "a signed statement is missing",
           "zh": "缺少本人签署的声明",
           "remedy_en": "Sign the statement, and book again.",
           "remedy_zh": "请签署声明后重新预约。"
         },
         {
           "code": "not_designated",
           "en": "another registry is designated for your papers",
           "zh": "应由指定的婚姻登记机关办理",
           "remedy_en": "Book at a registry that is designated for them.",
           "remedy_zh": "请预约有权办理该类业务的婚姻登记机关。"
         }
       ]
     }$json$,
     'Regulations on Marriage Registration (Order 804 of 2025), articles 2, 7, 8, 9 and 10: the parties are told the reason',
     '《婚姻登记条例》（国务院令第804号）第二条、第七条至第十条：不予登记的，应当向当事人说明理由', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216007', 'marriage.reminder', NULL, '2025-05-10', NULL,
     $json${"days_before": 1, "at": "09:00"}$json$,
     'Set by this gateway', '由本平台设定', '2026-11-22');
