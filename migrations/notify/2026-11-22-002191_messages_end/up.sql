-- What was sent is found by when it was.
CREATE INDEX messages_by_sending ON notify.messages (sent_at) WHERE sent_at IS NOT NULL;
