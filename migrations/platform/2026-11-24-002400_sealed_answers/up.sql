-- Answers that are kept for whoever repeats a request say what somebody was told, by any service: they
-- are sealed, with keys of their own. The digest of the request is keyed in these rows. Those from before
-- stay readable until they are ninety days old.
ALTER TABLE platform.data_keys DROP CONSTRAINT data_keys_class_check;
ALTER TABLE platform.data_keys ADD CONSTRAINT data_keys_class_check
    CHECK (class IN ('person', 'contact', 'letter', 'secret', 'health', 'answer'));

ALTER TABLE platform.idempotency_keys
    ADD body_sealed bytea,
    ADD CHECK (body IS NULL OR body_sealed IS NULL);
-- Bytes that are sealed do not compress, and trying costs time.
ALTER TABLE platform.idempotency_keys ALTER body_sealed SET STORAGE EXTERNAL;
