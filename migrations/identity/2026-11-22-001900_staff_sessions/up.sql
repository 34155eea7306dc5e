-- When somebody last acted for an agency in a session, to the minute: a desk that is left is closed
-- after a while.
ALTER TABLE identity.sessions ADD acted_as_staff_at timestamptz;
