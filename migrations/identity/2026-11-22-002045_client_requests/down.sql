DROP INDEX identity.clients_by_use;
ALTER TABLE identity.clients DROP last_used_at;
DROP TABLE identity.client_requests;
