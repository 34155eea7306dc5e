-- Systems that speak HL7 version 2 over MLLP, which has no credentials of its own: a sender is known
-- by how it calls itself and by the network that it speaks from.
CREATE TABLE exchange.mllp_peers (
    city        integer     NOT NULL,
    -- MSH-4.1 and MSH-3.1. Without an application, any of the facility.
    facility    text        NOT NULL CHECK (char_length(facility) BETWEEN 1 AND 199),
    application text        NOT NULL DEFAULT '' CHECK (char_length(application) <= 199),
    agency_id   uuid        NOT NULL,
    -- The system that it counts as.
    client_id   uuid        NOT NULL,
    -- In CIDR notation.
    networks    text[]      NOT NULL CHECK (cardinality(networks) BETWEEN 1 AND 20),
    -- What it writes in where MSH-18 does not say.
    charset     text        NOT NULL CHECK (charset IN ('us-ascii', 'utf-8', 'gb18030')),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (city, facility, application),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
-- A connection does not say of which city it is.
CREATE UNIQUE INDEX mllp_peers_name ON exchange.mllp_peers (facility, application);
