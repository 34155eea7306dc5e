DELETE FROM public.rules WHERE agency_id IS NOT NULL;
ALTER TABLE public.rules
    DROP COLUMN agency_id,
    ADD UNIQUE NULLS NOT DISTINCT (key, city, valid_from);
