DROP TABLE payments.deposits;
