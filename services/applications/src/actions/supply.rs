//! Supplying what an agency has asked for.

use chrono::DateTime;
use citygate_identity::{RealName, require_session};
use citygate_kernel::Money;
use citygate_listings::{Code, Published, faults_of_form, version};
use citygate_platform::{Cx, db::Tx};

use super::{
    clock::{ground, spec},
    letters,
    read::{ApplicationView, together, view},
    step::{With, may, step, tell_agency},
};
use crate::{
    error::{ApplicationError, Error, Faults},
    mail::News,
    model::{Application, ApplicationEvent, ApplicationId, Content, Filing, Line},
    rules::{
        lodging::{self, Hindrance},
        state,
    },
    store,
};

/// Supplies what is missing; the agency's time runs again from the next day on. The same once more
/// changes nothing.
pub(crate) async fn supply(
    cx: &Cx,
    caller: &RealName,
    id: ApplicationId,
    content: &Content,
) -> Result<ApplicationView, Error> {
    cx.db
        .tx("applications.supply", async |tx| {
            require_session(tx, caller).await?;
            let mut application = lock_own(tx, caller, id).await?;
            let history = store::events::of(&cx.keys, tx, id).await?;
            let before = store::filings::of(&cx.keys, tx, id).await?;
            let mut content = content.clone();
            let listing = version(tx, application.listing, application.version).await?;
            check_form(&listing, &mut content)?;
            if repeats(&history, &before, &content) {
                return view(cx, tx, application).await;
            }
            may(&application, ApplicationEvent::Supply)?;
            check(&listing, &history, before, &content)?;
            store::filings::insert(&cx.keys, tx, id, &content).await?;
            resume(cx, tx, &listing, &mut application, history).await?;
            letters::tell(cx, tx, &application, News::Supplied).await?;
            tell_agency(tx, &application, "applications.application.supplied").await?;
            view(cx, tx, application).await
        })
        .await
}

/// An application of the caller's, which nobody else changes until the transaction ends.
pub(super) async fn lock_own(
    tx: &mut Tx<'_>,
    caller: &RealName,
    id: ApplicationId,
) -> Result<Application, Error> {
    let found = store::applications::lock(tx, id).await?;
    let found = found.filter(|application| application.person == caller.person);
    Ok(found.ok_or(ApplicationError::Unknown)?)
}

/// Whether the last thing that happened is that the same was supplied.
fn repeats(history: &[Line], before: &[Filing], content: &Content) -> bool {
    history.last().is_some_and(|line| line.event == ApplicationEvent::Supply)
        && before.last().is_some_and(|filing| filing.content == *content)
}

fn check_form(listing: &Published, content: &mut Content) -> Result<(), Error> {
    let Some(form) = &mut content.form else { return Ok(()) };
    let faults = faults_of_form(&spec(listing)?.form, form);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ApplicationError::FormFaulty(Faults(faults)).into())
    }
}

/// Whether with what is supplied the application is what the listing wants, has every document that
/// was asked for, and costs what was billed. It is judged by what was known when it was lodged.
fn check(
    listing: &Published,
    history: &[Line],
    before: Vec<Filing>,
    content: &Content,
) -> Result<(), Error> {
    let asked = history.iter().rev().find_map(|line| match line.event {
        ApplicationEvent::Ask => line.said.as_ref(),
        _ => None,
    });
    let given = |code: &Code| content.documents.iter().any(|document| document.code == *code);
    let wanted = asked.map(|said| said.documents.as_slice()).unwrap_or_default();
    let absent: Vec<_> = wanted.iter().filter(|code| !given(code)).cloned().collect();
    if !absent.is_empty() {
        return Err(ApplicationError::from(Hindrance::DocumentMissing(absent)).into());
    }
    let strange = content.documents.iter().enumerate();
    let strange =
        strange.filter(|(_, document)| !lodging::is_asked_for(&listing.content, &document.code));
    let strange: Vec<usize> = strange.map(|(n, _)| n).collect();
    if !strange.is_empty() {
        return Err(ApplicationError::from(Hindrance::DocumentUnknown(strange)).into());
    }
    let billed = owed(listing, &together(before.clone()))?;
    let supplied = Filing { filed_at: DateTime::UNIX_EPOCH, content: content.clone() };
    let now = owed(listing, &together(before.into_iter().chain([supplied]).collect()))?;
    if billed == now { Ok(()) } else { Err(ApplicationError::FeeDiffers.into()) }
}

/// What something comes to that was handed in.
fn owed(listing: &Published, content: &Content) -> Result<Money, Error> {
    let form = content.form.clone().unwrap_or_default();
    let facts = lodging::facts(&content.facts, &form);
    let owed = lodging::check(&listing.content, &facts, &content.documents)?;
    Ok(owed.map_err(ApplicationError::from)?.total)
}

/// The agency goes on, with as many days as it had left.
async fn resume(
    cx: &Cx,
    tx: &mut Tx<'_>,
    listing: &Published,
    application: &mut Application,
    mut history: Vec<Line>,
) -> Result<(), Error> {
    let ground = ground(tx, application.id.city()).await?;
    let (event, now) = (ApplicationEvent::Supply, tx.now());
    let state = state::next(application.state, event).map_err(ApplicationError::from)?;
    history.push(Line { event, state, step: None, said: None, at: now, staff: None });
    let mut resumed = Application { state, ..application.clone() };
    ground.set(listing, &mut resumed, &history)?;
    application.act_by = resumed.act_by;
    step(cx, tx, application, event, With::default()).await
}
