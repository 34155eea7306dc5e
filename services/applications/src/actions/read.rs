//! What applicants see of their applications.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_calendar::{DayKind, Deadline, Period, Roll};
use citygate_catalogue::{Agency, City};
use citygate_identity::PersonId;
use citygate_kernel::CityCode;
use citygate_listings::{ListingId, Published, version};
use citygate_payments::{BillId, BillState, BillView, bills};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::clock::{Ground, ground, spec};
use crate::{
    error::{ApplicationError, Error},
    model::{
        Application, ApplicationEvent, ApplicationId, ApplicationState, Content, Filing, Line,
        Outcome,
    },
    rules::{clock::Clocks, state},
    store,
};

/// An application with everything that its applicant wants to know.
pub(crate) struct ApplicationView {
    pub application: Application,
    pub listing: Published,
    pub agency: Agency,
    pub city: City,
    pub today: NaiveDate,
    /// The agency's time; none before it runs.
    pub clocks: Option<Clocks>,
    /// The applicant's time to supply what is missing.
    pub supplement: Option<Deadline>,
    pub bill: Option<BillView>,
    pub history: Vec<Line>,
    /// What was handed in, taken together.
    pub content: Content,
    /// The last day of an appeal, where the listing sets one.
    pub appeal_until: Option<NaiveDate>,
    pub overdue: bool,
}

/// An application in a list.
pub(crate) struct ApplicationLine {
    pub application: Application,
    pub listing: Published,
    pub overdue: bool,
}

/// What was handed in, taken together: the form as it was last, and every document.
pub(super) fn together(filings: Vec<Filing>) -> Content {
    filings.into_iter().fold(Content::default(), |mut all, filing| {
        let Content { form, facts, documents, note } = filing.content;
        all.form = form.or(all.form);
        all.facts.extend(facts);
        all.documents.extend(documents);
        all.note = note.or(all.note);
        all
    })
}

/// An application with everything around it.
pub(super) async fn view(
    cx: &Cx,
    tx: &mut Tx<'_>,
    mut application: Application,
) -> Result<ApplicationView, Error> {
    let (city, id) = (application.id.city(), application.id);
    let ground = ground(tx, city).await?;
    let listing = version(tx, application.listing, application.version).await?;
    let bill = match application.bill {
        Some(bill) => bills(tx, city, &[bill]).await?.remove(&bill),
        None => None,
    };
    application.state = state_by(&application, bill.as_ref().map(|bill| bill.state));
    let history = store::events::of(&cx.keys, tx, id).await?;
    let content = together(store::filings::of(&cx.keys, tx, id).await?);
    let now = tx.now();
    Ok(ApplicationView {
        agency: citygate_catalogue::agency(tx, application.agency).await?,
        today: ground.today,
        clocks: ground.clocks(&listing, &application, &history)?,
        supplement: supplement(&ground, &listing, &application, &history)?,
        appeal_until: appeal_until(&ground, &listing, &application)?,
        overdue: application.is_overdue(now),
        city: ground.city,
        application,
        listing,
        bill,
        history,
        content,
    })
}

/// Where an application stands: whether its fee is paid is its bill's knowledge; what follows from
/// that comes a moment later.
fn state_by(application: &Application, bill: Option<BillState>) -> ApplicationState {
    let event = match bill {
        None | Some(BillState::Open) => None,
        Some(BillState::Paid) => Some(ApplicationEvent::Pay),
        Some(BillState::Expired) => Some(ApplicationEvent::Expire),
        Some(BillState::Cancelled) => Some(ApplicationEvent::Withdraw),
    };
    let event = event.filter(|_| application.state == ApplicationState::Lodged);
    let next = event.and_then(|event| state::next(application.state, event).ok());
    next.unwrap_or(application.state)
}

/// How long somebody has to supply what is missing.
pub(super) fn supplement(
    ground: &Ground,
    listing: &Published,
    application: &Application,
    history: &[Line],
) -> Result<Option<Deadline>, Error> {
    if application.state != ApplicationState::SupplementAsked {
        return Ok(None);
    }
    let asked = history.iter().rev().find(|line| line.event == ApplicationEvent::Ask);
    let asked = asked.ok_or(Error::Damaged("history"))?;
    let period = spec(listing)?.supplement_within;
    Ok(Some(ground.count(ground.city.date(asked.at), period)?.0))
}

/// The last day of an appeal against a refusal.
fn appeal_until(
    ground: &Ground,
    listing: &Published,
    application: &Application,
) -> Result<Option<NaiveDate>, Error> {
    let refused = application
        .decision
        .as_ref()
        .filter(|decision| matches!(decision.outcome, Outcome::Refused(_)));
    let Some((decision, days)) = refused.zip(listing.content.appeal.within_days) else {
        return Ok(None);
    };
    let (day_kind, roll) = (DayKind::Calendar, Roll::NextWorkingDay);
    let period = Period { length_days: days.into(), day_kind, roll };
    Ok(Some(ground.count(ground.city.date(decision.at), period)?.0.due_on()))
}

/// One of the person's applications.
pub(crate) async fn get(
    cx: &Cx,
    person: PersonId,
    id: ApplicationId,
) -> Result<ApplicationView, Error> {
    cx.db
        .read("applications.get", async |tx| {
            let found = store::applications::by_id(tx, id).await?;
            let found = found.filter(|application| application.person == person);
            view(cx, tx, found.ok_or(ApplicationError::Unknown)?).await
        })
        .await
}

/// The person's applications, newest first; one more than the page has.
pub(crate) async fn list(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<ApplicationLine>, Error> {
    cx.db
        .read("applications.list", async |tx| {
            let limit = page.limit() + 1;
            let found = store::applications::of_person(tx, person, page.cursor, limit).await?;
            lines(tx, found).await
        })
        .await
}

/// Applications with the versions of their listings and the state that their bills say.
pub(super) async fn lines(
    tx: &mut Tx<'_>,
    found: Vec<Application>,
) -> Result<Vec<ApplicationLine>, Error> {
    let now = tx.now();
    let mut owed: BTreeMap<CityCode, Vec<BillId>> = BTreeMap::new();
    for application in found.iter().filter(|one| one.state == ApplicationState::Lodged) {
        owed.entry(application.id.city()).or_default().extend(application.bill);
    }
    let mut known = BTreeMap::new();
    for (city, ids) in owed {
        known.extend(bills(tx, city, &ids).await?);
    }
    let mut listings: BTreeMap<(ListingId, i32), Published> = BTreeMap::new();
    let mut lines = Vec::with_capacity(found.len());
    for mut application in found {
        let key = (application.listing, application.version);
        let listing = match listings.get(&key) {
            Some(listing) => listing.clone(),
            None => {
                let listing = version(tx, application.listing, application.version).await?;
                listings.insert(key, listing.clone());
                listing
            }
        };
        let bill = application.bill.and_then(|bill| known.get(&bill));
        application.state = state_by(&application, bill.map(|bill| bill.state));
        let overdue = application.is_overdue(now);
        lines.push(ApplicationLine { application, listing, overdue });
    }
    Ok(lines)
}
