-- The city's own role. It owns its database and is no superuser: what a migration revokes from it
-- (changing the history of money) stays revoked.
CREATE ROLE citygate LOGIN PASSWORD 'citygate';
CREATE DATABASE citygate OWNER citygate;
