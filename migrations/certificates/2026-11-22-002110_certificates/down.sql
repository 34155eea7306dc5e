DROP SCHEMA certificates CASCADE;
