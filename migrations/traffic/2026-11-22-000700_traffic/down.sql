DROP SCHEMA traffic CASCADE;
DELETE FROM public.rules WHERE key LIKE 'traffic.%';
