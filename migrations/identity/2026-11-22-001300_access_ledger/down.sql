DROP TABLE identity.person_lookups, identity.access_entries, identity.legal_bases,
    identity.access_purposes;
