DROP INDEX identity.refresh_tokens_of_session;
ALTER TABLE identity.sessions DROP COLUMN device;
DROP TABLE
    identity.passkey_ceremonies,
    identity.passkeys,
    identity.passwords,
    identity.sms_budgets,
    identity.known_clients,
    identity.counters,
    identity.one_time_codes,
    identity.phones;
