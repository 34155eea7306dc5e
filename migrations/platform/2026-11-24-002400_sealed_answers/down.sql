ALTER TABLE platform.idempotency_keys DROP body_sealed;

DELETE FROM platform.data_keys WHERE class = 'answer';
ALTER TABLE platform.data_keys DROP CONSTRAINT data_keys_class_check;
ALTER TABLE platform.data_keys ADD CONSTRAINT data_keys_class_check
    CHECK (class IN ('person', 'contact', 'letter', 'secret', 'health'));
