CREATE SCHEMA results;

-- What a doctor wants examined. Whoever holds the row's lock is the only one who files reports of it.
CREATE TABLE results.orders (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    order_no        text        NOT NULL CHECK (char_length(order_no) BETWEEN 1 AND 64),
    person_id       uuid        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('active', 'completed', 'revoked')),
    -- Who told of it first: the hospital's own push, or a visit here.
    source          text        NOT NULL CHECK (source IN ('fhir', 'hospital')),
    version         integer     NOT NULL CHECK (version > 0),
    authored_at     timestamptz NOT NULL,
    content_digest  bytea,
    content_sealed  bytea,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, order_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK ((content_digest IS NULL) = (content_sealed IS NULL))
);
CREATE INDEX orders_of_person ON results.orders (person_id, id);

-- What was found. Status, instant, category and code are those of the version that stands.
CREATE TABLE results.reports (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    report_no       text        NOT NULL CHECK (char_length(report_no) BETWEEN 1 AND 64),
    order_id        uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    current_version integer     NOT NULL CHECK (current_version > 0),
    last_version    integer     NOT NULL CHECK (last_version >= current_version),
    status          text        NOT NULL
                    CHECK (status IN ('registered', 'partial', 'preliminary', 'final', 'amended',
                                      'corrected', 'appended', 'cancelled', 'entered_in_error')),
    issued_at       timestamptz NOT NULL,
    effective_at    timestamptz,
    category        text        NOT NULL
                    CHECK (category IN ('laboratory', 'imaging', 'pathology', 'other')),
    code_index      bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, report_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, order_id) REFERENCES results.orders
);
CREATE INDEX reports_of_person ON results.reports (person_id, id DESC);
CREATE INDEX reports_of_order ON results.reports (city, order_id);

-- A version as it arrived, in the order of arrival; which one stands follows from issued_at and
-- status. Whoever writes one holds the report's order, so the report is there: a foreign key would
-- look it up once more for every row.
CREATE TABLE results.report_versions (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    report_id       uuid        NOT NULL,
    version         integer     NOT NULL CHECK (version > 0),
    status          text        NOT NULL
                    CHECK (status IN ('registered', 'partial', 'preliminary', 'final', 'amended',
                                      'corrected', 'appended', 'cancelled', 'entered_in_error')),
    issued_at       timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    content_digest  bytea       NOT NULL,
    content_sealed  bytea       NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, report_id, version)
);

-- The items of a version. A resource keeps its id through the versions that name it.
CREATE TABLE results.observations (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    resource_id     uuid        NOT NULL,
    report_id       uuid        NOT NULL,
    version         integer     NOT NULL CHECK (version > 0),
    n               smallint    NOT NULL CHECK (n > 0),
    person_id       uuid        NOT NULL,
    status          text        NOT NULL
                    CHECK (status IN ('registered', 'partial', 'preliminary', 'final', 'amended',
                                      'corrected', 'appended', 'cancelled', 'entered_in_error')),
    effective_at    timestamptz NOT NULL,
    code_index      bytea       NOT NULL,
    content_sealed  bytea       NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, report_id, version, n),
    UNIQUE (city, resource_id, version)
);
CREATE INDEX observations_of_person ON results.observations (person_id, code_index, effective_at);

-- Versions are history: nothing of them changes but the key that they are sealed with.
REVOKE UPDATE, DELETE, TRUNCATE ON results.report_versions, results.observations FROM CURRENT_USER;
GRANT UPDATE (content_sealed) ON results.report_versions, results.observations TO CURRENT_USER;
