DROP TABLE exchange.mllp_peers;
