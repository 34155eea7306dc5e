//! Statements about deposits.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_ledger::TransferId;
use citygate_platform::db::Tx;
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, money};
use crate::{
    error::Error,
    model::{Deposit, DepositCase, DepositId, Depositor},
    schema::deposits,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = deposits)]
struct DepositRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    person_id: Uuid,
    account_id: Uuid,
    payer_city: i32,
    put_minor: i64,
    held_minor: i64,
    used_minor: i64,
    currency: String,
    hold_id: Option<Uuid>,
    ends_at: DateTime<Utc>,
}

impl TryFrom<DepositRow> for Deposit {
    type Error = Error;

    fn try_from(row: DepositRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: DepositId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            payer: Depositor {
                person: PersonId::from_uuid(row.person_id),
                account: AccountId::from_uuid(row.account_id),
                city: super::city(row.payer_city)?,
            },
            put: money(row.put_minor, &row.currency)?,
            held: money(row.held_minor, &row.currency)?,
            used: money(row.used_minor, &row.currency)?,
            hold: row.hold_id.map(|id| TransferId::from_parts(city, id)),
            ends_at: row.ends_at,
        })
    }
}

/// Writes a deposit. Of two for one case, one is refused.
pub(crate) async fn insert_deposit(
    tx: &mut Tx<'_>,
    deposit: &Deposit,
    case: &DepositCase,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::insert_into(deposits::table)
        .values((
            deposits::city.eq(deposit.id.city().number()),
            deposits::id.eq(deposit.id.uuid()),
            deposits::agency_id.eq(case.agency.uuid()),
            deposits::issuer.eq(case.issuer),
            deposits::case_no.eq(&case.number),
            deposits::person_id.eq(deposit.payer.person.uuid()),
            deposits::account_id.eq(deposit.payer.account.uuid()),
            deposits::payer_city.eq(deposit.payer.city.number()),
            deposits::put_minor.eq(deposit.put.minor()),
            deposits::held_minor.eq(deposit.held.minor()),
            deposits::used_minor.eq(deposit.used.minor()),
            deposits::currency.eq(deposit.put.currency().code()),
            deposits::hold_id.eq(deposit.hold.map(|hold| hold.uuid())),
            deposits::ends_at.eq(deposit.ends_at),
            deposits::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await
        .map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, ref about)
                if about.constraint_name() == Some("deposits_held") =>
            {
                Error::DepositHeld
            }
            other => other.into(),
        })?;
    Ok(())
}

/// The deposit, which nobody else uses until this transaction ends.
pub(crate) async fn lock_deposit(tx: &mut Tx<'_>, id: DepositId) -> Result<Option<Deposit>, Error> {
    let row: Option<DepositRow> = deposits::table
        .find((id.city().number(), id.uuid()))
        .select(DepositRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Deposit::try_from).transpose()
}

/// The deposit that is held for a case, else the latest that was.
pub(crate) async fn deposit_of_case(
    tx: &mut Tx<'_>,
    case: &DepositCase,
) -> Result<Option<Deposit>, Error> {
    let row: Option<DepositRow> = deposits::table
        .filter(deposits::city.eq(case.agency.city().number()))
        .filter(deposits::agency_id.eq(case.agency.uuid()))
        .filter(deposits::issuer.eq(case.issuer))
        .filter(deposits::case_no.eq(&case.number))
        .order((deposits::hold_id.is_not_null().desc(), deposits::id.desc()))
        .select(DepositRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Deposit::try_from).transpose()
}

/// Writes down what is held of a deposit, and what was used.
pub(crate) async fn update_deposit(tx: &mut Tx<'_>, deposit: &Deposit) -> Result<(), Error> {
    diesel::update(deposits::table.find((deposit.id.city().number(), deposit.id.uuid())))
        .set((
            deposits::held_minor.eq(deposit.held.minor()),
            deposits::used_minor.eq(deposit.used.minor()),
            deposits::hold_id.eq(deposit.hold.map(|hold| hold.uuid())),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
