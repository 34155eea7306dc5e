-- Whether the person may see the version of a report that stands.
CREATE TABLE results.releases (
    city            integer     NOT NULL,
    report_id       uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    version         integer     NOT NULL CHECK (version > 0),
    class           text        NOT NULL
                    CHECK (class IN ('routine', 'abnormal', 'critical', 'sensitive', 'note_first')),
    state           text        NOT NULL
                    CHECK (state IN ('not_final', 'in_person', 'acknowledgement', 'note', 'released',
                                     'viewed', 'withdrawn')),
    acknowledge_by  timestamptz,
    acknowledged_at timestamptz,
    release_at      timestamptz,
    released_at     timestamptz,
    rule_id         uuid        NOT NULL REFERENCES public.rules,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, report_id),
    FOREIGN KEY (city, report_id) REFERENCES results.reports,
    CHECK (acknowledged_at IS NULL OR acknowledge_by IS NOT NULL),
    CHECK (state NOT IN ('released', 'viewed') OR released_at IS NOT NULL)
);
-- What waits for somebody at a hospital.
CREATE INDEX releases_waiting ON results.releases (city, agency_id, report_id DESC)
    WHERE state IN ('in_person', 'acknowledgement', 'note')
       OR (acknowledge_by IS NOT NULL AND acknowledged_at IS NULL);

-- What became of a report on its way, line by line.
CREATE TABLE results.release_events (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    report_id    uuid        NOT NULL,
    -- Its place in the history, from 1.
    n            integer     NOT NULL CHECK (n > 0),
    version      integer     NOT NULL CHECK (version > 0),
    step         text        NOT NULL
                 CHECK (step IN ('filed', 'alerted', 'acknowledged', 'noted', 'told', 'time_over',
                                 'viewed')),
    state        text        NOT NULL,
    happened_at  timestamptz NOT NULL,
    staff_id     uuid,
    words_sealed bytea,
    PRIMARY KEY (city, id),
    UNIQUE (city, report_id, n),
    FOREIGN KEY (city, report_id) REFERENCES results.releases
);
REVOKE UPDATE, DELETE, TRUNCATE ON results.release_events FROM CURRENT_USER;
GRANT UPDATE (words_sealed) ON results.release_events TO CURRENT_USER;

-- Who has seen which version: whoever has is told when it is corrected.
CREATE TABLE results.views (
    city      integer     NOT NULL,
    report_id uuid        NOT NULL,
    version   integer     NOT NULL CHECK (version > 0),
    viewer    text        NOT NULL CHECK (viewer IN ('person', 'staff')),
    -- The person, or the member of staff.
    viewer_id uuid        NOT NULL,
    viewed_at timestamptz NOT NULL,
    PRIMARY KEY (city, report_id, version, viewer, viewer_id),
    FOREIGN KEY (city, report_id) REFERENCES results.releases
);

-- For how long a sign-in may look at a report again after a fresh proof for it.
CREATE TABLE results.viewings (
    city       integer     NOT NULL,
    session_id uuid        NOT NULL,
    report_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    ends_at    timestamptz NOT NULL,
    PRIMARY KEY (city, session_id, report_id)
);
CREATE INDEX viewings_by_end ON results.viewings (ends_at);

-- The policy of the country; a city or a hospital may have its own. Minutes, days, limits and lists
-- are what hospitals usually agree on, from memory: each hospital sets its own.
INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000002030', 'results.release', NULL, '2021-11-01', NULL,
     '{
       "show_preliminary": false,
       "advice": {
         "en": "Some values are out of the usual. This alone is no diagnosis: show them to your doctor, and sooner if you feel unwell.",
         "zh": "部分指标超出参考范围。单项异常不等于患病，请咨询医生；如有不适，请及时就诊。"
       },
       "critical": {
         "limits": [
           {"system": "http://loinc.org", "code": "2823-3", "unit": "mmol/L", "low": "2.8", "high": "6.2"},
           {"system": "http://loinc.org", "code": "2951-2", "unit": "mmol/L", "low": "120", "high": "160"},
           {"system": "http://loinc.org", "code": "14749-6", "unit": "mmol/L", "low": "2.5", "high": "22.2"},
           {"system": "http://loinc.org", "code": "718-7", "unit": "g/L", "low": "50", "high": "200"},
           {"system": "http://loinc.org", "code": "6690-2", "unit": "10*9/L", "low": "1.0", "high": "50"},
           {"system": "http://loinc.org", "code": "777-3", "unit": "10*9/L", "low": "20", "high": "1000"}
         ],
         "acknowledge_minutes": 15,
         "escalation": [
           {"after_minutes": 0, "to": "clinicians"},
           {"after_minutes": 15, "to": "clinicians"},
           {"after_minutes": 30, "to": "admins"}
         ],
         "release_after_minutes": 60
       },
       "sensitive": [
         {"name": "hiv",
          "codes": [{"system": "http://loinc.org",
                     "codes": ["7917-8", "7918-6", "29893-5", "31201-7", "48345-3", "56888-1", "75622-1",
                               "20447-9", "68961-2"]}],
          "words": ["HIV", "AIDS", "艾滋", "人类免疫缺陷病毒"]},
         {"name": "sexually transmitted",
          "codes": [{"system": "http://loinc.org",
                     "codes": ["20507-0", "5292-8", "22587-0", "24110-9", "43304-5", "43305-2"]}],
          "words": ["syphilis", "Treponema pallidum", "gonorrhoea", "gonorrhoeae", "gonorrhea",
                    "Chlamydia trachomatis", "梅毒", "淋病", "淋球菌", "沙眼衣原体", "尖锐湿疣", "生殖器疱疹"]},
         {"name": "genetic",
          "words": ["genetic", "genome", "exome", "karyotype", "BRCA1", "BRCA2", "基因", "染色体", "遗传"]},
         {"name": "pregnancy of minors", "minors_only": true,
          "codes": [{"system": "http://loinc.org", "codes": ["2106-3", "2118-8", "19080-1", "21198-7"]}],
          "words": ["hCG", "pregnancy", "妊娠", "怀孕", "绒毛膜促性腺"]},
         {"name": "psychiatric", "words": ["psychiatric", "depression scale", "精神", "心理测评", "抑郁量表"]}
       ],
       "note": {
         "categories": ["pathology"],
         "words": ["oncology", "tumour marker", "tumor marker", "肿瘤"],
         "after_days": 14
       }
     }',
     'AIDS Regulations, articles 39 and 42; Regulations on Medical Disputes, article 16; Personal Information Protection Law, articles 28 and 29; critical limits and minutes: the usual ones of hospitals, which each sets for itself',
     '《艾滋病防治条例》第三十九条、第四十二条；《医疗纠纷预防和处理条例》第十六条；《个人信息保护法》第二十八条、第二十九条；危急值界限和时限为医院通行做法，由各医院自行设定',
     '2026-11-22');
