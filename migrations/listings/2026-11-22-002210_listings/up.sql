CREATE SCHEMA listings;

-- What an agency of a city offers, through all of its versions: one listing for each item.
CREATE TABLE listings.listings (
    city       integer     NOT NULL,
    id         uuid        NOT NULL,
    agency_id  uuid        NOT NULL,
    item       text        NOT NULL CHECK (char_length(item) BETWEEN 3 AND 81),
    -- How it works. It stays so: what was begun under one version goes on beside the next.
    engine     text        NOT NULL
               CHECK (engine IN ('inquiry', 'bill', 'booking', 'application', 'case')),
    state      text        NOT NULL CHECK (state IN ('draft', 'published', 'suspended', 'retired')),
    -- The number of the newest version, whatever has become of it.
    versions   integer     NOT NULL CHECK (versions >= 0),
    -- What lists of staff call it: as the version says that was published last, or, before there is
    -- one, as the newest.
    name_en    text        NOT NULL,
    name_zh    text        NOT NULL,
    -- Why it is suspended or retired. The public reads it.
    reason_en  text,
    reason_zh  text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, item),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    CHECK ((reason_en IS NULL) = (reason_zh IS NULL)),
    CHECK ((reason_en IS NOT NULL) = (state IN ('suspended', 'retired')))
);
CREATE INDEX listings_of_agency ON listings.listings (city, agency_id, id DESC);
CREATE INDEX listings_of_item ON listings.listings (city, item);
CREATE INDEX listings_of_engine ON listings.listings (city, engine, id);

-- What was submitted, as it was submitted. What becomes of it stands in reviews; nothing is ever
-- written over.
CREATE TABLE listings.versions (
    city              integer     NOT NULL,
    listing_id        uuid        NOT NULL,
    number            integer     NOT NULL CHECK (number > 0),
    file              text        NOT NULL CHECK (octet_length(file) <= 262144),
    -- SHA-256 of the file.
    digest            bytea       NOT NULL CHECK (octet_length(digest) = 32),
    content           jsonb       NOT NULL,
    -- Absent where the city itself has listed it.
    submitted_by      uuid,
    submitted_account uuid,
    submitted_at      timestamptz NOT NULL,
    PRIMARY KEY (city, listing_id, number),
    FOREIGN KEY (city, listing_id) REFERENCES listings.listings,
    CHECK ((submitted_by IS NULL) = (submitted_account IS NULL))
);
REVOKE UPDATE, DELETE, TRUNCATE ON listings.versions FROM CURRENT_USER;

-- What a second person says to a version, once. A version without a review is submitted.
CREATE TABLE listings.reviews (
    city             integer     NOT NULL,
    listing_id       uuid        NOT NULL,
    number           integer     NOT NULL CHECK (number > 0),
    outcome          text        NOT NULL CHECK (outcome IN ('returned', 'published')),
    -- Why it was returned.
    reason           text        CHECK (char_length(reason) BETWEEN 1 AND 500),
    reviewed_by      uuid,
    reviewed_account uuid,
    reviewed_at      timestamptz NOT NULL,
    -- From which day on it is in force, unless a version follows that begins later: the day that it
    -- names itself, but none before its publication.
    in_force_from    date,
    in_force_to      date,
    PRIMARY KEY (city, listing_id, number),
    FOREIGN KEY (city, listing_id) REFERENCES listings.listings,
    CHECK ((outcome = 'published') = (in_force_from IS NOT NULL)),
    CHECK ((outcome = 'returned') = (reason IS NOT NULL)),
    CHECK (in_force_to IS NULL OR in_force_to >= in_force_from),
    CHECK ((reviewed_by IS NULL) = (reviewed_account IS NULL))
);
-- Which version is in force on a day. Those that were returned have no such day.
CREATE INDEX reviews_in_force
    ON listings.reviews (city, listing_id, in_force_from DESC, number DESC);
REVOKE UPDATE, DELETE, TRUNCATE ON listings.reviews FROM CURRENT_USER;

-- What has happened to a listing.
CREATE TABLE listings.events (
    city        integer     NOT NULL,
    listing_id  uuid        NOT NULL,
    n           integer     NOT NULL CHECK (n > 0),
    event       text        NOT NULL
                CHECK (event IN ('submit', 'publish', 'suspend', 'resume', 'retire')),
    state       text        NOT NULL CHECK (state IN ('draft', 'published', 'suspended', 'retired')),
    -- Of a submission and a publication: which version.
    number      integer,
    reason_en   text,
    reason_zh   text,
    staff_id    uuid,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (city, listing_id, n),
    FOREIGN KEY (city, listing_id) REFERENCES listings.listings,
    CHECK ((reason_en IS NULL) = (reason_zh IS NULL)),
    CHECK ((number IS NOT NULL) = (event IN ('submit', 'publish')))
);
REVOKE UPDATE, DELETE, TRUNCATE ON listings.events FROM CURRENT_USER;
