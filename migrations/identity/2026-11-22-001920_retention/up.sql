-- What is swept when its time is over is found by that time.
CREATE INDEX sign_in_codes_by_end ON identity.sign_in_codes (expires_at);
CREATE INDEX one_time_codes_by_end ON identity.one_time_codes (expires_at);
CREATE INDEX counters_by_age ON identity.counters (last_at);
CREATE INDEX known_clients_by_age ON identity.known_clients (signed_in_at);
CREATE INDEX authorization_codes_by_end ON identity.authorization_codes (expires_at);
CREATE INDEX client_assertions_by_end ON identity.client_assertions (expires_at);
CREATE INDEX step_up_codes_by_end ON identity.step_up_codes (expires_at);
CREATE INDEX step_ups_by_end ON identity.step_ups (expires_at);
CREATE INDEX person_lookups_by_age ON identity.person_lookups (looked_up_at);
CREATE INDEX refresh_tokens_by_age ON identity.refresh_tokens (created_at);
