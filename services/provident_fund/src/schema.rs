// Made by `make schema` from the migrated database. Do not edit.

diesel::table! {
    provident_fund.accounts (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_no -> Text,
        person_id -> Uuid,
        state -> Text,
        opened_on -> Date,
        employer_id -> Nullable<Uuid>,
        base_minor -> Int8,
        own_rate_bp -> Int4,
        employer_rate_bp -> Int4,
        balance_minor -> Int8,
        currency -> Text,
        last_posted_month -> Nullable<Date>,
        as_of -> Timestamptz,
        batch_id -> Uuid,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.application_steps (city, id) {
        city -> Int4,
        id -> Uuid,
        application_id -> Uuid,
        step_no -> Int4,
        event -> Text,
        state -> Text,
        staff_id -> Nullable<Uuid>,
        said_sealed -> Nullable<Bytea>,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.batch_faults (city, batch_id, part_no, line) {
        city -> Int4,
        batch_id -> Uuid,
        part_no -> Int4,
        line -> Int4,
        code -> Text,
    }
}

diesel::table! {
    provident_fund.batch_parts (city, batch_id, part_no) {
        city -> Int4,
        batch_id -> Uuid,
        part_no -> Int4,
        digest -> Bytea,
        lines -> Int4,
        accepted -> Int4,
        repeated -> Int4,
        sum_minor -> Int8,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.batches (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        batch_no -> Text,
        kind -> Text,
        as_of -> Timestamptz,
        declared_lines -> Int8,
        declared_sum_minor -> Int8,
        replaces -> Nullable<Uuid>,
        state -> Text,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.centres (city, agency_id, kind) {
        city -> Int4,
        agency_id -> Uuid,
        kind -> Text,
        as_of -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    provident_fund.disputes (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_id -> Uuid,
        person_id -> Uuid,
        lodged_by -> Uuid,
        posting_no -> Nullable<Text>,
        month -> Nullable<Date>,
        state -> Text,
        rule_id -> Uuid,
        counted_from -> Date,
        act_by -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        corrected_by -> Nullable<Text>,
        lodged_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.employers (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        employer_no -> Text,
        name -> Text,
        as_of -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.loans (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        loan_no -> Text,
        account_id -> Uuid,
        principal_minor -> Int8,
        annual_rate_ppm -> Int4,
        method -> Text,
        months -> Int4,
        first_due_on -> Date,
        balance_minor -> Int8,
        state -> Text,
        as_of -> Timestamptz,
        batch_id -> Uuid,
    }
}

diesel::table! {
    provident_fund.postings (city, account_id, posting_no) {
        city -> Int4,
        account_id -> Uuid,
        posting_no -> Text,
        kind -> Text,
        state -> Text,
        month -> Date,
        booked_on -> Date,
        own_minor -> Int8,
        employer_minor -> Int8,
        corrects -> Nullable<Text>,
        employer_id -> Nullable<Uuid>,
        batch_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    provident_fund.statement_runs (city, agency_id, year) {
        city -> Int4,
        agency_id -> Uuid,
        year -> Int2,
        rule_id -> Uuid,
        begun_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    provident_fund.statements (city, account_id, year) {
        city -> Int4,
        account_id -> Uuid,
        year -> Int2,
        agency_id -> Uuid,
        person_id -> Uuid,
        opening_minor -> Int8,
        own_minor -> Int8,
        employer_minor -> Int8,
        interest_minor -> Int8,
        withdrawn_minor -> Int8,
        transferred_minor -> Int8,
        corrected_minor -> Int8,
        closing_minor -> Int8,
        currency -> Text,
        months -> Int4,
        as_of -> Timestamptz,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.terms (city, account_id, from_month) {
        city -> Int4,
        account_id -> Uuid,
        from_month -> Date,
        employer_id -> Nullable<Uuid>,
        base_minor -> Int8,
        own_rate_bp -> Int4,
        employer_rate_bp -> Int4,
        as_of -> Timestamptz,
        batch_id -> Uuid,
    }
}

diesel::table! {
    provident_fund.transfers_in (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_id -> Uuid,
        person_id -> Uuid,
        lodged_by -> Uuid,
        from_city -> Int4,
        from_agency_id -> Uuid,
        from_account_id -> Uuid,
        state -> Text,
        rule_id -> Uuid,
        moved_minor -> Nullable<Int8>,
        moved_on -> Nullable<Date>,
        posting_no -> Nullable<Text>,
        lodged_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.transfers_out (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_id -> Uuid,
        person_id -> Uuid,
        lodged_by -> Uuid,
        to_city -> Int4,
        to_agency_id -> Uuid,
        to_account_id -> Uuid,
        state -> Text,
        rule_id -> Uuid,
        counted_from -> Date,
        act_by -> Nullable<Timestamptz>,
        posting_no -> Nullable<Text>,
        moved_minor -> Nullable<Int8>,
        received_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.viewings (city, session_id, account_id) {
        city -> Int4,
        session_id -> Uuid,
        account_id -> Uuid,
        person_id -> Uuid,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    provident_fund.withdrawals (city, id) {
        city -> Int4,
        id -> Uuid,
        agency_id -> Uuid,
        account_id -> Uuid,
        person_id -> Uuid,
        lodged_by -> Uuid,
        ground -> Text,
        amount_minor -> Int8,
        currency -> Text,
        stated_minor -> Nullable<Int8>,
        state -> Text,
        rule_id -> Uuid,
        counted_from -> Date,
        act_by -> Nullable<Timestamptz>,
        posting_no -> Nullable<Text>,
        lodged_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    application_steps,
    batch_faults,
    batch_parts,
    batches,
    centres,
    disputes,
    employers,
    loans,
    postings,
    statement_runs,
    statements,
    terms,
    transfers_in,
    transfers_out,
    viewings,
    withdrawals,
);
