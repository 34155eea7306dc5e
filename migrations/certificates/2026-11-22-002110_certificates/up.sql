CREATE SCHEMA certificates;

-- What certificates are signed with. The key that began last signs; all public keys stay published,
-- because what they have signed is verified for years. The private part is destroyed at a rotation
-- when it no longer signs.
CREATE TABLE certificates.signing_keys (
    id             uuid        PRIMARY KEY,
    kid            text        NOT NULL UNIQUE CHECK (char_length(kid) = 43),
    public_jwk     jsonb       NOT NULL,
    begins_at      timestamptz NOT NULL UNIQUE,
    private_sealed bytea
);

-- What an agency certifies. Whoever knows the number and the code sees what it says to everybody:
-- only their digest is looked for, so a wrong code and an unknown number are the same.
CREATE TABLE certificates.certificates (
    city           integer     NOT NULL,
    id             uuid        NOT NULL,
    agency_id      uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind ~ '^[a-z_]{1,32}\.[a-z_]{1,32}$'),
    number         text        NOT NULL CHECK (char_length(number) = 26),
    code_digest    bytea       NOT NULL,
    case_ref       text        NOT NULL CHECK (char_length(case_ref) BETWEEN 1 AND 128),
    title_en       text        NOT NULL,
    title_zh       text        NOT NULL,
    issued_at      timestamptz NOT NULL,
    issued_on      date        NOT NULL,
    valid_until    date        CHECK (valid_until >= issued_on),
    state          text        NOT NULL CHECK (state IN ('valid', 'revoked', 'replaced')),
    ended_at       timestamptz,
    ended_by       text        CHECK (ended_by IN ('corrected', 'annulled', 'withdrawn')),
    replaced_by    uuid,
    kid            text        NOT NULL,
    content_sealed bytea       NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, number),
    UNIQUE (city, code_digest),
    FOREIGN KEY (city, agency_id) REFERENCES public.agencies,
    FOREIGN KEY (city, replaced_by) REFERENCES certificates.certificates,
    CHECK ((state = 'valid') = (ended_at IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((state = 'replaced') = (replaced_by IS NOT NULL))
);

-- Who may read it: those whom it is about.
CREATE TABLE certificates.holders (
    city           integer     NOT NULL,
    certificate_id uuid        NOT NULL,
    person_id      uuid        NOT NULL,
    PRIMARY KEY (city, certificate_id, person_id),
    FOREIGN KEY (city, certificate_id) REFERENCES certificates.certificates
);
CREATE INDEX certificates_of_person ON certificates.holders (person_id, certificate_id DESC);
