DROP INDEX platform.idempotency_keys_by_age;
