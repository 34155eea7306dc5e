-- Answers that are kept for whoever repeats a request say what somebody was told, by any service: they
-- are sealed, with keys of their own, and the digest of the request is keyed. Rows from before are read
-- until they are ninety days old; then nothing has a `body` any more. A program from before takes a new
-- row for another request's: replace all processes in one go.
ALTER TABLE platform.data_keys DROP CONSTRAINT data_keys_class_check;
ALTER TABLE platform.data_keys ADD CONSTRAINT data_keys_class_check
    CHECK (class IN ('person', 'contact', 'letter', 'secret', 'health', 'answer'));

ALTER TABLE platform.idempotency_keys
    ADD body_sealed bytea,
    -- Rows from before have none that is sealed: nobody need wait until all are looked at.
    ADD CONSTRAINT idempotency_keys_one_body CHECK (body IS NULL OR body_sealed IS NULL) NOT VALID;
-- Bytes that are sealed do not compress, and trying costs time.
ALTER TABLE platform.idempotency_keys ALTER body_sealed SET STORAGE EXTERNAL;
