//! Disputes.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{
        AccountId, Dispute, DisputeId, DisputeOutcome, DisputeState, Disputed, PostingNo,
        PostingState,
    },
    schema::{disputes, postings},
};

/// Where a posting of an account stands; none where there is none.
pub(crate) async fn posting_state(
    tx: &mut Tx<'_>,
    account: AccountId,
    number: &PostingNo,
) -> Result<Option<PostingState>, Error> {
    let state: Option<String> = postings::table
        .find((account.city().number(), account.uuid(), number.as_str()))
        .select(postings::state)
        .first(tx.conn())
        .await
        .optional()?;
    let parse = |state: String| PostingState::parse(&state).ok_or(Error::Damaged("posting state"));
    state.map(parse).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = disputes)]
struct DisputeRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_id: Uuid,
    person_id: Uuid,
    lodged_by: Uuid,
    posting_no: Option<String>,
    month: Option<NaiveDate>,
    state: String,
    rule_id: Uuid,
    counted_from: NaiveDate,
    act_by: Option<DateTime<Utc>>,
    outcome: Option<String>,
    corrected_by: Option<String>,
    lodged_at: DateTime<Utc>,
}

impl TryFrom<DisputeRow> for Dispute {
    type Error = Error;

    fn try_from(row: DisputeRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let number = |text: String| -> Result<PostingNo, Error> {
            text.parse().map_err(|_| Error::Damaged("posting number"))
        };
        let outcome = |word: String| {
            DisputeOutcome::parse(&word).ok_or(Error::Damaged("outcome of a dispute"))
        };
        let about = match (row.posting_no, row.month) {
            (Some(posting), None) => Disputed::Posting(number(posting)?),
            (None, Some(month)) => Disputed::Month(month),
            _ => return Err(Error::Damaged("what a dispute is about")),
        };
        Ok(Self {
            id: DisputeId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            account: AccountId::from_parts(city, row.account_id),
            person: PersonId::from_uuid(row.person_id),
            lodged_by: SignedIn::from_uuid(row.lodged_by),
            about,
            state: DisputeState::parse(&row.state).ok_or(Error::Damaged("dispute state"))?,
            rule: RuleId::from_uuid(row.rule_id),
            counted_from: row.counted_from,
            act_by: row.act_by,
            outcome: row.outcome.map(outcome).transpose()?,
            corrected_by: row.corrected_by.map(number).transpose()?,
            lodged_at: row.lodged_at,
        })
    }
}

/// Writes a dispute as it stands now. Whoever does holds its account.
pub(crate) async fn put(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<(), Error> {
    let now = tx.now();
    let (posting, month) = match &dispute.about {
        Disputed::Posting(number) => (Some(number.as_str()), None),
        Disputed::Month(month) => (None, Some(*month)),
    };
    let changing = (
        disputes::state.eq(dispute.state.code()),
        disputes::counted_from.eq(dispute.counted_from),
        disputes::act_by.eq(dispute.act_by),
        disputes::outcome.eq(dispute.outcome.map(DisputeOutcome::code)),
        disputes::corrected_by.eq(dispute.corrected_by.as_ref().map(PostingNo::as_str)),
        disputes::changed_at.eq(now),
    );
    diesel::insert_into(disputes::table)
        .values((
            disputes::city.eq(dispute.id.city().number()),
            disputes::id.eq(dispute.id.uuid()),
            disputes::agency_id.eq(dispute.agency.uuid()),
            disputes::account_id.eq(dispute.account.uuid()),
            disputes::person_id.eq(dispute.person.uuid()),
            disputes::lodged_by.eq(dispute.lodged_by.uuid()),
            disputes::posting_no.eq(posting),
            disputes::month.eq(month),
            disputes::rule_id.eq(dispute.rule.uuid()),
            disputes::lodged_at.eq(dispute.lodged_at),
            changing,
        ))
        .on_conflict((disputes::city, disputes::id))
        .do_update()
        .set(changing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A dispute.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: DisputeId) -> Result<Option<Dispute>, Error> {
    let row: Option<DisputeRow> = disputes::table
        .find((id.city().number(), id.uuid()))
        .select(DisputeRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Dispute::try_from).transpose()
}

/// Disputes of an account that are not answered for good, and about the same thing.
pub(crate) async fn is_disputed(
    tx: &mut Tx<'_>,
    account: AccountId,
    about: &Disputed,
) -> Result<bool, Error> {
    let open = [DisputeState::WithBank, DisputeState::BankAnswered, DisputeState::WithCentre];
    let rows: Vec<DisputeRow> = disputes::table
        .filter(disputes::city.eq(account.city().number()))
        .filter(disputes::account_id.eq(account.uuid()))
        .filter(disputes::state.eq_any(open.map(DisputeState::code)))
        .select(DisputeRow::as_select())
        .load(tx.conn())
        .await?;
    for row in rows {
        if Dispute::try_from(row)?.about == *about {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The disputes of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Dispute>, Error> {
    let mut query = disputes::table
        .filter(disputes::person_id.eq(person.uuid()))
        .order(disputes::id.desc())
        .limit(limit)
        .select(DisputeRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(disputes::id.lt(before));
    }
    let rows: Vec<DisputeRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Dispute::try_from).collect()
}

/// The disputes of a centre that wait for an answer, newest first; of those only the overdue ones, if
/// asked.
pub(crate) async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    overdue: bool,
    (before, limit): (Option<Cursor>, i64),
) -> Result<Vec<Dispute>, Error> {
    let now = tx.now();
    let mut query = disputes::table
        .filter(disputes::city.eq(agency.city().number()))
        .filter(disputes::agency_id.eq(agency.uuid()))
        .filter(disputes::act_by.is_not_null())
        .order(disputes::id.desc())
        .limit(limit)
        .select(DisputeRow::as_select())
        .into_boxed();
    if overdue {
        query = query.filter(disputes::act_by.le(now));
    }
    if let Some(Cursor(before)) = before {
        query = query.filter(disputes::id.lt(before));
    }
    let rows: Vec<DisputeRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Dispute::try_from).collect()
}

/// Disputes that somebody has to answer, in the order of their ids, some at a time.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Dispute>, Error> {
    let rows: Vec<DisputeRow> = disputes::table
        .filter(disputes::act_by.is_not_null())
        .filter(disputes::id.gt(after))
        .order(disputes::id)
        .limit(limit)
        .select(DisputeRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Dispute::try_from).collect()
}
