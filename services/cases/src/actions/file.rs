//! Filing a case.

use chrono::TimeDelta;
use citygate_identity::Citizen;
use citygate_kernel::{CityCode, Clock};
use citygate_listings::{Intent, ListingId, Published, in_force};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};
use citygate_usage::{Measure, Service, count};

use super::{
    letters,
    step::{give_to, set_due, step},
    view::{category, spec, view},
};
use crate::{
    error::{CaseError, Error},
    mail::Letter,
    model::{Case, CaseId, CaseStanding, CaseTurn, Content, Point},
    rules::{place, refusal},
    store,
    wire::CaseLineBody,
};

/// How many cases somebody may file within a day.
const PER_DAY: i64 = 20;

/// What somebody wants to file.
#[derive(Debug)]
pub(crate) struct NewCase {
    pub listing: ListingId,
    pub category: String,
    /// What is wanted; the first intent of the category, where nobody says.
    pub intent: Option<Intent>,
    pub text: String,
    pub point: Option<Point>,
    pub address: Option<String>,
    pub district: Option<CityCode>,
    /// Whether the desk is to learn nothing of the person.
    pub anonymous: bool,
    pub contact: Option<String>,
}

/// Files a case, once for each claim. The answer, which is kept, does not repeat what was written.
pub(crate) async fn file(
    cx: &Cx,
    claim: &Claim,
    caller: &Citizen,
    new: &NewCase,
) -> Result<Answer, Error> {
    cx.db
        .tx("cases.file", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let case = filed(cx, tx, caller, new).await?;
                Ok::<_, Error>(CaseLineBody::new(view(tx, case).await?, cx.locale))
            })
            .await
        })
        .await
}

/// Files a case: it goes to the desk of its category at once.
pub(super) async fn filed(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &Citizen,
    new: &NewCase,
) -> Result<Case, Error> {
    let published = in_force(tx, new.listing).await?;
    let intent = sound(&published, new)?;
    let since = tx.now() - TimeDelta::days(1);
    if store::cases::filed_since(tx, caller.account, since).await? >= PER_DAY {
        return Err(CaseError::TooMany.into());
    }
    let mut case = begun(tx, caller, new, (&published, intent)).await?;
    let desk = case.desk.clone();
    give_to(tx, &mut case, (&desk, &published)).await?;
    set_due(tx, &mut case, &published).await?;
    let content = Content {
        text: new.text.clone(),
        point: new.point,
        address: new.address.clone(),
        contact: new.contact.clone(),
    };
    store::cases::insert(&cx.keys, tx, &case, &content).await?;
    step(cx, tx, &mut case, (CaseTurn::Dispatch, None), None).await?;
    let service = Service { agency: case.agency, item: published.content.item.as_str() };
    count(cx, tx, service, Measure::Used).await?;
    letters::tell(cx, tx, &case, Letter::Received(case.due_on)).await?;
    Ok(case)
}

/// What is wanted, if the listing takes it.
fn sound(published: &Published, new: &NewCase) -> Result<Intent, CaseError> {
    let (spec, category) = (spec(published)?, category(published, &new.category)?);
    let intent = new.intent.or_else(|| category.intents.first().copied());
    let intent = intent.filter(|intent| category.intents.contains(intent));
    let intent = intent.ok_or(CaseError::IntentNotTaken)?;
    if let Some(entry) = refusal::not_taken(spec, &new.text) {
        return Err(CaseError::NotTaken(Box::new(entry.clone())));
    }
    match new.district {
        Some(district) if !place::lies_in(district, new.listing.city()) => {
            Err(CaseError::PlaceElsewhere)
        }
        _ => Ok(intent),
    }
}

async fn begun(
    tx: &mut Tx<'_>,
    caller: &Citizen,
    new: &NewCase,
    (published, intent): (&Published, Intent),
) -> Result<Case, Error> {
    let (code, now) = (new.listing.city(), tx.now());
    let today = citygate_catalogue::city(tx, code).await?.date(now);
    let category = category(published, &new.category)?;
    Ok(Case {
        id: CaseId::new(code, &Clock::manual(now)),
        agency: published.agency,
        listing: published.listing,
        version: published.version,
        category: new.category.clone(),
        intent,
        account: caller.account,
        person: caller.person,
        hidden: new.anonymous || intent == Intent::Report,
        place: new.point.map(place::rough),
        district: new.district,
        state: CaseStanding::Received,
        desk: category.desk.as_str().to_owned(),
        dispute: None,
        dispute_until: now,
        trigger_on: today,
        extended: false,
        provisional: false,
        due_on: today,
        due_at: now,
        outcome: None,
        reopened: 0,
        parent: None,
        created_at: now,
        changed_at: now,
        answered_at: None,
        closed_at: None,
    })
}
