//! A session that does not take place: whoever has a place gets another of the same worth offered
//! where there is one, and all of the money back.

use chrono::TimeDelta;
use citygate_catalogue::{AgencyId, Rule, RuleBook};
use citygate_platform::{Cx, db::Tx};

use super::{
    cancel::{lock, withdraw},
    desk::Wish,
    grant::try_grant,
    outcome::settle,
    strikes::annul_for,
};
use crate::{
    error::Error,
    jobs::{CLEAR_SESSION, ClearSession},
    model::{
        Annulment, Appointment, AppointmentId, AppointmentState, CancelledBy, Channel, Claims,
        Origin, Session, SessionId,
    },
    rules::waitlist::WaitlistRule,
    store,
};

/// How many appointments one round of [`clear`] looks for.
const ROUND: i64 = 50;

/// Stops a session of the agency: no place is given any more. Doing it again changes nothing. The
/// appointments are ended by a job.
pub async fn stop_session(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: SessionId,
    reason: &str,
) -> Result<(), Error> {
    let session = store::session(tx, id).await?.filter(|session| session.agency == agency);
    session.ok_or(Error::SessionUnknown)?;
    if !store::stop_session(tx, id, reason).await? {
        return Ok(());
    }
    store::close_waitlist(tx, id).await?;
    annul_for(tx, id, Annulment::SessionStopped).await?;
    Ok(CLEAR_SESSION.enqueue(tx, &ClearSession { session: id }).await?)
}

/// Ends the appointments of a session that was stopped, each in a transaction of its own. Doing it
/// again goes on where it stopped.
pub(crate) async fn clear(cx: &Cx, book: &RuleBook, id: SessionId) -> Result<(), Error> {
    loop {
        let round = cx
            .db
            .tx("booking.read_stopped", async |tx| store::live_of_session(tx, id, ROUND).await);
        let round = round.await?;
        if round.is_empty() {
            return Ok(());
        }
        for appointment in round {
            cx.db.tx("booking.clear", async |tx| clear_one(tx, book, appointment).await).await?;
        }
    }
}

async fn clear_one(tx: &mut Tx<'_>, book: &RuleBook, id: AppointmentId) -> Result<(), Error> {
    let found = store::appointment(tx, id).await?.ok_or(Error::AppointmentUnknown)?;
    let session = store::session(tx, found.session).await?.ok_or(Error::SessionUnknown)?;
    let Some(reason) = session.stopped.clone() else { return Ok(()) };
    let (mut place, mut appointment) = lock(tx, &found).await?;
    if !matches!(appointment.state, AppointmentState::Held | AppointmentState::Booked) {
        return Ok(());
    }
    settle(tx, &mut appointment).await?;
    withdraw(tx, &mut appointment, CancelledBy::Agency, &reason).await?;
    place.taken -= 1;
    store::save_places(tx, id.city(), &[&place]).await?;
    reoffer(tx, book, &appointment, &session).await
}

/// Holds a place of another session of the same worth for whoever has lost one.
async fn reoffer(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    lost: &Appointment,
    session: &Session,
) -> Result<(), Error> {
    // What a service has claimed it claims anew, for people it may have to check again.
    let Some(account) = lost.account.filter(|_| session.claims == Claims::Open) else {
        return Ok(());
    };
    let rule: Rule<WaitlistRule> = book.rule(tx, session.rules.waitlist).await?;
    let until = tx.now() + TimeDelta::minutes(i64::from(rule.params.pay_minutes));
    for slot in store::slots_of_the_same_worth(tx, session).await? {
        let wish = Wish {
            slot,
            channel: Channel::App,
            person: lost.person,
            account: Some(account),
            origin: Origin::Offer,
            held_until: Some(until),
            instead_of: None,
            to_confirm: false,
        };
        match try_grant(tx, book, &wish).await {
            Ok(Some(_)) => return Ok(()),
            // Somebody took it in between, or it is too late for it.
            Ok(None) | Err(Error::SoldOut | Error::SessionClosed | Error::SessionStopped) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
