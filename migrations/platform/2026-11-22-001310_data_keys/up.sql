-- The keys that values are sealed with, each itself encrypted under a key-encryption key, which is
-- a file and never here. A class of data has one key that seals; retired ones only open what they
-- have sealed, until it is sealed anew.
CREATE TABLE platform.data_keys (
    id         uuid        PRIMARY KEY,
    class      text        NOT NULL CHECK (class IN ('person', 'contact', 'letter', 'secret')),
    -- The number of the key-encryption key: kek-1.key is 1.
    kek        integer     NOT NULL CHECK (kek > 0),
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE UNIQUE INDEX data_keys_active ON platform.data_keys (class) WHERE retired_at IS NULL;
