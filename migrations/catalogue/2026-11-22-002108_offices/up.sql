-- Where agencies receive people. What kinds there are and what an office is able to do is said in
-- the words of the services: the catalogue knows none of them.
CREATE TABLE public.offices (
    city         integer     NOT NULL,
    id           uuid        NOT NULL,
    agency_id    uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
    name_en      text        NOT NULL,
    name_zh      text        NOT NULL,
    address_en   text        NOT NULL,
    address_zh   text        NOT NULL,
    capabilities text[]      NOT NULL DEFAULT '{}',
    -- Closed offices stay: appointments of the past were there.
    open         boolean     NOT NULL DEFAULT true,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);
CREATE INDEX offices_by_kind ON public.offices (city, kind, id);
CREATE INDEX offices_of_agency ON public.offices (city, agency_id, id);
