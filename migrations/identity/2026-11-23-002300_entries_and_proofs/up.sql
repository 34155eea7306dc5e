-- An entry is about somebody who calls with a token of theirs, or whom the same transaction has read,
-- and nobody is ever removed from the people: a foreign key would look each up once more, and write a
-- lock into their row.
ALTER TABLE identity.access_entries DROP CONSTRAINT access_entries_person_id_fkey;

-- Each proof is changed once. Room on the page for it: its indexes then need not change.
ALTER TABLE identity.step_ups SET (fillfactor = 70);
