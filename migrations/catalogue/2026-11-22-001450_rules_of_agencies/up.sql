-- A rule that an agency sets for itself: it wins over the city's, which wins over the country's.
ALTER TABLE public.rules
    ADD COLUMN agency_id uuid,
    ADD FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    ADD CHECK (agency_id IS NULL OR city IS NOT NULL),
    DROP CONSTRAINT rules_key_city_valid_from_key,
    ADD UNIQUE NULLS NOT DISTINCT (key, city, agency_id, valid_from);
