-- Sessions are forgotten half a year after their end, and found by it.
CREATE INDEX sessions_by_end ON identity.sessions (expires_at);
