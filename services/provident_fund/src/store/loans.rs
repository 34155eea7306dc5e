//! Loans.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    db::Tx,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{AccountId, Loan, LoanFacts, LoanId, LoanState, RepaymentMethod},
    rules::batch::Told,
    schema::loans,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = loans)]
struct LoanRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    loan_no: String,
    account_id: Uuid,
    principal_minor: i64,
    annual_rate_ppm: i32,
    method: String,
    months: i32,
    first_due_on: NaiveDate,
    balance_minor: i64,
    state: String,
    as_of: DateTime<Utc>,
}

impl TryFrom<LoanRow> for Loan {
    type Error = Error;

    fn try_from(row: LoanRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let rate = row.annual_rate_ppm.try_into().map_err(|_| Error::Damaged("loan rate"))?;
        Ok(Self {
            id: LoanId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.loan_no.parse().map_err(|_| Error::Damaged("loan number"))?,
            account: AccountId::from_parts(city, row.account_id),
            principal_minor: row.principal_minor,
            annual_rate_ppm: rate,
            method: RepaymentMethod::parse(&row.method).ok_or(Error::Damaged("loan method"))?,
            months: row.months.try_into().map_err(|_| Error::Damaged("loan months"))?,
            first_due_on: row.first_due_on,
            balance_minor: row.balance_minor,
            state: LoanState::parse(&row.state).ok_or(Error::Damaged("loan state"))?,
            as_of: row.as_of,
        })
    }
}

/// The loans of an account, oldest first; no more than `limit`.
pub(crate) async fn of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    limit: i64,
) -> Result<Vec<Loan>, Error> {
    let rows: Vec<LoanRow> = loans::table
        .filter(loans::city.eq(account.city().number()))
        .filter(loans::account_id.eq(account.uuid()))
        .order(loans::id)
        .limit(limit)
        .select(LoanRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Loan::try_from).collect()
}

/// What is on record of the loans of some numbers, where they are known.
pub(crate) async fn by_numbers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    numbers: &[&str],
) -> Result<HashMap<String, Told<LoanFacts>>, Error> {
    let rows: Vec<(LoanRow, Uuid)> = loans::table
        .filter(loans::city.eq(agency.city().number()))
        .filter(loans::agency_id.eq(agency.uuid()))
        .filter(loans::loan_no.eq_any(numbers))
        .select((LoanRow::as_select(), loans::batch_id))
        .load(tx.conn())
        .await?;
    let kept = rows.into_iter().map(|(row, batch)| {
        let loan = Loan::try_from(row)?;
        let content = LoanFacts {
            account: loan.account.uuid(),
            principal_minor: loan.principal_minor,
            annual_rate_ppm: loan.annual_rate_ppm,
            method: loan.method,
            months: loan.months,
            first_due_on: loan.first_due_on,
            balance_minor: loan.balance_minor,
            state: loan.state,
        };
        let number = loan.number.as_str().to_owned();
        Ok((number, Told { content, as_of: loan.as_of, batch }))
    });
    kept.collect()
}

/// Writes loans by their numbers. `ids` are for those that are new.
pub(crate) async fn put(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    ids: &[Uuid],
    told: &[(&str, Told<LoanFacts>)],
) -> Result<(), Error> {
    let rate =
        |said: &Told<LoanFacts>| i32::try_from(said.content.annual_rate_ppm).unwrap_or(i32::MAX);
    sql("INSERT INTO provident_fund.loans (city, agency_id, id, loan_no, account_id, \
             principal_minor, annual_rate_ppm, method, months, first_due_on, balance_minor, state, \
             as_of, batch_id) \
         SELECT $1, $2, new.* \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS new \
         ON CONFLICT (city, agency_id, loan_no) DO UPDATE SET account_id = excluded.account_id, \
             principal_minor = excluded.principal_minor, \
             annual_rate_ppm = excluded.annual_rate_ppm, method = excluded.method, \
             months = excluded.months, first_due_on = excluded.first_due_on, \
             balance_minor = excluded.balance_minor, state = excluded.state, \
             as_of = excluded.as_of, batch_id = excluded.batch_id")
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(column(told, |(number, _)| *number))
    .bind::<Array<SqlUuid>, _>(column(told, |(_, said)| said.content.account))
    .bind::<Array<BigInt>, _>(column(told, |(_, said)| said.content.principal_minor))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| rate(said)))
    .bind::<Array<Text>, _>(column(told, |(_, said)| said.content.method.code()))
    .bind::<Array<Integer>, _>(column(told, |(_, said)| i32::from(said.content.months)))
    .bind::<Array<Date>, _>(column(told, |(_, said)| said.content.first_due_on))
    .bind::<Array<BigInt>, _>(column(told, |(_, said)| said.content.balance_minor))
    .bind::<Array<Text>, _>(column(told, |(_, said)| said.content.state.code()))
    .bind::<Array<Timestamptz>, _>(column(told, |(_, said)| said.as_of))
    .bind::<Array<SqlUuid>, _>(column(told, |(_, said)| said.batch))
    .execute(tx.conn())
    .await?;
    Ok(())
}
