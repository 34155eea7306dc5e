//! What whoever decides for an agency does with an application.

use chrono::{Months, NaiveDate};
use citygate_catalogue::AgencyId;
use citygate_identity::{Access, Accessor, AccountId, Reason, Record, StaffId, note_filed};
use citygate_listings::{Code, Delivery, Published, version};
use citygate_platform::{Cx, db::Tx};
use citygate_usage::{Measure, Service, count};

use super::{
    clock::{Ground, ground, spec},
    letters,
    read::ApplicationLine,
    step::{With, may, step},
};
use crate::{
    error::{ApplicationError, Error},
    jobs::{LAPSE, SupplementDue},
    mail::News,
    model::{
        Application, ApplicationEvent, ApplicationId, ApplicationState, Decision, Outcome, Running,
        Said,
    },
    rules::lodging,
    store,
};

/// Why applications are read and recorded: an agency examines what is applied for.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "applications.application", legal_basis: "all-34" };

/// Whoever decides for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clerk {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

impl Clerk {
    pub(super) fn access<'a>(&self, cx: &'a Cx) -> Access<'a> {
        Access::new(cx, Accessor::staff(self.staff, self.agency), REASON)
    }

    /// Nobody looks after an application of their own.
    fn is_not(&self, application: &Application) -> Result<(), Error> {
        if application.account == self.account {
            return Err(ApplicationError::Own.into());
        }
        Ok(())
    }
}

/// What a clerk does.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// Asks for what is missing.
    Ask(Said),
    /// Finishes a step.
    Finish(Code),
    /// Grants it.
    Approve,
    /// Refuses it, for a reason of the listing.
    Refuse(Code, Option<String>),
    /// Notes that the outcome has reached the applicant; as they wished, where nothing else is said.
    Deliver(Option<Delivery>, Option<String>),
}

/// Does one thing with one application. What was done before is not done again.
pub(crate) async fn act(
    cx: &Cx,
    clerk: Clerk,
    id: ApplicationId,
    deed: &Deed,
) -> Result<ApplicationLine, Error> {
    cx.db
        .tx("applications.act", async |tx| {
            let (application, listing) = act_in(cx, tx, clerk, id, deed).await?;
            let overdue = application.is_overdue(tx.now());
            Ok(ApplicationLine { application, listing, overdue })
        })
        .await
}

/// The same in the caller's transaction. It ends in a fact before it has written anything, or not at
/// all.
pub(super) async fn act_in(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    id: ApplicationId,
    deed: &Deed,
) -> Result<(Application, Published), Error> {
    let mut application = lock_at(tx, clerk, id).await?;
    let listing = version(tx, application.listing, application.version).await?;
    let done = match deed {
        Deed::Ask(said) => ask(cx, tx, clerk, (&mut application, &listing), said).await?,
        Deed::Finish(code) => finish(cx, tx, clerk, (&mut application, &listing), code).await?,
        Deed::Approve => approve(cx, tx, clerk, (&mut application, &listing)).await?,
        Deed::Refuse(reason, note) => {
            let reason = (reason, note.as_ref());
            refuse(cx, tx, clerk, (&mut application, &listing), reason).await?
        }
        Deed::Deliver(how, tracking) => {
            let way = (*how, tracking.as_ref());
            deliver(cx, tx, clerk, (&mut application, &listing), way).await?
        }
    };
    if done {
        let (case, access) = (id.to_string(), clerk.access(cx));
        note_filed(tx, &access, Record::Application, &[(application.person, &case)]).await?;
    }
    Ok((application, listing))
}

/// An application of the agency, which nobody else changes until the transaction ends.
pub(super) async fn lock_at(
    tx: &mut Tx<'_>,
    clerk: Clerk,
    id: ApplicationId,
) -> Result<Application, Error> {
    let found = store::applications::lock(tx, id).await?;
    let found = found.filter(|application| application.agency == clerk.agency);
    let application = found.ok_or(ApplicationError::Unknown)?;
    clerk.is_not(&application)?;
    Ok(application)
}

/// Asks for what is missing. The agency's time stands still until it comes.
async fn ask(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (application, listing): (&mut Application, &Published),
    said: &Said,
) -> Result<bool, Error> {
    if application.state == ApplicationState::SupplementAsked {
        let history = store::events::of(&cx.keys, tx, application.id).await?;
        let last = history.last().and_then(|line| line.said.as_ref());
        if last == Some(said) {
            return Ok(false);
        }
    }
    may(application, ApplicationEvent::Ask)?;
    can_be_asked_for(listing, said)?;
    let ground = ground(tx, application.id.city()).await?;
    let (_, act_by) = ground.count(ground.today, spec(listing)?.supplement_within)?;
    application.act_by = act_by;
    let with = With { staff: Some(clerk.staff), said: Some(said.clone()), ..With::default() };
    step(cx, tx, application, ApplicationEvent::Ask, with).await?;
    LAPSE.enqueue_at(tx, &SupplementDue { application: application.id }, act_by).await?;
    count(cx, tx, service(application, listing), Measure::Supplemented).await?;
    letters::tell(cx, tx, application, News::Asked).await?;
    Ok(true)
}

fn service<'a>(application: &Application, listing: &'a Published) -> Service<'a> {
    Service { agency: application.agency, item: listing.content.item.as_str() }
}

/// Only what the listing knows can be asked for.
fn can_be_asked_for(listing: &Published, said: &Said) -> Result<(), Error> {
    let labels = &spec(listing)?.labels;
    let at = |member: &str, n: usize| format!("/{member}/{n}");
    let documents = said.documents.iter().enumerate();
    let documents = documents.filter(|(_, code)| !lodging::is_asked_for(&listing.content, code));
    let fields = said.fields.iter().enumerate().filter(|(_, code)| !labels.contains_key(*code));
    let strange: Vec<String> = documents
        .map(|(n, _)| at("documents", n))
        .chain(fields.map(|(n, _)| at("fields", n)))
        .collect();
    if strange.is_empty() { Ok(()) } else { Err(ApplicationError::NotAskedFor(strange).into()) }
}

/// Finishes a step; the time of the next one runs from today.
async fn finish(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (application, listing): (&mut Application, &Published),
    code: &Code,
) -> Result<bool, Error> {
    let mut steps = spec(listing)?.steps.iter();
    let place = steps.position(|step| step.code == *code).ok_or(ApplicationError::StepUnknown)?;
    if place < application.steps_done {
        return Ok(false);
    }
    may(application, ApplicationEvent::Finish)?;
    if place > application.steps_done {
        return Err(ApplicationError::StepOutOfTurn.into());
    }
    let ground = ground(tx, application.id.city()).await?;
    let running = application.running.ok_or(Error::Damaged("running"))?;
    application.steps_done += 1;
    application.running = Some(Running { step_from: ground.today, ..running });
    let history = store::events::of(&cx.keys, tx, application.id).await?;
    ground.set(listing, application, &history)?;
    let with = With { staff: Some(clerk.staff), step: Some(code.clone()), said: None };
    step(cx, tx, application, ApplicationEvent::Finish, with).await?;
    Ok(true)
}

/// Grants it, under a number. What is delivered electronically is there at once.
async fn approve(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (application, listing): (&mut Application, &Published),
) -> Result<bool, Error> {
    if matches!(application.state, ApplicationState::Approved | ApplicationState::Delivered) {
        return Ok(false);
    }
    may(application, ApplicationEvent::Approve)?;
    let spec = spec(listing)?;
    if application.steps_done < spec.steps.len() {
        return Err(ApplicationError::StepsOpen.into());
    }
    let ground = ground(tx, application.id.city()).await?;
    let number = application.outcome_no(ground.today);
    let valid_until = spec.valid_months.and_then(|months| last_day(ground.today, months));
    let granted = Outcome::Granted { number, valid_until };
    decide(cx, tx, (&ground, clerk), (application, listing), (granted, None)).await?;
    if application.delivery == Delivery::Electronic {
        let said = Said { how: Some(Delivery::Electronic), ..Said::default() };
        let with = With { said: Some(said), ..With::default() };
        step(cx, tx, application, ApplicationEvent::Deliver, with).await?;
    }
    Ok(true)
}

/// The day before the same day so many months later.
fn last_day(today: NaiveDate, months: u16) -> Option<NaiveDate> {
    today.checked_add_months(Months::new(months.into()))?.pred_opt()
}

/// Writes a decision down, counts whether it came in time, and tells the applicant.
async fn decide(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (ground, clerk): (&Ground, Clerk),
    (application, listing): (&mut Application, &Published),
    (outcome, said): (Outcome, Option<Said>),
) -> Result<(), Error> {
    let history = store::events::of(&cx.keys, tx, application.id).await?;
    let clocks = ground.clocks(listing, application, &history)?;
    // The limit of the listing counts; where it has none, the time of its steps.
    let limit = clocks.and_then(|clocks| clocks.overall);
    let end = limit.map_or(application.act_by, |limit| limit.ends_at(ground.city.time_zone));
    let (at, refused) = (tx.now(), matches!(outcome, Outcome::Refused(_)));
    let in_time = at < end;
    application.decision = Some(Decision { at, in_time, outcome });
    let event = if refused { ApplicationEvent::Refuse } else { ApplicationEvent::Approve };
    let with = With { staff: Some(clerk.staff), said, ..With::default() };
    step(cx, tx, application, event, with).await?;
    let measure = if in_time { Measure::InTime } else { Measure::Late };
    count(cx, tx, service(application, listing), measure).await?;
    if refused {
        count(cx, tx, service(application, listing), Measure::Refused).await?;
    }
    letters::tell(cx, tx, application, News::Decided).await
}

/// Refuses, for a reason of the listing. For the same reason again it changes nothing.
async fn refuse(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (application, listing): (&mut Application, &Published),
    (reason, note): (&Code, Option<&String>),
) -> Result<bool, Error> {
    let known = application.decision.as_ref().map(|decision| &decision.outcome);
    if known == Some(&Outcome::Refused(reason.clone())) {
        return Ok(false);
    }
    may(application, ApplicationEvent::Refuse)?;
    if !spec(listing)?.refusals.iter().any(|one| one.code == *reason) {
        return Err(ApplicationError::ReasonUnknown.into());
    }
    let ground = ground(tx, application.id.city()).await?;
    let said = note.map(|note| Said { words: Some(note.clone()), ..Said::default() });
    let refused = Outcome::Refused(reason.clone());
    decide(cx, tx, (&ground, clerk), (application, listing), (refused, said)).await?;
    Ok(true)
}

/// Notes that the outcome is on its way to the applicant, or handed over.
async fn deliver(
    cx: &Cx,
    tx: &mut Tx<'_>,
    clerk: Clerk,
    (application, listing): (&mut Application, &Published),
    (how, tracking): (Option<Delivery>, Option<&String>),
) -> Result<bool, Error> {
    if application.state == ApplicationState::Delivered {
        return Ok(false);
    }
    may(application, ApplicationEvent::Deliver)?;
    let how = how.unwrap_or(application.delivery);
    if !spec(listing)?.delivery.contains(&how) {
        return Err(ApplicationError::DeliveryNotOffered.into());
    }
    let said = Said { how: Some(how), tracking: tracking.cloned(), ..Said::default() };
    let with = With { staff: Some(clerk.staff), said: Some(said), ..With::default() };
    step(cx, tx, application, ApplicationEvent::Deliver, with).await?;
    letters::tell(cx, tx, application, News::Delivered).await?;
    Ok(true)
}
