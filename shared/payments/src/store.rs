//! Every statement of the gateway.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, Masked, Money, Rate, Text};
use citygate_ledger::TransferId;
use citygate_platform::{
    db::{DbError, Tx},
    http::Cursor,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Bill, BillId, NewBill, Payment, PaymentId, Surcharge, TopUp, TopUpId, TopUpState},
    schema::{bill_settlements, bills, payments, receipt_letters, top_ups},
};

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

fn money(minor: i64, currency: &str) -> Result<Money, Error> {
    Ok(Money::new(minor, currency.parse().map_err(|_| Error::Damaged("currency"))?))
}

// --- bills ---

#[derive(Queryable, Selectable)]
#[diesel(table_name = bills)]
struct BillRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    issuer: String,
    external_no: String,
    debtor_person_id: Uuid,
    subject_en: String,
    subject_zh: String,
    amount_minor: i64,
    currency: String,
    due_on: NaiveDate,
    surcharge_bps_per_day: Option<i32>,
    surcharge_cap_minor: Option<i64>,
    state: String,
}

impl TryFrom<BillRow> for Bill {
    type Error = Error;

    fn try_from(row: BillRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let surcharge = match (row.surcharge_bps_per_day, row.surcharge_cap_minor) {
            (Some(rate), Some(cap)) => Some(Surcharge {
                per_day: Rate::basis_points(rate.unsigned_abs()),
                cap: money(cap, &row.currency)?,
            }),
            _ => None,
        };
        Ok(Self {
            id: BillId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            issuer: row.issuer,
            external_no: row.external_no,
            debtor: PersonId::from_uuid(row.debtor_person_id),
            subject: Text::new(row.subject_en, row.subject_zh),
            amount: money(row.amount_minor, &row.currency)?,
            due_on: row.due_on,
            surcharge,
            paid: match row.state.as_str() {
                "open" => false,
                "paid" => true,
                // A state of a later version: neither payable nor paid as far as we know.
                _ => return Err(Error::Damaged("bill state")),
            },
        })
    }
}

pub(crate) async fn insert_bill(tx: &mut Tx<'_>, bill: &NewBill) -> Result<(), Error> {
    let now = tx.now();
    let rate = bill.surcharge.map(|terms| i32::try_from(terms.per_day.in_basis_points()));
    diesel::insert_into(bills::table)
        .values((
            bills::city.eq(bill.id.city().number()),
            bills::id.eq(bill.id.uuid()),
            bills::agency_id.eq(bill.agency.uuid()),
            bills::issuer.eq(bill.issuer),
            bills::external_no.eq(&bill.external_no),
            bills::debtor_person_id.eq(bill.debtor.uuid()),
            bills::subject_en.eq(&bill.subject.en),
            bills::subject_zh.eq(&bill.subject.zh),
            bills::amount_minor.eq(bill.amount.minor()),
            bills::currency.eq(bill.amount.currency().code()),
            bills::due_on.eq(bill.due_on),
            bills::surcharge_bps_per_day
                .eq(rate.transpose().map_err(|_| Error::Damaged("surcharge"))?),
            bills::surcharge_cap_minor.eq(bill.surcharge.map(|terms| terms.cap.minor())),
            bills::state.eq("open"),
            bills::created_at.eq(now),
        ))
        .execute(tx.conn())
        .await
        .map_err(|error| match DbError::from(error) {
            taken if taken.unique_violation() == Some("bills_external_no") => {
                Error::ExternalNoTaken
            }
            other => Error::Db(other),
        })?;
    Ok(())
}

pub(crate) async fn bill(tx: &mut Tx<'_>, id: BillId) -> Result<Option<Bill>, Error> {
    let row: Option<BillRow> = bills::table
        .find((id.city().number(), id.uuid()))
        .select(BillRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Bill::try_from).transpose()
}

pub(crate) async fn lock_bill(tx: &mut Tx<'_>, id: BillId) -> Result<Option<Bill>, Error> {
    let row: Option<BillRow> = bills::table
        .find((id.city().number(), id.uuid()))
        .select(BillRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Bill::try_from).transpose()
}

/// Bills of one city.
pub(crate) async fn bills_by_id(
    tx: &mut Tx<'_>,
    city: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Bill>, Error> {
    let rows: Vec<BillRow> = bills::table
        .filter(bills::city.eq(city.number()))
        .filter(bills::id.eq_any(ids))
        .select(BillRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Bill::try_from).collect()
}

pub(crate) async fn bills_of_debtor(
    tx: &mut Tx<'_>,
    debtor: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Bill>, Error> {
    let mut query = bills::table
        .filter(bills::debtor_person_id.eq(debtor.uuid()))
        .order(bills::id.desc())
        .limit(limit)
        .select(BillRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(bills::id.lt(after));
    }
    let rows: Vec<BillRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Bill::try_from).collect()
}

pub(crate) async fn set_due_on(
    tx: &mut Tx<'_>,
    id: BillId,
    due_on: NaiveDate,
) -> Result<(), Error> {
    diesel::update(bills::table.find((id.city().number(), id.uuid())))
        .set(bills::due_on.eq(due_on))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Marks a locked bill as paid and notes by what. The primary key has the last word.
pub(crate) async fn settle(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Error> {
    let key = (payment.bill.city().number(), payment.bill.uuid());
    diesel::insert_into(bill_settlements::table)
        .values((
            bill_settlements::city.eq(key.0),
            bill_settlements::bill_id.eq(key.1),
            bill_settlements::payment_id.eq(payment.id.uuid()),
        ))
        .execute(tx.conn())
        .await
        .map_err(|error| match DbError::from(error) {
            settled if settled.unique_violation() == Some("bill_settlements_pkey") => {
                Error::BillAlreadyPaid
            }
            other => Error::Db(other),
        })?;
    diesel::update(bills::table.find(key)).set(bills::state.eq("paid")).execute(tx.conn()).await?;
    Ok(())
}

// --- payments ---

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct PaymentRow {
    city: i32,
    id: Uuid,
    bill_id: Uuid,
    payer_person_id: Uuid,
    payer_account_id: Uuid,
    principal_minor: i64,
    surcharge_minor: i64,
    currency: String,
    transfer_id: Uuid,
    paid_at: DateTime<Utc>,
}

impl TryFrom<PaymentRow> for Payment {
    type Error = Error;

    fn try_from(row: PaymentRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: PaymentId::from_parts(city, row.id),
            bill: BillId::from_parts(city, row.bill_id),
            payer: PersonId::from_uuid(row.payer_person_id),
            payer_account: AccountId::from_uuid(row.payer_account_id),
            principal: money(row.principal_minor, &row.currency)?,
            surcharge: money(row.surcharge_minor, &row.currency)?,
            transfer: TransferId::from_parts(city, row.transfer_id),
            paid_at: row.paid_at,
        })
    }
}

pub(crate) async fn insert_payment(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), Error> {
    diesel::insert_into(payments::table)
        .values((
            payments::city.eq(payment.id.city().number()),
            payments::id.eq(payment.id.uuid()),
            payments::bill_id.eq(payment.bill.uuid()),
            payments::payer_person_id.eq(payment.payer.uuid()),
            payments::payer_account_id.eq(payment.payer_account.uuid()),
            payments::principal_minor.eq(payment.principal.minor()),
            payments::surcharge_minor.eq(payment.surcharge.minor()),
            payments::currency.eq(payment.principal.currency().code()),
            payments::transfer_id.eq(payment.transfer.uuid()),
            payments::paid_at.eq(payment.paid_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn payment(tx: &mut Tx<'_>, id: PaymentId) -> Result<Option<Payment>, Error> {
    let row: Option<PaymentRow> = payments::table
        .find((id.city().number(), id.uuid()))
        .select(PaymentRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Payment::try_from).transpose()
}

/// What settled some bills of one city.
pub(crate) async fn payments_of_bills(
    tx: &mut Tx<'_>,
    city: CityCode,
    bills: &[Uuid],
) -> Result<Vec<Payment>, Error> {
    let rows: Vec<PaymentRow> = payments::table
        .inner_join(
            bill_settlements::table.on(bill_settlements::city
                .eq(payments::city)
                .and(bill_settlements::payment_id.eq(payments::id))),
        )
        .filter(bill_settlements::city.eq(city.number()))
        .filter(bill_settlements::bill_id.eq_any(bills))
        .select(PaymentRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

pub(crate) async fn payments_of_payer(
    tx: &mut Tx<'_>,
    payer: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Payment>, Error> {
    let mut query = payments::table
        .filter(payments::payer_person_id.eq(payer.uuid()))
        .order(payments::id.desc())
        .limit(limit)
        .select(PaymentRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(payments::id.lt(after));
    }
    let rows: Vec<PaymentRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Notes that a receipt goes out. False when it did before.
pub(crate) async fn insert_receipt_letter(
    tx: &mut Tx<'_>,
    payment: PaymentId,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(receipt_letters::table)
        .values((
            receipt_letters::city.eq(payment.city().number()),
            receipt_letters::payment_id.eq(payment.uuid()),
            receipt_letters::posted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

// --- top-ups ---

#[derive(Queryable, Selectable)]
#[diesel(table_name = top_ups)]
struct TopUpRow {
    city: i32,
    id: Uuid,
    person_id: Uuid,
    amount_minor: i64,
    currency: String,
    card_token: String,
    state: String,
    decline_reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<TopUpRow> for TopUp {
    type Error = Error;

    fn try_from(row: TopUpRow) -> Result<Self, Error> {
        let state = match row.state.as_str() {
            "processing" => TopUpState::Processing,
            "succeeded" => TopUpState::Succeeded,
            "declined" => TopUpState::Declined { reason: row.decline_reason.unwrap_or_default() },
            _ => return Err(Error::Damaged("top-up state")),
        };
        Ok(Self {
            id: TopUpId::from_parts(city(row.city)?, row.id),
            person: PersonId::from_uuid(row.person_id),
            amount: money(row.amount_minor, &row.currency)?,
            card_token: Masked::new(row.card_token),
            state,
            created_at: row.created_at,
        })
    }
}

pub(crate) async fn insert_top_up(tx: &mut Tx<'_>, top_up: &TopUp) -> Result<(), Error> {
    diesel::insert_into(top_ups::table)
        .values((
            top_ups::city.eq(top_up.id.city().number()),
            top_ups::id.eq(top_up.id.uuid()),
            top_ups::person_id.eq(top_up.person.uuid()),
            top_ups::amount_minor.eq(top_up.amount.minor()),
            top_ups::currency.eq(top_up.amount.currency().code()),
            top_ups::card_token.eq(top_up.card_token.expose()),
            top_ups::state.eq("processing"),
            top_ups::created_at.eq(top_up.created_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn top_up(tx: &mut Tx<'_>, id: TopUpId) -> Result<Option<TopUp>, Error> {
    let row: Option<TopUpRow> = top_ups::table
        .find((id.city().number(), id.uuid()))
        .select(TopUpRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TopUp::try_from).transpose()
}

pub(crate) async fn lock_top_up(tx: &mut Tx<'_>, id: TopUpId) -> Result<Option<TopUp>, Error> {
    let row: Option<TopUpRow> = top_ups::table
        .find((id.city().number(), id.uuid()))
        .select(TopUpRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TopUp::try_from).transpose()
}

/// Ends a locked top-up. Its card token is of no further use and goes.
pub(crate) async fn resolve_top_up(
    tx: &mut Tx<'_>,
    id: TopUpId,
    state: &TopUpState,
) -> Result<(), Error> {
    let now = tx.now();
    let (state, reason) = match state {
        TopUpState::Processing => ("processing", None),
        TopUpState::Succeeded => ("succeeded", None),
        TopUpState::Declined { reason } => ("declined", Some(reason)),
    };
    diesel::update(top_ups::table.find((id.city().number(), id.uuid())))
        .set((
            top_ups::state.eq(state),
            top_ups::decline_reason.eq(reason),
            top_ups::resolved_at.eq(now),
            top_ups::card_token.eq(""),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
