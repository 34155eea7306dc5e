CREATE SCHEMA provident_fund;

-- Up to when a centre has told of a kind of records completely: every batch up to then is closed,
-- and its control sums agreed. None until the first one is.
CREATE TABLE provident_fund.centres (
    city      integer     NOT NULL,
    agency_id uuid        NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('accounts', 'postings', 'loans', 'terms')),
    as_of     timestamptz,
    PRIMARY KEY (city, agency_id, kind),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- Records that a centre pushes together, with what they have to come to.
CREATE TABLE provident_fund.batches (
    city               integer     NOT NULL,
    id                 uuid        NOT NULL,
    agency_id          uuid        NOT NULL,
    batch_no           text        NOT NULL CHECK (char_length(batch_no) BETWEEN 1 AND 32),
    kind               text        NOT NULL
                       CHECK (kind IN ('accounts', 'postings', 'loans', 'terms')),
    as_of              timestamptz NOT NULL,
    declared_lines     bigint      NOT NULL CHECK (declared_lines >= 0),
    declared_sum_minor bigint      NOT NULL,
    -- The batch that did not come out right, and that this one says again.
    replaces           uuid,
    state              text        NOT NULL
                       CHECK (state IN ('open', 'closed', 'unbalanced', 'replaced')),
    created_at         timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, batch_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, replaces) REFERENCES provident_fund.batches
);
CREATE INDEX batches_of_centre ON provident_fund.batches (city, agency_id, id DESC);
-- What still stands in the way of an as-of.
CREATE INDEX batches_unfinished ON provident_fund.batches (city, agency_id, kind, as_of)
    WHERE state IN ('open', 'unbalanced');

-- A part of a batch as it arrived. The digest tells a repetition from a change.
CREATE TABLE provident_fund.batch_parts (
    city        integer     NOT NULL,
    batch_id    uuid        NOT NULL,
    part_no     integer     NOT NULL CHECK (part_no > 0),
    digest      bytea       NOT NULL,
    lines       integer     NOT NULL CHECK (lines >= 0),
    accepted    integer     NOT NULL CHECK (accepted >= 0),
    -- Lines about what the batch had said already: neither counted nor refused.
    repeated    integer     NOT NULL CHECK (repeated >= 0),
    sum_minor   bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (city, batch_id, part_no),
    FOREIGN KEY (city, batch_id) REFERENCES provident_fund.batches,
    CHECK (accepted + repeated <= lines)
);

-- A line that was refused, alone, and why.
CREATE TABLE provident_fund.batch_faults (
    city     integer NOT NULL,
    batch_id uuid    NOT NULL,
    part_no  integer NOT NULL CHECK (part_no > 0),
    line     integer NOT NULL CHECK (line > 0),
    code     text    NOT NULL,
    PRIMARY KEY (city, batch_id, part_no, line),
    FOREIGN KEY (city, batch_id, part_no) REFERENCES provident_fund.batch_parts
);

CREATE TABLE provident_fund.employers (
    city        integer     NOT NULL,
    id          uuid        NOT NULL,
    agency_id   uuid        NOT NULL,
    -- GB 32100.
    employer_no text        NOT NULL CHECK (char_length(employer_no) = 18),
    name        text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    as_of       timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, employer_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies
);

-- balance_minor is the sum of the account's postings that count, and changes with them in one
-- transaction. Whoever writes postings holds the row's lock.
CREATE TABLE provident_fund.accounts (
    city              integer     NOT NULL,
    id                uuid        NOT NULL,
    agency_id         uuid        NOT NULL,
    account_no        text        NOT NULL CHECK (char_length(account_no) BETWEEN 1 AND 32),
    person_id         uuid        NOT NULL,
    state             text        NOT NULL
                      CHECK (state IN ('open', 'active', 'sealed', 'transferred', 'closed')),
    opened_on         date        NOT NULL,
    employer_id       uuid,
    base_minor        bigint      NOT NULL CHECK (base_minor >= 0),
    own_rate_bp       integer     NOT NULL CHECK (own_rate_bp BETWEEN 0 AND 10000),
    employer_rate_bp  integer     NOT NULL CHECK (employer_rate_bp BETWEEN 0 AND 10000),
    balance_minor     bigint      NOT NULL CHECK (balance_minor >= 0),
    currency          text        NOT NULL CHECK (currency = 'CNY'),
    -- The last month that was paid in for.
    last_posted_month date        CHECK (extract(day FROM last_posted_month) = 1),
    -- Of the batch that told of the account last.
    as_of             timestamptz NOT NULL,
    batch_id          uuid        NOT NULL,
    created_at        timestamptz NOT NULL,
    changed_at        timestamptz NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, account_no),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, employer_id) REFERENCES provident_fund.employers
);
CREATE INDEX accounts_of_person ON provident_fund.accounts (person_id, id);

-- From which month on which base and rates held.
CREATE TABLE provident_fund.terms (
    city             integer     NOT NULL,
    account_id       uuid        NOT NULL,
    from_month       date        NOT NULL CHECK (extract(day FROM from_month) = 1),
    employer_id      uuid,
    base_minor       bigint      NOT NULL CHECK (base_minor >= 0),
    own_rate_bp      integer     NOT NULL CHECK (own_rate_bp BETWEEN 0 AND 10000),
    employer_rate_bp integer     NOT NULL CHECK (employer_rate_bp BETWEEN 0 AND 10000),
    as_of            timestamptz NOT NULL,
    batch_id         uuid        NOT NULL,
    PRIMARY KEY (city, account_id, from_month),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    FOREIGN KEY (city, employer_id) REFERENCES provident_fund.employers
);

-- What was paid into an account, or out of it; amount = own_minor + employer_minor, signed.
-- 'declared' and 'received' are what an employer owes still and do not count in the balance. Whoever
-- writes one holds the account's row and has read employer and batch: foreign keys would look each
-- up once more for every one of many millions of rows.
CREATE TABLE provident_fund.postings (
    city           integer NOT NULL,
    account_id     uuid    NOT NULL,
    posting_no     text    NOT NULL CHECK (char_length(posting_no) BETWEEN 1 AND 32),
    kind           text    NOT NULL
                   CHECK (kind IN ('remittance', 'back_payment', 'withdrawal', 'interest',
                                   'transfer_in', 'transfer_out', 'opening', 'correction')),
    state          text    NOT NULL
                   CHECK (state IN ('declared', 'received', 'posted', 'corrected', 'withdrawn')),
    month          date    NOT NULL CHECK (extract(day FROM month) = 1),
    booked_on      date    NOT NULL,
    own_minor      bigint  NOT NULL,
    employer_minor bigint  NOT NULL,
    -- The posting of the same account that this one puts right by the difference.
    corrects       text,
    employer_id    uuid,
    -- The batch that named it last.
    batch_id       uuid    NOT NULL,
    PRIMARY KEY (city, account_id, posting_no),
    CHECK ((kind = 'correction') = (corrects IS NOT NULL))
);

CREATE TABLE provident_fund.loans (
    city            integer     NOT NULL,
    id              uuid        NOT NULL,
    agency_id       uuid        NOT NULL,
    loan_no         text        NOT NULL CHECK (char_length(loan_no) BETWEEN 1 AND 32),
    account_id      uuid        NOT NULL,
    principal_minor bigint      NOT NULL CHECK (principal_minor > 0),
    annual_rate_ppm integer     NOT NULL CHECK (annual_rate_ppm BETWEEN 0 AND 1000000),
    method          text        NOT NULL CHECK (method IN ('equal_instalment', 'equal_principal')),
    months          integer     NOT NULL CHECK (months BETWEEN 1 AND 600),
    first_due_on    date        NOT NULL,
    balance_minor   bigint      NOT NULL CHECK (balance_minor >= 0),
    state           text        NOT NULL CHECK (state IN ('repaying', 'overdue', 'settled')),
    as_of           timestamptz NOT NULL,
    batch_id        uuid        NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency_id, loan_no),
    FOREIGN KEY (city, account_id) REFERENCES provident_fund.accounts,
    CHECK (balance_minor <= principal_minor)
);
CREATE INDEX loans_of_account ON provident_fund.loans (city, account_id);
