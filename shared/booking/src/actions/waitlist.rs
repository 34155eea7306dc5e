//! Waiting for a place of a session that is sold out.

use citygate_catalogue::{Rule, RuleBook};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once},
};

use super::giveback::closes_at;
use crate::{
    error::Error,
    jobs::{CLOSE_WAITLIST, CloseWaitlist},
    model::{Channel, Claims, SessionId, WaitlistEntry, WaitlistEntryId, WaitlistState},
    rules::waitlist::WaitlistRule,
    store,
    wire::WaitlistEntryBody,
};

/// A turn with the number of those before it.
pub(crate) struct Turn {
    pub entry: WaitlistEntry,
    /// Only while it waits.
    pub before: Option<i64>,
}

/// Takes a turn in the waitlist of a session, once for each claim. Only where nothing is free.
pub(crate) async fn wait(
    cx: &Cx,
    book: &RuleBook,
    claim: &Claim,
    caller: &RealName,
    id: SessionId,
) -> Result<Answer, Error> {
    cx.db
        .tx("booking.wait", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                require_session(tx, caller).await?;
                let entry = enter(tx, book, caller, id).await?;
                Ok::<_, Error>(WaitlistEntryBody::from(turn(tx, entry).await?))
            })
            .await
        })
        .await
}

async fn enter(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    caller: &RealName,
    id: SessionId,
) -> Result<WaitlistEntry, Error> {
    let session = store::session(tx, id).await?.filter(|one| one.claims == Claims::Open);
    let session = session.ok_or(Error::SessionUnknown)?;
    if session.stopped.is_some() {
        return Err(Error::SessionStopped);
    }
    if tx.now() < session.releases_at {
        return Err(Error::NotReleased { at: session.releases_at });
    }
    if let Some(at) = session.draws_at.filter(|at| tx.now() < *at) {
        return Err(Error::DrawnLater { at });
    }
    let rule: Rule<WaitlistRule> = book.rule(tx, session.rules.waitlist).await?;
    let city = citygate_catalogue::city(tx, id.city()).await?;
    let closes_at = closes_at(tx, &rule.params, &session, &city).await?;
    if tx.now() >= closes_at {
        return Err(Error::WaitlistClosed);
    }
    // Locked, so that no place comes free between the look and the entry: it would go to nobody.
    let slots = store::slots_of(tx, id.city(), &[id.uuid()], Channel::App).await?;
    let slots = slots.get(&id).map_or(&[][..], Vec::as_slice);
    let wanted: Vec<_> = slots.iter().map(|slot| (slot.id.uuid(), Channel::App)).collect();
    let places = store::lock_places(tx, id.city(), &wanted).await?;
    if places.iter().any(|place| place.free() > 0 && tx.now() < place.starts_at) {
        return Err(Error::StillFree);
    }
    let waiting = store::waiting(tx, id).await?;
    if waiting >= i64::from(rule.params.max_length) {
        return Err(Error::WaitlistFull { citation: rule.citation });
    }
    let entry = WaitlistEntry {
        id: WaitlistEntryId::new(id.city(), &Clock::manual(tx.now())),
        session: id,
        person: caller.person,
        account: caller.account,
        rank: None,
        state: WaitlistState::Waiting,
        appointment: None,
    };
    if store::insert_entries(tx, std::slice::from_ref(&entry)).await? == 0 {
        return Err(Error::WaitsAlready);
    }
    if waiting == 0 {
        CLOSE_WAITLIST.enqueue_at(tx, &CloseWaitlist { session: id }, closes_at).await?;
    }
    Ok(entry)
}

async fn turn(tx: &mut Tx<'_>, entry: WaitlistEntry) -> Result<Turn, Error> {
    let before = match entry.state {
        WaitlistState::Waiting => Some(store::waiting_before(tx, &entry).await?),
        WaitlistState::Offered
        | WaitlistState::Taken
        | WaitlistState::Lapsed
        | WaitlistState::Left
        | WaitlistState::Closed => None,
    };
    Ok(Turn { entry, before })
}

/// The turns of a person, newest first; one more than the page holds.
pub(crate) async fn turns_of(
    cx: &Cx,
    person: PersonId,
    page: &PageQuery,
) -> Result<Vec<Turn>, Error> {
    cx.db
        .tx("booking.list_waitlist_entries", async |tx| {
            let entries =
                store::entries_of_person(tx, person, page.cursor, page.limit() + 1).await?;
            let mut turns = Vec::with_capacity(entries.len());
            for entry in entries {
                turns.push(turn(tx, entry).await?);
            }
            Ok(turns)
        })
        .await
}

/// Gives a turn up. Doing it again changes nothing; what was offered is an appointment, and is
/// given up as one.
pub(crate) async fn leave(cx: &Cx, caller: &RealName, id: WaitlistEntryId) -> Result<Turn, Error> {
    cx.db
        .tx("booking.leave_waitlist", async |tx| {
            require_session(tx, caller).await?;
            let entry = store::entry(tx, id).await?.filter(|one| one.person == caller.person);
            let mut entry = entry.ok_or(Error::WaitlistEntryUnknown)?;
            if entry.state == WaitlistState::Waiting {
                entry.state = WaitlistState::Left;
                store::save_entry(tx, &entry).await?;
            }
            turn(tx, entry).await
        })
        .await
}

/// Ends the waitlist of a session whose time is over.
pub(crate) async fn close(cx: &Cx, id: SessionId) -> Result<(), Error> {
    cx.db
        .tx("booking.close_waitlist", async |tx| {
            let closed = store::close_waitlist(tx, id).await?;
            tracing::info!(session = %id, closed, "a waitlist has ended");
            Ok(())
        })
        .await
}
