DROP INDEX identity.sessions_by_end;
