//! Cases, one by one.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_listings::{Intent, ListingId};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Case, CaseId, CaseOutcome, CaseStanding, Content, Dispute, Point},
    schema::cases,
    sealed::CONTENT,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
pub(super) struct CaseRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    listing_id: Uuid,
    version: i32,
    category: String,
    intent: String,
    account_id: Uuid,
    person_id: Option<Uuid>,
    hidden: bool,
    lat: Option<f64>,
    long: Option<f64>,
    district: Option<i32>,
    state: String,
    desk: String,
    proposed_desk: Option<String>,
    disputed_by: Option<Uuid>,
    dispute_until: DateTime<Utc>,
    trigger_on: NaiveDate,
    extended: bool,
    provisional: bool,
    due_on: NaiveDate,
    due_at: DateTime<Utc>,
    outcome: Option<String>,
    reopened: i32,
    parent_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
}

impl TryFrom<CaseRow> for Case {
    type Error = Error;

    fn try_from(row: CaseRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let outcome =
            row.outcome.map(|word| CaseOutcome::parse(&word).ok_or(Error::Damaged("outcome")));
        let dispute = row.proposed_desk.zip(row.disputed_by);
        Ok(Self {
            id: CaseId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            listing: ListingId::from_parts(city, row.listing_id),
            version: row.version,
            category: row.category,
            intent: Intent::parse(&row.intent).ok_or(Error::Damaged("intent"))?,
            account: AccountId::from_uuid(row.account_id),
            person: row.person_id.map(PersonId::from_uuid),
            hidden: row.hidden,
            place: row.lat.zip(row.long).map(|(lat, long)| Point { lat, long }),
            district: row.district.map(super::city).transpose()?,
            state: CaseStanding::parse(&row.state).ok_or(Error::Damaged("state"))?,
            desk: row.desk,
            dispute: dispute.map(|(desk, by)| Dispute { desk, by: AccountId::from_uuid(by) }),
            dispute_until: row.dispute_until,
            trigger_on: row.trigger_on,
            extended: row.extended,
            provisional: row.provisional,
            due_on: row.due_on,
            due_at: row.due_at,
            outcome: outcome.transpose()?,
            reopened: row.reopened,
            parent: row.parent_id.map(|id| CaseId::from_parts(city, id)),
            created_at: row.created_at,
            changed_at: row.changed_at,
            answered_at: row.answered_at,
            closed_at: row.closed_at,
        })
    }
}

/// Writes a new case with what somebody has written.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: &Case,
    content: &Content,
) -> Result<(), Error> {
    let sealed = keys.seal_json(tx, &CONTENT, case.id.uuid(), content).await?;
    let place = case.place;
    diesel::insert_into(cases::table)
        .values((
            cases::city.eq(case.id.city().number()),
            cases::id.eq(case.id.uuid()),
            cases::agency_id.eq(case.agency.uuid()),
            cases::listing_id.eq(case.listing.uuid()),
            cases::version.eq(case.version),
            cases::category.eq(&case.category),
            cases::intent.eq(case.intent.code()),
            cases::account_id.eq(case.account.uuid()),
            cases::person_id.eq(case.person.map(|person| person.uuid())),
            cases::hidden.eq(case.hidden),
            cases::content_sealed.eq(sealed),
            cases::lat.eq(place.map(|place| place.lat)),
            cases::long.eq(place.map(|place| place.long)),
            cases::district.eq(case.district.map(|district| district.number())),
            cases::state.eq(case.state.code()),
            cases::desk.eq(&case.desk),
            cases::dispute_until.eq(case.dispute_until),
            cases::trigger_on.eq(case.trigger_on),
            cases::extended.eq(case.extended),
            cases::provisional.eq(case.provisional),
            cases::due_on.eq(case.due_on),
            cases::due_at.eq(case.due_at),
            cases::reopened.eq(case.reopened),
            cases::created_at.eq(case.created_at),
            cases::changed_at.eq(case.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what can change of a case.
pub(crate) async fn save(tx: &mut Tx<'_>, case: &Case) -> Result<(), Error> {
    let dispute = case.dispute.as_ref();
    diesel::update(cases::table.find((case.id.city().number(), case.id.uuid())))
        .set((
            cases::state.eq(case.state.code()),
            cases::desk.eq(&case.desk),
            cases::proposed_desk.eq(dispute.map(|dispute| &dispute.desk)),
            cases::disputed_by.eq(dispute.map(|dispute| dispute.by.uuid())),
            cases::dispute_until.eq(case.dispute_until),
            cases::trigger_on.eq(case.trigger_on),
            cases::extended.eq(case.extended),
            cases::provisional.eq(case.provisional),
            cases::due_on.eq(case.due_on),
            cases::due_at.eq(case.due_at),
            cases::outcome.eq(case.outcome.map(CaseOutcome::code)),
            cases::reopened.eq(case.reopened),
            cases::parent_id.eq(case.parent.map(|parent| parent.uuid())),
            cases::changed_at.eq(case.changed_at),
            cases::answered_at.eq(case.answered_at),
            cases::closed_at.eq(case.closed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A case, which nobody else changes until the transaction ends. Of several, the lowest first.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = cases::table
        .find((id.city().number(), id.uuid()))
        .select(CaseRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Case::try_from).transpose()
}

/// A case as it stands.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = cases::table
        .find((id.city().number(), id.uuid()))
        .select(CaseRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Case::try_from).transpose()
}

/// What somebody has written.
pub(crate) async fn content(keys: &Keys, tx: &mut Tx<'_>, id: CaseId) -> Result<Content, Error> {
    let sealed: Vec<u8> = cases::table
        .find((id.city().number(), id.uuid()))
        .select(cases::content_sealed)
        .first(tx.conn())
        .await?;
    Ok(keys.open_json(tx, &CONTENT, id.uuid(), &sealed).await?)
}

/// How many cases an account has filed since an instant.
pub(crate) async fn filed_since(
    tx: &mut Tx<'_>,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<i64, Error> {
    Ok(cases::table
        .filter(cases::account_id.eq(account.uuid()))
        .filter(cases::created_at.gt(since))
        .count()
        .get_result(tx.conn())
        .await?)
}

/// Whether cases are linked to a case.
pub(crate) async fn is_parent(tx: &mut Tx<'_>, id: CaseId) -> Result<bool, Error> {
    let found = cases::table
        .filter(cases::city.eq(id.city().number()))
        .filter(cases::parent_id.eq(id.uuid()))
        .filter(cases::parent_id.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(tx.conn()).await?)
}

/// Some of the cases that are linked to a case and still wait for an answer, locked, the lowest first.
pub(crate) async fn lock_linked(
    tx: &mut Tx<'_>,
    parent: CaseId,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let rows: Vec<CaseRow> = cases::table
        .filter(cases::city.eq(parent.city().number()))
        .filter(cases::parent_id.eq(parent.uuid()))
        .filter(cases::parent_id.is_not_null())
        .filter(cases::state.eq_any(["dispatched", "dispatch_disputed", "accepted"]))
        .order(cases::id)
        .limit(limit)
        .select(CaseRow::as_select())
        .for_no_key_update()
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}
