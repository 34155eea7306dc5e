//! Transfers: a table for each of the two sides. A statement names one side, of one city.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_kernel::{Currency, Money};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{
        AccountId, TransferIn, TransferInId, TransferInState, TransferOut, TransferOutId,
        TransferOutState,
    },
    schema::{transfers_in as incoming, transfers_out as outgoing},
};

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = incoming)]
struct InRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_id: Uuid,
    person_id: Uuid,
    lodged_by: Uuid,
    from_city: i32,
    from_agency_id: Uuid,
    from_account_id: Uuid,
    state: String,
    rule_id: Uuid,
    moved_minor: Option<i64>,
    moved_on: Option<NaiveDate>,
    posting_no: Option<String>,
    lodged_at: DateTime<Utc>,
}

impl TryFrom<InRow> for TransferIn {
    type Error = Error;

    fn try_from(row: InRow) -> Result<Self, Error> {
        let (city, from) = (super::city(row.city)?, super::city(row.from_city)?);
        Ok(Self {
            id: TransferInId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            account: AccountId::from_parts(city, row.account_id),
            person: PersonId::from_uuid(row.person_id),
            lodged_by: SignedIn::from_uuid(row.lodged_by),
            from_agency: AgencyId::from_parts(from, row.from_agency_id),
            from_account: AccountId::from_parts(from, row.from_account_id),
            state: TransferInState::parse(&row.state).ok_or(Error::Damaged("transfer state"))?,
            rule: RuleId::from_uuid(row.rule_id),
            moved: row.moved_minor.map(yuan).zip(row.moved_on),
            posting_no: row.posting_no,
            lodged_at: row.lodged_at,
        })
    }
}

/// Writes a transfer as it stands at the centre that takes the account over. Whoever does holds that
/// account.
pub(crate) async fn put_in(tx: &mut Tx<'_>, transfer: &TransferIn) -> Result<(), Error> {
    let now = tx.now();
    let changing = (
        incoming::state.eq(transfer.state.code()),
        incoming::moved_minor.eq(transfer.moved.map(|(amount, _)| amount.minor())),
        incoming::moved_on.eq(transfer.moved.map(|(_, on)| on)),
        incoming::posting_no.eq(&transfer.posting_no),
        incoming::changed_at.eq(now),
    );
    diesel::insert_into(incoming::table)
        .values((
            incoming::city.eq(transfer.id.city().number()),
            incoming::id.eq(transfer.id.uuid()),
            incoming::agency_id.eq(transfer.agency.uuid()),
            incoming::account_id.eq(transfer.account.uuid()),
            incoming::person_id.eq(transfer.person.uuid()),
            incoming::lodged_by.eq(transfer.lodged_by.uuid()),
            incoming::from_city.eq(transfer.from_account.city().number()),
            incoming::from_agency_id.eq(transfer.from_agency.uuid()),
            incoming::from_account_id.eq(transfer.from_account.uuid()),
            incoming::rule_id.eq(transfer.rule.uuid()),
            incoming::lodged_at.eq(transfer.lodged_at),
            changing,
        ))
        .on_conflict((incoming::city, incoming::id))
        .do_update()
        .set(changing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A transfer at the centre that takes the account over.
pub(crate) async fn in_by_id(
    tx: &mut Tx<'_>,
    id: TransferInId,
) -> Result<Option<TransferIn>, Error> {
    let row: Option<InRow> = incoming::table
        .find((id.city().number(), id.uuid()))
        .select(InRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TransferIn::try_from).transpose()
}

/// Whether a transfer to an account is under way.
pub(crate) async fn any_in(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    use TransferInState::{Accepted, Cancelling, Moving, Requested, Sent};
    let open = [Requested, Sent, Accepted, Moving, Cancelling];
    let found: Option<Uuid> = incoming::table
        .filter(incoming::city.eq(account.city().number()))
        .filter(incoming::account_id.eq(account.uuid()))
        .filter(incoming::state.eq_any(open.map(TransferInState::code)))
        .select(incoming::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.is_some())
}

/// The transfers that a person has asked for, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<TransferIn>, Error> {
    let mut query = incoming::table
        .filter(incoming::person_id.eq(person.uuid()))
        .order(incoming::id.desc())
        .limit(limit)
        .select(InRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(incoming::id.lt(before));
    }
    let rows: Vec<InRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(TransferIn::try_from).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outgoing)]
struct OutRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_id: Uuid,
    person_id: Uuid,
    lodged_by: Uuid,
    to_city: i32,
    to_agency_id: Uuid,
    to_account_id: Uuid,
    state: String,
    rule_id: Uuid,
    counted_from: NaiveDate,
    act_by: Option<DateTime<Utc>>,
    posting_no: Option<String>,
    moved_minor: Option<i64>,
    received_at: DateTime<Utc>,
}

impl TryFrom<OutRow> for TransferOut {
    type Error = Error;

    fn try_from(row: OutRow) -> Result<Self, Error> {
        let (city, to) = (super::city(row.city)?, super::city(row.to_city)?);
        Ok(Self {
            id: TransferOutId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            account: AccountId::from_parts(city, row.account_id),
            person: PersonId::from_uuid(row.person_id),
            lodged_by: SignedIn::from_uuid(row.lodged_by),
            to_agency: AgencyId::from_parts(to, row.to_agency_id),
            to_account: AccountId::from_parts(to, row.to_account_id),
            state: TransferOutState::parse(&row.state).ok_or(Error::Damaged("transfer state"))?,
            rule: RuleId::from_uuid(row.rule_id),
            counted_from: row.counted_from,
            act_by: row.act_by,
            left: row.posting_no.zip(row.moved_minor.map(yuan)),
            received_at: row.received_at,
        })
    }
}

/// Writes a transfer as it stands at the centre that gives the account away. Whoever does holds that
/// account.
pub(crate) async fn put_out(tx: &mut Tx<'_>, transfer: &TransferOut) -> Result<(), Error> {
    let now = tx.now();
    let left = transfer.left.as_ref();
    let changing = (
        outgoing::state.eq(transfer.state.code()),
        outgoing::counted_from.eq(transfer.counted_from),
        outgoing::act_by.eq(transfer.act_by),
        outgoing::posting_no.eq(left.map(|(number, _)| number)),
        outgoing::moved_minor.eq(left.map(|(_, amount)| amount.minor())),
        outgoing::changed_at.eq(now),
    );
    diesel::insert_into(outgoing::table)
        .values((
            outgoing::city.eq(transfer.id.city().number()),
            outgoing::id.eq(transfer.id.uuid()),
            outgoing::agency_id.eq(transfer.agency.uuid()),
            outgoing::account_id.eq(transfer.account.uuid()),
            outgoing::person_id.eq(transfer.person.uuid()),
            outgoing::lodged_by.eq(transfer.lodged_by.uuid()),
            outgoing::to_city.eq(transfer.to_account.city().number()),
            outgoing::to_agency_id.eq(transfer.to_agency.uuid()),
            outgoing::to_account_id.eq(transfer.to_account.uuid()),
            outgoing::rule_id.eq(transfer.rule.uuid()),
            outgoing::received_at.eq(transfer.received_at),
            changing,
        ))
        .on_conflict((outgoing::city, outgoing::id))
        .do_update()
        .set(changing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A transfer at the centre that gives the account away.
pub(crate) async fn out_by_id(
    tx: &mut Tx<'_>,
    id: TransferOutId,
) -> Result<Option<TransferOut>, Error> {
    let row: Option<OutRow> = outgoing::table
        .find((id.city().number(), id.uuid()))
        .select(OutRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(TransferOut::try_from).transpose()
}

/// Whether an account is being given away.
pub(crate) async fn any_out(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    use TransferOutState::{Accepted, Moving, Received};
    let found: Option<Uuid> = outgoing::table
        .filter(outgoing::city.eq(account.city().number()))
        .filter(outgoing::account_id.eq(account.uuid()))
        .filter(outgoing::state.eq_any([Received, Accepted, Moving].map(TransferOutState::code)))
        .select(outgoing::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.is_some())
}

/// The transfers that a centre has been asked for, in a state, newest first; of those only the overdue
/// ones, if asked.
pub(crate) async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (state, overdue): (TransferOutState, bool),
    (before, limit): (Option<Cursor>, i64),
) -> Result<Vec<TransferOut>, Error> {
    let now = tx.now();
    let mut query = outgoing::table
        .filter(outgoing::city.eq(agency.city().number()))
        .filter(outgoing::agency_id.eq(agency.uuid()))
        .filter(outgoing::state.eq(state.code()))
        .order(outgoing::id.desc())
        .limit(limit)
        .select(OutRow::as_select())
        .into_boxed();
    if overdue {
        query = query.filter(outgoing::act_by.le(now));
    }
    if let Some(Cursor(before)) = before {
        query = query.filter(outgoing::id.lt(before));
    }
    let rows: Vec<OutRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(TransferOut::try_from).collect()
}

/// Transfers that a centre has to decide about, in the order of their ids, some at a time.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<TransferOut>, Error> {
    let rows: Vec<OutRow> = outgoing::table
        .filter(outgoing::act_by.is_not_null())
        .filter(outgoing::id.gt(after))
        .order(outgoing::id)
        .limit(limit)
        .select(OutRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(TransferOut::try_from).collect()
}
