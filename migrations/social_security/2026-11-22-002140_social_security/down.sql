DROP SCHEMA social_security CASCADE;
DELETE FROM public.rules WHERE key LIKE 'social\_security.%';
