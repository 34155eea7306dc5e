DROP SCHEMA applications CASCADE;
