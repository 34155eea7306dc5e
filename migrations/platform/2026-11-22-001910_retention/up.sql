-- What is swept is found by its age: without an index each sweep would read all of it, to find
-- nothing.
CREATE INDEX idempotency_keys_by_age ON platform.idempotency_keys (created_at);
