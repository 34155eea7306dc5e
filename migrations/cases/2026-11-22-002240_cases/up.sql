CREATE SCHEMA cases;

-- What somebody asked, reported or suggested, by a category of a listing in the version that was in
-- force then.
CREATE TABLE cases.cases (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    listing_id     uuid        NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    category       text        NOT NULL,
    intent         text        NOT NULL
                   CHECK (intent IN ('consult', 'help', 'complain', 'report', 'suggest', 'thank')),
    account_id     uuid        NOT NULL,
    -- Who that is, where the account has a real name.
    person_id      uuid,
    -- Whether the desk learns nothing of the person: always so for reports.
    hidden         boolean     NOT NULL,
    -- What was written, where exactly it is, and how to reach whom.
    content_sealed bytea       NOT NULL,
    -- Where it is, to about a kilometre.
    lat            double precision CHECK (lat BETWEEN -90 AND 90),
    long           double precision CHECK (long BETWEEN -180 AND 180),
    district       integer,
    state          text        NOT NULL
                   CHECK (state IN ('received', 'dispatched', 'dispatch_disputed', 'accepted', 'replied',
                                    'closed')),
    -- Whose it is. While a dispatch is disputed, still the desk that disputes.
    desk           text        NOT NULL,
    proposed_desk  text,
    disputed_by    uuid,
    dispute_until  timestamptz NOT NULL,
    -- From which day the reply's time is counted, and when it ends.
    trigger_on     date        NOT NULL,
    extended       boolean     NOT NULL,
    provisional    boolean     NOT NULL,
    due_on         date        NOT NULL,
    due_at         timestamptz NOT NULL,
    outcome        text        CHECK (outcome IN ('solved', 'explained', 'withdrawn', 'transferred')),
    reopened       integer     NOT NULL CHECK (reopened >= 0),
    -- The case that this one repeats.
    parent_id      uuid        CHECK (parent_id <> id),
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    closed_at      timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, parent_id) REFERENCES cases.cases ON DELETE SET NULL (parent_id),
    CHECK (intent <> 'report' OR hidden),
    CHECK ((lat IS NULL) = (long IS NULL)),
    CHECK ((state = 'dispatch_disputed') = (proposed_desk IS NOT NULL)),
    CHECK ((proposed_desk IS NULL) = (disputed_by IS NULL)),
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX cases_of_account ON cases.cases (account_id, id DESC);
CREATE INDEX cases_of_agency ON cases.cases (city, agency_id, id DESC);
CREATE INDEX cases_that_wait ON cases.cases (city, agency_id, due_at)
    WHERE state IN ('dispatched', 'dispatch_disputed', 'accepted');
CREATE INDEX cases_filed ON cases.cases (city, created_at);
CREATE INDEX cases_of_parent ON cases.cases (city, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX cases_provisional ON cases.cases (city, id)
    WHERE provisional AND state IN ('dispatched', 'dispatch_disputed', 'accepted');
CREATE INDEX cases_closed ON cases.cases (closed_at) WHERE closed_at IS NOT NULL;

-- What became of a case, line by line.
CREATE TABLE cases.events (
    city        integer     NOT NULL,
    case_id     uuid        NOT NULL,
    -- Its place in the history, from 1.
    n           integer     NOT NULL CHECK (n > 0),
    turn        text        NOT NULL,
    state       text        NOT NULL,
    happened_at timestamptz NOT NULL,
    -- Who acted for the agency, where somebody did.
    staff_id    uuid,
    PRIMARY KEY (city, case_id, n),
    FOREIGN KEY (city, case_id) REFERENCES cases.cases ON DELETE CASCADE
);
-- A line goes with its case, and does not change before.
REVOKE UPDATE, TRUNCATE ON cases.events FROM CURRENT_USER;

-- What was said with a line of the history: a reply, a reason, an addition.
CREATE TABLE cases.texts (
    city        integer NOT NULL,
    id          uuid    NOT NULL,
    case_id     uuid    NOT NULL,
    n           integer NOT NULL,
    text_sealed bytea   NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, case_id, n),
    FOREIGN KEY (city, case_id) REFERENCES cases.cases ON DELETE CASCADE
);

-- Each answer of an agency, whether it came in time, and what the person says of it. A case that is
-- opened again gets another.
CREATE TABLE cases.answers (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    case_id      uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    outcome      text        NOT NULL CHECK (outcome IN ('solved', 'explained', 'transferred')),
    answered_at  timestamptz NOT NULL,
    in_time      boolean     NOT NULL,
    -- Until when the person is asked whether it helped; none where nobody is asked.
    ask_until    timestamptz,
    solved       boolean,
    satisfaction smallint    CHECK (satisfaction BETWEEN 1 AND 5),
    rated_at     timestamptz,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, case_id) REFERENCES cases.cases ON DELETE CASCADE,
    CHECK ((solved IS NULL) = (rated_at IS NULL)),
    CHECK ((satisfaction IS NULL) = (rated_at IS NULL))
);
CREATE INDEX answers_of_case ON cases.answers (city, case_id, answered_at);
CREATE INDEX answers_of_agency ON cases.answers (city, agency_id, answered_at);

-- Who wants to hear of a public case.
CREATE TABLE cases.followers (
    city        integer     NOT NULL,
    case_id     uuid        NOT NULL,
    account_id  uuid        NOT NULL,
    person_id   uuid,
    followed_at timestamptz NOT NULL,
    PRIMARY KEY (city, case_id, account_id),
    FOREIGN KEY (city, case_id) REFERENCES cases.cases ON DELETE CASCADE
);
CREATE INDEX followers_of_account ON cases.followers (account_id);
