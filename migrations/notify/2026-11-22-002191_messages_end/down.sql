DROP INDEX notify.messages_by_sending;
