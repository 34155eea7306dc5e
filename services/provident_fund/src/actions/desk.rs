//! What applications of every kind have in common: deadlines, history, and who is told.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::{Deadline, Period};
use citygate_catalogue::AgencyId;
use citygate_identity::{
    Access, Accessor, AccountId as SignedIn, PersonId, Reason, Record, StaffId, contact,
    masked_names, note_filed, note_read, note_statement_read,
};
use citygate_kernel::{CityCode, CityId, Kind, Text};
use citygate_notify::{Owner, send_mail, send_webhook};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use crate::{
    error::{ApplicationError, Error},
    mail::{self, News},
    model::{Account, AccountId, Said, Step},
    store,
};

/// Whoever decides for a centre.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clerk {
    pub staff: StaffId,
    pub account: SignedIn,
    pub agency: AgencyId,
}

impl Clerk {
    /// Nobody decides about an application of their own.
    pub(super) fn is_not(&self, lodged_by: SignedIn) -> Result<(), Error> {
        if self.account == lodged_by { Err(ApplicationError::Own.into()) } else { Ok(()) }
    }
}

/// The time that somebody has, counted from a day in a city, and the instant at which it is over.
pub(super) async fn deadline(
    tx: &mut Tx<'_>,
    city: CityCode,
    from: NaiveDate,
    period: Period,
) -> Result<(Deadline, DateTime<Utc>), Error> {
    let calendar = citygate_catalogue::holiday_calendar(tx).await?;
    let city = citygate_catalogue::city(tx, city).await?;
    let deadline = Deadline::count(from, period, &[], &calendar);
    let deadline = deadline.map_err(|_| Error::Damaged("a day too far away"))?;
    let ends_at = deadline.ends_at(city.time_zone);
    Ok((deadline, ends_at))
}

/// Today in a city.
pub(super) async fn today(tx: &mut Tx<'_>, city: CityCode) -> Result<NaiveDate, Error> {
    Ok(citygate_catalogue::city(tx, city).await?.date(tx.now()))
}

/// The caller's account, with everything that belongs to it, held until the transaction ends.
pub(super) async fn hold_own(
    tx: &mut Tx<'_>,
    id: AccountId,
    person: PersonId,
) -> Result<Account, Error> {
    let account = store::withdrawal::hold_account(tx, id).await?;
    account.filter(|account| account.person == person).ok_or(Error::AccountUnknown)
}

/// The account of an application, held until the transaction ends.
pub(super) async fn hold(tx: &mut Tx<'_>, id: AccountId) -> Result<Account, Error> {
    store::withdrawal::hold_account(tx, id).await?.ok_or(Error::Damaged("account"))
}

/// Adds to the history of an application what happened to it just now.
pub(super) async fn note<K: Kind>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: CityId<K>,
    (event, state): (&str, &str),
    (staff, said): (Option<StaffId>, Option<Said>),
) -> Result<(), Error> {
    let (event, state, happened_at) = (event.to_owned(), state.to_owned(), tx.now());
    let step = Step { event, state, happened_at, staff, said };
    store::steps::insert(&cx.keys, tx, (id.city(), id.uuid()), &step).await
}

/// The history of an application, oldest first.
pub(super) async fn history<K: Kind>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: CityId<K>,
) -> Result<Vec<Step>, Error> {
    store::steps::of(&cx.keys, tx, (id.city(), id.uuid())).await
}

/// Whether the last thing that happened to an application is this, and was said by the same person in
/// the same words: then it is being repeated.
pub(super) fn repeats(history: &[Step], event: &str, staff: StaffId, said: &Said) -> bool {
    history.last().is_some_and(|last| {
        last.event == event && last.staff == Some(staff) && last.said.as_ref() == Some(said)
    })
}

/// Writes the person a letter, if the person has an account in the city.
pub(super) async fn tell_person(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (person, agency): (PersonId, AgencyId),
    news: News,
    case: &str,
) -> Result<(), Error> {
    let Some(to) = contact(&cx.keys, tx, person).await? else { return Ok(()) };
    let agency = citygate_catalogue::agency(tx, agency).await?;
    let letter = mail::letter(news, agency.name.get(to.locale), case, to.locale);
    Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
}

/// Tells the centre's system what happened to an application. It reads the rest where it decides.
pub(super) async fn tell_centre<K: Kind>(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: CityId<K>,
    (event, state): (&str, &str),
) -> Result<(), Error> {
    let owner = Owner { city: agency.city(), id: agency.uuid() };
    let data = json!({"application_id": id, "event": event, "state": state});
    Ok(send_webhook(tx, owner, "provident_fund.application.changed", data).await?)
}

/// Notes that a clerk reads an application and whose it is. Returns their name, partly hidden.
pub(super) async fn read_by_clerk(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: &Clerk,
    (person, case): (PersonId, &str),
    reason: Reason<'static>,
) -> Result<Option<String>, Error> {
    let access = Access::new(cx, Accessor::staff(clerk.staff, clerk.agency), reason);
    note_read(tx, &access, Record::ProvidentFund, &[(person, case)]).await?;
    note_statement_read(tx, &access, person, case).await?;
    let mut names = masked_names(&cx.keys, tx, &access, &[person], case).await?;
    Ok(names.remove(&person))
}

/// Notes that a clerk has recorded a decision.
pub(super) async fn filed_by_clerk(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: &Clerk,
    (person, case): (PersonId, &str),
    reason: Reason<'static>,
) -> Result<(), Error> {
    let access = Access::new(cx, Accessor::staff(clerk.staff, clerk.agency), reason);
    Ok(note_filed(tx, &access, Record::ProvidentFund, &[(person, case)]).await?)
}

/// A sentence of the city's in place of somebody's words.
pub(super) fn because(text: Text) -> Said {
    Said { because: Some(text), ..Said::default() }
}
