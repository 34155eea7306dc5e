DROP SCHEMA listed CASCADE;
DELETE FROM public.rules WHERE key LIKE 'listed.%';
