ALTER TABLE identity.step_ups RESET (fillfactor);
ALTER TABLE identity.access_entries
    ADD CONSTRAINT access_entries_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.people;
