//! Applications.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, PersonId};
use citygate_listings::{Delivery, ListingId};
use citygate_payments::BillId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Application, ApplicationId, ApplicationState, Decision, Outcome, Running},
    schema::applications,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = applications)]
pub(super) struct ApplicationRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    listing_id: Uuid,
    listing_version: i32,
    person_id: Uuid,
    account_id: Uuid,
    bill_id: Option<Uuid>,
    state: String,
    delivery: String,
    steps_done: i16,
    started_on: Option<NaiveDate>,
    step_from: Option<NaiveDate>,
    act_by: DateTime<Utc>,
    lodged_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    in_time: Option<bool>,
    refusal: Option<String>,
    outcome_no: Option<String>,
    valid_until: Option<NaiveDate>,
    changed_at: DateTime<Utc>,
}

impl TryFrom<ApplicationRow> for Application {
    type Error = Error;

    fn try_from(row: ApplicationRow) -> Result<Self, Error> {
        let city = super::city(row.city)?;
        let outcome = match (row.outcome_no, row.refusal) {
            (Some(number), _) => Some(Outcome::Granted { number, valid_until: row.valid_until }),
            (None, Some(reason)) => {
                Some(Outcome::Refused(reason.parse().map_err(|_| Error::Damaged("refusal"))?))
            }
            (None, None) => None,
        };
        let decided = row.decided_at.zip(row.in_time).zip(outcome);
        let running = row.started_on.zip(row.step_from);
        Ok(Self {
            id: ApplicationId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            listing: ListingId::from_parts(city, row.listing_id),
            version: row.listing_version,
            person: PersonId::from_uuid(row.person_id),
            account: AccountId::from_uuid(row.account_id),
            bill: row.bill_id.map(|bill| BillId::from_parts(city, bill)),
            state: ApplicationState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            delivery: Delivery::parse(&row.delivery).ok_or(Error::Damaged("delivery"))?,
            steps_done: usize::try_from(row.steps_done).map_err(|_| Error::Damaged("steps"))?,
            running: running.map(|(started_on, step_from)| Running { started_on, step_from }),
            act_by: row.act_by,
            lodged_at: row.lodged_at,
            decision: decided.map(|((at, in_time), outcome)| Decision { at, in_time, outcome }),
            changed_at: row.changed_at,
        })
    }
}

/// Writes an application.
pub(crate) async fn insert(tx: &mut Tx<'_>, new: &Application) -> Result<(), Error> {
    diesel::insert_into(applications::table)
        .values((
            applications::city.eq(new.id.city().number()),
            applications::id.eq(new.id.uuid()),
            applications::agency_id.eq(new.agency.uuid()),
            applications::listing_id.eq(new.listing.uuid()),
            applications::listing_version.eq(new.version),
            applications::person_id.eq(new.person.uuid()),
            applications::account_id.eq(new.account.uuid()),
            applications::bill_id.eq(new.bill.map(|bill| bill.uuid())),
            applications::state.eq(new.state.code()),
            applications::delivery.eq(new.delivery.code()),
            applications::steps_done.eq(steps_done(new)?),
            applications::started_on.eq(new.running.map(|running| running.started_on)),
            applications::step_from.eq(new.running.map(|running| running.step_from)),
            applications::act_by.eq(new.act_by),
            applications::lodged_at.eq(new.lodged_at),
            applications::changed_at.eq(new.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn steps_done(application: &Application) -> Result<i16, Error> {
    i16::try_from(application.steps_done).map_err(|_| Error::Damaged("steps"))
}

/// Writes what has become of a locked application.
pub(crate) async fn save(tx: &mut Tx<'_>, application: &Application) -> Result<(), Error> {
    let decision = application.decision.as_ref();
    let (number, valid_until, refusal) = match decision.map(|decision| &decision.outcome) {
        Some(Outcome::Granted { number, valid_until }) => {
            (Some(number.as_str()), *valid_until, None)
        }
        Some(Outcome::Refused(reason)) => (None, None, Some(reason.as_str())),
        None => (None, None, None),
    };
    let id = application.id;
    diesel::update(applications::table.find((id.city().number(), id.uuid())))
        .set((
            applications::state.eq(application.state.code()),
            applications::steps_done.eq(steps_done(application)?),
            applications::started_on.eq(application.running.map(|running| running.started_on)),
            applications::step_from.eq(application.running.map(|running| running.step_from)),
            applications::act_by.eq(application.act_by),
            applications::decided_at.eq(decision.map(|decision| decision.at)),
            applications::in_time.eq(decision.map(|decision| decision.in_time)),
            applications::refusal.eq(refusal),
            applications::outcome_no.eq(number),
            applications::valid_until.eq(valid_until),
            applications::changed_at.eq(application.changed_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// An application, which stays as it is until the transaction ends. It comes before its bill.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: ApplicationId) -> Result<Option<Application>, Error> {
    let row: Option<ApplicationRow> = applications::table
        .find((id.city().number(), id.uuid()))
        .select(ApplicationRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Application::try_from).transpose()
}

/// An application as it stands.
pub(crate) async fn by_id(
    tx: &mut Tx<'_>,
    id: ApplicationId,
) -> Result<Option<Application>, Error> {
    let row: Option<ApplicationRow> = applications::table
        .find((id.city().number(), id.uuid()))
        .select(ApplicationRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Application::try_from).transpose()
}

/// The application of a bill, if it is one of ours.
pub(crate) async fn of_bill(tx: &mut Tx<'_>, bill: BillId) -> Result<Option<ApplicationId>, Error> {
    let id: Option<Uuid> = applications::table
        .filter(applications::city.eq(bill.city().number()))
        .filter(applications::bill_id.eq(bill.uuid()))
        .select(applications::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(|id| ApplicationId::from_parts(bill.city(), id)))
}

/// The applications of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Application>, Error> {
    let before = before.map_or(Uuid::max(), |cursor| cursor.0);
    let rows: Vec<ApplicationRow> = applications::table
        .filter(applications::person_id.eq(person.uuid()))
        .filter(applications::id.lt(before))
        .order(applications::id.desc())
        .limit(limit)
        .select(ApplicationRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Application::try_from).collect()
}

/// Applications in a state, in the order of their ids, some at a time.
pub(crate) async fn in_state(
    tx: &mut Tx<'_>,
    state: ApplicationState,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ApplicationId>, Error> {
    let rows: Vec<(i32, Uuid)> = applications::table
        .filter(applications::state.eq(state.code()))
        .filter(applications::id.gt(after))
        .order(applications::id)
        .limit(limit)
        .select((applications::city, applications::id))
        .load(tx.conn())
        .await?;
    let read = |(number, id)| Ok(ApplicationId::from_parts(super::city(number)?, id));
    rows.into_iter().map(read).collect()
}
