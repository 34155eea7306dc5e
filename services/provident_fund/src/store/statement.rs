//! Yearly statements.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::PersonId;
use citygate_kernel::{Currency, Money};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Date, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{AccountId, AccountNo, FundYear, Statement},
    schema::{statement_runs as runs, statements},
};

/// Notes that a centre's statements of a year are being made. False when they are or were.
pub(crate) async fn begin(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    year: i16,
    rule: RuleId,
) -> Result<bool, Error> {
    let now = tx.now();
    let begun = diesel::insert_into(runs::table)
        .values((
            runs::city.eq(agency.city().number()),
            runs::agency_id.eq(agency.uuid()),
            runs::year.eq(year),
            runs::rule_id.eq(rule.uuid()),
            runs::begun_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(begun == 1)
}

/// Notes that all of them are made.
pub(crate) async fn finish(tx: &mut Tx<'_>, agency: AgencyId, year: i16) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(runs::table.find((agency.city().number(), agency.uuid(), year)))
        .filter(runs::done_at.is_null())
        .set(runs::done_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A page of accounts: the number of the last one, and those whose statement is new.
#[derive(QueryableByName)]
struct PageRow {
    #[diesel(sql_type = Text)]
    account_no: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    made: bool,
}

/// Makes the statements of a page of a centre's accounts, in the order of their numbers: what each
/// posting that counts did to the balance, by the day on which it was booked. Returns the last number
/// of the page, none at the end, and the accounts whose statement was not there before.
pub(crate) async fn make_page(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (year, as_of): (&FundYear, DateTime<Utc>),
    (after, limit): (Option<&AccountNo>, i64),
) -> Result<(Option<AccountNo>, Vec<AccountId>), Error> {
    let now = tx.now();
    let rows: Vec<PageRow> = sql(
        "WITH run AS (SELECT $1 AS city, $2 AS agency_id, $3 AS year, $4 AS first, $5 AS last, \
             $6 AS as_of, $7 AS now, $8 AS after), \
         page AS (SELECT a.city, a.id, a.agency_id, a.account_no, a.person_id, a.currency \
             FROM run, provident_fund.accounts a \
             WHERE a.city = run.city AND a.agency_id = run.agency_id AND a.account_no > run.after \
             ORDER BY a.account_no LIMIT $9), \
         made AS (INSERT INTO provident_fund.statements (city, account_id, year, agency_id, \
                 person_id, opening_minor, own_minor, employer_minor, interest_minor, \
                 withdrawn_minor, transferred_minor, corrected_minor, closing_minor, currency, \
                 months, as_of, made_at) \
             SELECT page.city, page.id, run.year, page.agency_id, page.person_id, s.opening, s.own, \
                 s.employer, s.interest, s.withdrawn, s.transferred, s.corrected, s.closing, \
                 page.currency, s.months, run.as_of, run.now \
             FROM run, page CROSS JOIN LATERAL (SELECT \
                 coalesce(sum(amount) FILTER (WHERE p.booked_on < run.first), 0)::bigint AS opening, \
                 coalesce(sum(own_minor) FILTER (WHERE year AND pays), 0)::bigint AS own, \
                 coalesce(sum(employer_minor) FILTER (WHERE year AND pays), 0)::bigint AS employer, \
                 coalesce(sum(amount) FILTER (WHERE year AND p.kind = 'interest'), 0)::bigint \
                     AS interest, \
                 coalesce(sum(amount) FILTER (WHERE year AND p.kind = 'withdrawal'), 0)::bigint \
                     AS withdrawn, \
                 coalesce(sum(amount) FILTER (WHERE year AND p.kind IN \
                     ('transfer_in', 'transfer_out', 'opening')), 0)::bigint AS transferred, \
                 coalesce(sum(amount) FILTER (WHERE year AND p.kind = 'correction'), 0)::bigint \
                     AS corrected, \
                 coalesce(sum(amount), 0)::bigint AS closing, \
                 (count(DISTINCT p.month) FILTER (WHERE year AND pays))::integer AS months, \
                 count(*) AS postings \
               FROM provident_fund.postings p \
               CROSS JOIN LATERAL (SELECT p.own_minor + p.employer_minor AS amount, \
                   p.booked_on >= run.first AS year, \
                   p.kind IN ('remittance', 'back_payment') AS pays) x \
               WHERE p.city = page.city AND p.account_id = page.id \
                 AND p.state IN ('posted', 'corrected') AND p.booked_on <= run.last) s \
             WHERE s.postings > 0 \
             ON CONFLICT DO NOTHING RETURNING account_id) \
         SELECT page.account_no, page.id, made.account_id IS NOT NULL AS made \
         FROM page LEFT JOIN made ON made.account_id = page.id ORDER BY page.account_no",
    )
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<SmallInt, _>(year.year)
    .bind::<Date, _>(year.first)
    .bind::<Date, _>(year.last)
    .bind::<Timestamptz, _>(as_of)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(after.map_or("", AccountNo::as_str))
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
    .await?;
    let full = i64::try_from(rows.len()) == Ok(limit);
    let last = rows.last().filter(|_| full).map(|row| row.account_no.parse());
    let last = last.transpose().map_err(|_| Error::Damaged("account number"))?;
    let made = rows.into_iter().filter(|row| row.made);
    Ok((last, made.map(|row| AccountId::from_parts(agency.city(), row.id)).collect()))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = statements)]
struct StatementRow {
    city: i32,
    account_id: Uuid,
    year: i16,
    agency_id: Uuid,
    person_id: Uuid,
    opening_minor: i64,
    own_minor: i64,
    employer_minor: i64,
    interest_minor: i64,
    withdrawn_minor: i64,
    transferred_minor: i64,
    corrected_minor: i64,
    closing_minor: i64,
    currency: String,
    months: i32,
    as_of: DateTime<Utc>,
}

impl TryFrom<StatementRow> for Statement {
    type Error = Error;

    fn try_from(row: StatementRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let currency: Currency = row.currency.parse().map_err(|_| Error::Damaged("currency"))?;
        let money = |minor| Money::new(minor, currency);
        Ok(Self {
            account: AccountId::from_parts(city, row.account_id),
            agency: AgencyId::from_parts(city, row.agency_id),
            person: PersonId::from_uuid(row.person_id),
            year: row.year,
            opening: money(row.opening_minor),
            own: money(row.own_minor),
            employer: money(row.employer_minor),
            interest: money(row.interest_minor),
            withdrawn: money(row.withdrawn_minor),
            transferred: money(row.transferred_minor),
            corrected: money(row.corrected_minor),
            closing: money(row.closing_minor),
            months: row.months.try_into().map_err(|_| Error::Damaged("months"))?,
            as_of: row.as_of,
        })
    }
}

/// The statement of an account for a year.
pub(crate) async fn of_year(
    tx: &mut Tx<'_>,
    account: AccountId,
    year: i16,
) -> Result<Option<Statement>, Error> {
    let row: Option<StatementRow> = statements::table
        .find((account.city().number(), account.uuid(), year))
        .select(StatementRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Statement::try_from).transpose()
}

/// The years for which there are statements of an account, newest first, and since when.
pub(crate) async fn years(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<(i16, DateTime<Utc>)>, Error> {
    Ok(statements::table
        .filter(statements::city.eq(account.city().number()))
        .filter(statements::account_id.eq(account.uuid()))
        .order(statements::year.desc())
        .limit(100)
        .select((statements::year, statements::made_at))
        .load(tx.conn())
        .await?)
}

/// What has been paid into an account by its owner and by employers.
#[derive(QueryableByName)]
pub(crate) struct Contributions {
    /// What the person paid in, in minor units.
    #[diesel(sql_type = BigInt)]
    pub own_minor: i64,
    /// What employers paid in, in minor units.
    #[diesel(sql_type = BigInt)]
    pub employer_minor: i64,
    /// For how many months.
    #[diesel(sql_type = BigInt)]
    pub months: i64,
    /// The first of them.
    #[diesel(sql_type = diesel::sql_types::Nullable<Date>)]
    pub first_month: Option<NaiveDate>,
    /// The last of them.
    #[diesel(sql_type = diesel::sql_types::Nullable<Date>)]
    pub last_month: Option<NaiveDate>,
}

/// What has been paid into an account in all.
pub(crate) async fn contributions(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Contributions, Error> {
    Ok(sql("SELECT coalesce(sum(own_minor), 0)::bigint AS own_minor, \
            coalesce(sum(employer_minor), 0)::bigint AS employer_minor, \
            count(DISTINCT month) AS months, min(month) AS first_month, max(month) AS last_month \
         FROM provident_fund.postings WHERE city = $1 AND account_id = $2 \
           AND kind IN ('remittance', 'back_payment') AND state IN ('posted', 'corrected')")
    .bind::<Integer, _>(account.city().number())
    .bind::<SqlUuid, _>(account.uuid())
    .get_result(tx.conn())
    .await?)
}
