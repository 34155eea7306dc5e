CREATE SCHEMA usage;

-- How often something happened with a service in a month. Nothing here says to whom. A service that
-- many use at the same time is counted in sixteen rows, so that they do not wait for each other.
CREATE TABLE usage.counters (
    city      integer  NOT NULL,
    -- By its first day, in the time zone of the city.
    month     date     NOT NULL CHECK (extract(day FROM month) = 1),
    item      text     NOT NULL CHECK (item ~ '^[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}$'),
    agency_id uuid     NOT NULL,
    measure   text     NOT NULL
        CHECK (measure IN ('used', 'in_time', 'late', 'refused', 'supplemented')),
    shard     smallint NOT NULL CHECK (shard BETWEEN 0 AND 15),
    times     bigint   NOT NULL CHECK (times > 0),
    PRIMARY KEY (city, month, item, agency_id, measure, shard),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX counters_of_items ON usage.counters (month, item);
