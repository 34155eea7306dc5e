DROP TABLE exchange.conformance_evidence;
DROP TABLE exchange.sandboxes;
DROP TABLE exchange.participants;
