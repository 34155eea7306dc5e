CREATE SCHEMA applications;

-- What somebody applies for, under the version of the listing that was in force then. Whether its fee
-- is paid is the bill's business.
CREATE TABLE applications.applications (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    listing_id      uuid        NOT NULL,
    listing_version integer     NOT NULL CHECK (listing_version > 0),
    person_id       uuid        NOT NULL,
    account_id      uuid        NOT NULL,
    -- None where it costs nothing.
    bill_id         uuid,
    state           text        NOT NULL
                    CHECK (state IN ('lodged', 'in_progress', 'supplement_asked', 'approved',
                                     'delivered', 'refused', 'withdrawn', 'expired')),
    delivery        text        NOT NULL CHECK (delivery IN ('counter', 'post', 'electronic')),
    -- How many of the agency's steps are finished, in the order of the listing.
    steps_done      smallint    NOT NULL CHECK (steps_done >= 0),
    -- The day from which the agency's time is counted, and that of its next step.
    started_on      date,
    step_from       date,
    -- Until when somebody has to act: the applicant, or the agency. Afterwards, as it was last.
    act_by          timestamptz NOT NULL,
    lodged_at       timestamptz NOT NULL,
    decided_at      timestamptz,
    in_time         boolean,
    -- A reason of the version.
    refusal         text,
    outcome_no      text,
    valid_until     date,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, bill_id),
    UNIQUE (city, outcome_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK (state IN ('lodged', 'withdrawn', 'expired') OR started_on IS NOT NULL),
    CHECK ((started_on IS NULL) = (step_from IS NULL)),
    CHECK ((state IN ('approved', 'delivered', 'refused')) = (decided_at IS NOT NULL)),
    CHECK ((decided_at IS NULL) = (in_time IS NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CHECK ((state IN ('approved', 'delivered')) = (outcome_no IS NOT NULL))
);
CREATE INDEX applications_of_person ON applications.applications (person_id, id DESC);
-- What an agency has before it, the most urgent first.
CREATE INDEX applications_of_agency ON applications.applications (city, agency_id, act_by, id);
CREATE INDEX applications_in_state
    ON applications.applications (city, agency_id, state, act_by, id);
CREATE INDEX applications_decided ON applications.applications (city, agency_id, decided_at);
-- Whose time is counted anew when days off are announced.
CREATE INDEX applications_running ON applications.applications (state, id);

-- How many open applications somebody has under a listing: counted under the lock of this row.
CREATE TABLE applications.applicants (
    city       integer NOT NULL,
    listing_id uuid    NOT NULL,
    person_id  uuid    NOT NULL,
    open_count integer NOT NULL CHECK (open_count >= 0),
    PRIMARY KEY (city, listing_id, person_id)
);

-- What the applicant has handed in, piece by piece. Of an application that came to nothing it is
-- deleted after a while.
CREATE TABLE applications.filings (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    -- From 1, which is the lodging.
    n              integer     NOT NULL CHECK (n > 0),
    content_sealed bytea       NOT NULL,
    filed_at       timestamptz NOT NULL,
    -- When the application came to nothing.
    ended_at       timestamptz,
    PRIMARY KEY (city, id),
    UNIQUE (city, application_id, n),
    FOREIGN KEY (city, application_id) REFERENCES applications.applications
);
CREATE INDEX filings_ended ON applications.filings (ended_at) WHERE ended_at IS NOT NULL;

-- What became of an application, line by line.
CREATE TABLE applications.events (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    -- Its place in the history, from 1.
    n              integer     NOT NULL CHECK (n > 0),
    event          text        NOT NULL CHECK (event ~ '^[a-z_]{1,32}$'),
    state          text        NOT NULL CHECK (state ~ '^[a-z_]{1,32}$'),
    -- Which of the agency's steps, where it was one.
    step           text,
    -- What was said with it.
    said_sealed    bytea,
    happened_at    timestamptz NOT NULL,
    staff_id       uuid,
    PRIMARY KEY (city, id),
    UNIQUE (city, application_id, n),
    FOREIGN KEY (city, application_id) REFERENCES applications.applications
);
