//! What happens to an application without anybody asking: its fee is paid or not, its time ends, days
//! off are announced.

use citygate_listings::version;
use citygate_payments::{BillId, bills};
use citygate_platform::Cx;
use uuid::Uuid;

use super::{
    clock::ground,
    letters,
    read::supplement,
    step::{With, give_fee_back, may, step, tell_agency},
};
use crate::{
    error::Error,
    jobs::{LAPSE, SupplementDue},
    mail::News,
    model::{Application, ApplicationEvent, ApplicationId, ApplicationState, Running},
    store,
};

/// The fee is paid: the agency's time runs from the day of the payment. Hearing it again changes
/// nothing.
pub(crate) async fn paid(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("applications.note_paid", async |tx| {
            let Some(id) = store::applications::of_bill(tx, bill).await? else { return Ok(()) };
            let Some(mut application) = store::applications::lock(tx, id).await? else {
                return Ok(());
            };
            if may(&application, ApplicationEvent::Pay).is_err() {
                return Ok(());
            }
            let view = bills(tx, id.city(), &[bill]).await?.remove(&bill);
            let payment = view.and_then(|view| view.payment).ok_or(Error::Damaged("payment"))?;
            let ground = ground(tx, id.city()).await?;
            let on = ground.city.date(payment.paid_at);
            let listing = version(tx, application.listing, application.version).await?;
            let running = Some(Running { started_on: on, step_from: on });
            let mut begun =
                Application { running, state: ApplicationState::InProgress, ..application.clone() };
            ground.set(&listing, &mut begun, &[])?;
            (application.running, application.act_by) = (running, begun.act_by);
            step(cx, tx, &mut application, ApplicationEvent::Pay, With::default()).await?;
            letters::tell(cx, tx, &application, News::Begun).await?;
            tell_agency(tx, &application, "applications.application.accepted").await
        })
        .await
}

/// The fee was not paid in time. Hearing it again changes nothing.
pub(crate) async fn expired(cx: &Cx, bill: BillId) -> Result<(), Error> {
    cx.db
        .tx("applications.note_expired", async |tx| {
            let Some(id) = store::applications::of_bill(tx, bill).await? else { return Ok(()) };
            let Some(mut application) = store::applications::lock(tx, id).await? else {
                return Ok(());
            };
            if may(&application, ApplicationEvent::Expire).is_err() {
                return Ok(());
            }
            step(cx, tx, &mut application, ApplicationEvent::Expire, With::default()).await?;
            letters::tell(cx, tx, &application, News::Unpaid).await
        })
        .await
}

/// The time to supply what is missing may be over. What was supplied meanwhile goes on, and what has
/// got more time is left alone.
pub(crate) async fn lapse(cx: &Cx, id: ApplicationId) -> Result<(), Error> {
    cx.db
        .tx("applications.lapse", async |tx| {
            let Some(mut application) = store::applications::lock(tx, id).await? else {
                return Ok(());
            };
            let over = application.act_by <= tx.now();
            if !over || may(&application, ApplicationEvent::Lapse).is_err() {
                return Ok(());
            }
            give_fee_back(tx, &application, "not supplied in time").await?;
            step(cx, tx, &mut application, ApplicationEvent::Lapse, With::default()).await?;
            letters::tell(cx, tx, &application, News::Lapsed).await?;
            tell_agency(tx, &application, "applications.application.lapsed").await
        })
        .await
}

/// How many applications are looked through at a time.
const BATCH: i64 = 100;

/// Counts the time of everybody who has to act anew. Days off that were announced late move it. Doing
/// it again changes nothing. Returns how many moved.
pub(crate) async fn recount(cx: &Cx) -> Result<usize, Error> {
    let mut moved = 0;
    for state in [ApplicationState::InProgress, ApplicationState::SupplementAsked] {
        let mut after = Uuid::nil();
        loop {
            let batch = cx.db.read("applications.running", async |tx| {
                store::applications::in_state(tx, state, after, BATCH).await
            });
            let batch: Vec<ApplicationId> = batch.await?;
            let Some(last) = batch.last() else { break };
            after = last.uuid();
            for id in batch {
                moved += usize::from(recount_one(cx, id).await?);
            }
        }
    }
    Ok(moved)
}

async fn recount_one(cx: &Cx, id: ApplicationId) -> Result<bool, Error> {
    cx.db
        .tx("applications.recount", async |tx| {
            let Some(mut application) = store::applications::lock(tx, id).await? else {
                return Ok(false);
            };
            let (ground, was) = (ground(tx, id.city()).await?, application.act_by);
            let listing = version(tx, application.listing, application.version).await?;
            let history = store::events::of(&cx.keys, tx, id).await?;
            match supplement(&ground, &listing, &application, &history)? {
                Some(deadline) => application.act_by = deadline.ends_at(ground.city.time_zone),
                None => ground.set(&listing, &mut application, &history)?,
            }
            if application.act_by == was {
                return Ok(false);
            }
            store::applications::save(tx, &application).await?;
            if application.state == ApplicationState::SupplementAsked {
                let due = SupplementDue { application: id };
                LAPSE.enqueue_at(tx, &due, application.act_by).await?;
            }
            Ok(true)
        })
        .await
}
