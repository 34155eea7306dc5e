//! A place that comes back.
//!
//! It goes to whoever waits first. Where nobody waits, it cools for a while that nobody knows
//! beforehand: who gives a place up for a buyer cannot tell the buyer when to be there.

use chrono::{DateTime, Utc};
use citygate_catalogue::{City, Rule, RuleBook};
use citygate_kernel::{CityId, Clock, Kind};
use citygate_platform::{db::Tx, keys::random};
use uuid::Uuid;

use super::{desk::Wish, grant::try_grant, holidays::calendar_for};
use crate::{
    error::Error,
    jobs::{OFFER_AGAIN, OfferAgain},
    model::{Channel, Origin, Session, SlotId, WaitlistState},
    rules::{giveback::GivebackRule, waitlist::WaitlistRule},
    store::{self, Place},
};

/// Prefix of identifiers of places that cool; they stay inside.
enum GivebackKind {}
impl Kind for GivebackKind {
    const PREFIX: &'static str = "gbck";
}

/// Takes back one place that is locked and was taken.
pub(crate) async fn give_back(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    mut place: Place,
    session: &Session,
) -> Result<(), Error> {
    place.taken -= 1;
    store::save_places(tx, place.slot.city(), &[&place]).await?;
    if over(tx, &place, session)
        || offer(tx, book, &place, session).await?
        || place.channel != Channel::App
    {
        return Ok(());
    }
    let rule: Rule<GivebackRule> = book.rule(tx, session.rules.giveback).await?;
    let offered_at = tx.now() + rule.params.delay(u64::from_be_bytes(random()));
    place.cooling += 1;
    store::save_places(tx, place.slot.city(), &[&place]).await?;
    let id = CityId::<GivebackKind>::new(place.slot.city(), &Clock::manual(tx.now())).uuid();
    store::insert_giveback(tx, id, &place, offered_at).await?;
    let task = OfferAgain { giveback: id, slot: place.slot, channel: place.channel };
    Ok(OFFER_AGAIN.enqueue_at(tx, &task, offered_at).await?)
}

/// Offers a place again that has cooled: to whoever has begun to wait meanwhile, or to everybody.
pub(crate) async fn offer_again(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    (id, slot, channel): (Uuid, SlotId, Channel),
) -> Result<(), Error> {
    let mut locked = store::lock_places(tx, slot.city(), &[(slot.uuid(), channel)]).await?;
    let mut place = locked.pop().ok_or(Error::SlotUnknown)?;
    if !store::delete_giveback(tx, slot.city(), id).await? {
        return Ok(());
    }
    place.cooling -= 1;
    store::save_places(tx, slot.city(), &[&place]).await?;
    let session = store::session(tx, place.session).await?.ok_or(Error::SessionUnknown)?;
    if !over(tx, &place, &session) {
        offer(tx, book, &place, &session).await?;
    }
    Ok(())
}

/// Whether nobody can have the place any more: its own window may begin before the session closes.
fn over(tx: &Tx<'_>, place: &Place, session: &Session) -> bool {
    let now = tx.now();
    session.stopped.is_some() || now >= session.closes_at || now >= place.starts_at
}

/// Offers a free place to those who wait, in their order. Whoever cannot have it any more, because
/// of what they have booked since, loses the turn. Returns whether somebody has it now.
async fn offer(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    place: &Place,
    session: &Session,
) -> Result<bool, Error> {
    if place.channel != Channel::App {
        return Ok(false);
    }
    let rule: Rule<WaitlistRule> = book.rule(tx, session.rules.waitlist).await?;
    let city = citygate_catalogue::city(tx, session.id.city()).await?;
    if tx.now() >= closes_at(tx, &rule.params, session, &city).await? {
        return Ok(false);
    }
    while let Some(mut entry) = store::first_waiting(tx, session.id).await? {
        let until = rule.params.offer_until(tx.now(), session.closes_at);
        let wish = Wish {
            slot: place.slot,
            channel: place.channel,
            person: entry.person,
            account: Some(entry.account),
            origin: Origin::Waitlist,
            held_until: Some(until),
            instead_of: None,
            to_confirm: false,
        };
        let granted = try_grant(tx, book, &wish).await?;
        let free = session.fee.minor() == 0;
        entry.state = match granted {
            Some(_) if free => WaitlistState::Taken,
            Some(_) => WaitlistState::Offered,
            None => WaitlistState::Lapsed,
        };
        entry.appointment = granted.map(|appointment| appointment.id);
        store::save_entry(tx, &entry).await?;
        if entry.appointment.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When nobody waits for a session any more.
pub(crate) async fn closes_at(
    tx: &mut Tx<'_>,
    rule: &WaitlistRule,
    session: &Session,
    city: &City,
) -> Result<DateTime<Utc>, Error> {
    let calendar = calendar_for(tx, rule.closes).await?;
    Ok(rule.closes_at(session.starts_at, city, &calendar).min(session.closes_at))
}
