//! Work of booking that happens after COMMIT.

mod draw;

use citygate_catalogue::RuleBook;
use citygate_payments::{BILL_EXPIRED, BILL_PAID};
use citygate_platform::jobs::{Job, Listener, Retries, Task};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    actions::{self, ISSUER},
    error::Error,
    events::APPOINTMENT_CHANGED,
    model::{AppointmentId, Channel, SessionId, SlotId},
};

pub(crate) use self::draw::{DRAW_LOTS, DrawLots, draw_lots};

/// A place that has cooled.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OfferAgain {
    pub giveback: Uuid,
    pub slot: SlotId,
    pub channel: Channel,
}
pub(crate) const OFFER_AGAIN: Task<OfferAgain> = Task::new("booking.offer_again");

/// A place that was kept for somebody at a counter.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReleaseHold {
    pub appointment: AppointmentId,
}
pub(crate) const RELEASE_HOLD: Task<ReleaseHold> = Task::new("booking.release_hold");

/// A session that was stopped.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClearSession {
    pub session: SessionId,
}
pub(crate) const CLEAR_SESSION: Task<ClearSession> = Task::new("booking.clear_session");

/// A session for which nobody waits any more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CloseWaitlist {
    pub session: SessionId,
}
pub(crate) const CLOSE_WAITLIST: Task<CloseWaitlist> = Task::new("booking.close_waitlist");

/// Offers places again that have cooled.
pub(crate) fn offer_again(book: RuleBook) -> Job {
    OFFER_AGAIN.done_by(Retries::INQUIRY, move |cx, job| {
        let book = book.clone();
        async move {
            let one = (job.giveback, job.slot, job.channel);
            let offered = cx
                .db
                .tx("booking.offer_again", async |tx| actions::offer_again(tx, &book, one).await);
            Ok(offered.await?)
        }
    })
}

/// Takes places back that were kept at a counter and not confirmed.
pub(crate) fn release_holds(book: RuleBook) -> Job {
    RELEASE_HOLD.done_by(Retries::INQUIRY, move |cx, job| {
        let book = book.clone();
        async move {
            let released = cx.db.tx("booking.release_hold", async |tx| {
                actions::release_hold(tx, &book, job.appointment).await
            });
            Ok(released.await?)
        }
    })
}

/// Ends the appointments of sessions that were stopped.
pub(crate) fn clear_sessions(book: RuleBook) -> Job {
    CLEAR_SESSION.done_by(Retries::INQUIRY, move |cx, job| {
        let book = book.clone();
        async move { Ok(actions::clear(&cx, &book, job.session).await?) }
    })
}

/// Ends waitlists whose time is over.
pub(crate) fn close_waitlists() -> Job {
    CLOSE_WAITLIST.done_by(Retries::INQUIRY, |cx, job| async move {
        Ok(actions::close_waitlist(&cx, job.session).await?)
    })
}

/// Confirms what is paid.
pub(crate) fn confirm() -> Listener {
    BILL_PAID.heard_by("booking.confirm", Retries::INQUIRY, |cx, news| async move {
        if news.issuer == ISSUER {
            actions::confirm(&cx, news.bill).await?;
        }
        Ok(())
    })
}

/// Ends what was not paid in time.
pub(crate) fn expire(book: RuleBook) -> Listener {
    BILL_EXPIRED.heard_by("booking.expire", Retries::INQUIRY, move |cx, news| {
        let book = book.clone();
        async move {
            if news.issuer == ISSUER {
                actions::expire(&cx, &book, news.bill).await?;
            }
            Ok(())
        }
    })
}

/// Writes to people about their appointments.
pub(crate) fn post_letters(book: RuleBook) -> Listener {
    APPOINTMENT_CHANGED.heard_by("booking.post_letter", Retries::DELIVERY, move |cx, news| {
        let book = book.clone();
        async move { Ok::<_, Error>(actions::post_letter(&cx, &book, &news).await?).map_err(Into::into) }
    })
}
