//! Draws: opened with a commitment, entered, carried out, and shown with everything that is needed
//! to check them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use citygate_catalogue::{Rule, RuleBook};
use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once_saying},
    keys::random,
};
use uuid::{Builder, Uuid};

use super::{
    desk::{Conditions, Desk, Wish},
    giveback::closes_at,
    grant::is_refusal,
    strikes::blocked_until,
};
use crate::{
    error::{DrawError, Error},
    jobs::{CLOSE_WAITLIST, CloseWaitlist, DRAW_LOTS, DrawLots},
    model::{
        Channel, Draw, DrawEntry, DrawOutcome, Origin, Revealed, Session, SessionId, Slot,
        TicketId, WaitlistEntry, WaitlistEntryId, WaitlistState,
    },
    rules::{
        draw::{commitment, draw},
        quota::{self, Taken},
        waitlist::WaitlistRule,
    },
    sealed::SEED,
    store,
    wire::DrawEntryBody,
};

/// How many can enter a draw.
const ENTRIES: i64 = 10_000;
/// How long the lots of so many may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Chooses the seed of a new session's draw and publishes the commitment to it. The places of the
/// session are kept back until the lots are drawn.
pub(crate) async fn open_draw(cx: &Cx, tx: &mut Tx<'_>, session: &Session) -> Result<(), Error> {
    let draws_at = session.draws_at.ok_or(Error::Damaged("draw"))?;
    let seed: [u8; 32] = random();
    let sealed = cx.keys.seal(tx, &SEED, session.id.uuid(), &seed).await?;
    store::insert_draw(tx, session.id, &commitment(&seed), &sealed).await?;
    Ok(DRAW_LOTS.enqueue_at(tx, &DrawLots { session: session.id }, draws_at).await?)
}

/// Takes part in a draw, once for each claim: 201, or 200 for somebody who takes part already.
pub(crate) async fn enter_draw(
    cx: &Cx,
    book: &RuleBook,
    claim: &Claim,
    caller: &RealName,
    session: SessionId,
) -> Result<Answer, Error> {
    cx.db
        .tx("booking.enter_draw", async |tx| {
            once_saying(cx, tx, claim, async |tx| {
                require_session(tx, caller).await?;
                let (entry, new) = enter(tx, book, caller, session).await?;
                Ok::<_, Error>((if new { 201 } else { 200 }, DrawEntryBody::from(entry)))
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
) -> Result<(DrawEntry, bool), Error> {
    let session = store::session(tx, id).await?.ok_or(Error::SessionUnknown)?;
    let found = store::draw_for_entry(tx, id).await?.ok_or(DrawError::Unknown)?;
    if let Some(entry) = store::draw_entry(tx, id, caller.person).await? {
        return Ok((entry, false));
    }
    if session.stopped.is_some() {
        return Err(Error::SessionStopped);
    }
    if tx.now() < session.releases_at {
        return Err(Error::NotReleased { at: session.releases_at });
    }
    let over = session.draws_at.is_none_or(|at| tx.now() >= at);
    if over || found.revealed.is_some() {
        return Err(DrawError::Closed.into());
    }
    let conditions = Conditions::read(tx, book, session).await?;
    check_standing(tx, &conditions, caller.person).await?;
    if store::count_draw_entries(tx, id).await? >= ENTRIES {
        return Err(DrawError::Full.into());
    }
    let entry = DrawEntry {
        session: id,
        ticket: TicketId::from_uuid(Builder::from_random_bytes(random()).into_uuid()),
        person: caller.person,
        account: caller.account,
        drawn: None,
        created_at: tx.now(),
    };
    if store::insert_draw_entry(tx, &entry).await? {
        return Ok((entry, true));
    }
    // From another device, a moment ago.
    let entry = store::draw_entry(tx, id, caller.person).await?;
    Ok((entry.ok_or(Error::Damaged("entry of a draw"))?, false))
}

/// Refuses early who could not have a place anyway. What counts is how it is when the lots are
/// drawn, and at which hour the place is.
async fn check_standing(
    tx: &mut Tx<'_>,
    conditions: &Conditions,
    person: PersonId,
) -> Result<(), Error> {
    let Conditions { session, quota, strike, .. } = conditions;
    let city = citygate_catalogue::city(tx, session.id.city()).await?;
    let today = city.date(tx.now());
    let of = (city.code, session.service.as_str());
    let until = blocked_until(tx, of, person, today, &strike.params).await?;
    if let Some(until) = until {
        return Err(Error::Blocked { until, citation: strike.citation.clone() });
    }
    let span = quota::days(&quota.params, session.on);
    let mut known = store::standing(tx, of, &[person], span, None).await?;
    let wanted = Taken {
        agency: session.agency,
        unit: session.unit,
        session: session.id,
        on: session.on,
        part: session.part,
        starts_at: session.starts_at,
        // An hour is not chosen yet, so none is taken.
        ends_at: session.starts_at,
    };
    let taken = known.remove(&person).unwrap_or_default().taken;
    quota::check(&quota.params, &taken, &wanted)
        .map_err(|refusal| Error::QuotaReached { refusal, citation: quota.citation.clone() })
}

/// Draws the lots of a session. Doing it again changes nothing.
pub(crate) async fn draw_lots(cx: &Cx, book: &RuleBook, id: SessionId) -> Result<(), Error> {
    cx.db
        .patient(PATIENCE)
        .tx("booking.draw_lots", async |tx| {
            let found = store::lock_draw(tx, id).await?.ok_or(DrawError::Unknown)?;
            if found.revealed.is_some() {
                return Ok(());
            }
            let seed = cx.keys.open_sealed(tx, &SEED, id.uuid(), &found.seed_sealed).await?;
            let seed: [u8; 32] = seed.try_into().map_err(|_| Error::Damaged("seed"))?;
            let entries = store::draw_entries(tx, id).await?;
            let (entries_digest, entries) = in_order(&seed, entries);
            let session = store::session(tx, id).await?.ok_or(Error::SessionUnknown)?;
            let mut outcomes = give_places(tx, book, &session, &entries).await?;
            line_up(tx, book, &session, &entries, &mut outcomes).await?;
            let people: Vec<_> = entries.iter().map(|entry| entry.person).zip(outcomes).collect();
            store::save_outcomes(tx, id, &people).await?;
            let revealed = Revealed { seed: seed.to_vec(), entries_digest, drawn_at: tx.now() };
            store::save_revealed(tx, id, &revealed).await
        })
        .await
}

/// The entries in the order of the draw, and the digest of their tickets.
fn in_order(seed: &[u8; 32], mut entries: Vec<DrawEntry>) -> (Vec<u8>, Vec<DrawEntry>) {
    let tickets: Vec<Uuid> = entries.iter().map(|entry| entry.ticket.uuid()).collect();
    let drawn = draw(seed, &tickets);
    let places: std::collections::BTreeMap<_, _> = drawn.order.into_iter().zip(0..).collect();
    entries.sort_by_key(|entry| places.get(&entry.ticket.uuid()).copied().unwrap_or(usize::MAX));
    (drawn.entries_digest.to_vec(), entries)
}

/// Gives the places of a session, the earliest first, to those whose turn it is, and puts what is
/// left on offer. Whoever may not have one is passed over.
async fn give_places(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    session: &Session,
    entries: &[DrawEntry],
) -> Result<Vec<DrawOutcome>, Error> {
    let mut slots =
        store::slots_of(tx, session.id.city(), &[session.id.uuid()], Channel::App).await?;
    let slots = slots.remove(&session.id).unwrap_or_default();
    let places: Vec<_> = slots.iter().map(|slot| (slot.id.uuid(), Channel::App)).collect();
    store::lock_places(tx, session.id.city(), &places).await?;
    store::release_places(tx, session.id).await?;
    let mut outcomes = vec![DrawOutcome::None; entries.len()];
    let Some(first) = entries.first().filter(|_| is_on(session, tx.now())) else {
        return Ok(outcomes);
    };
    let rule: Rule<WaitlistRule> = book.rule(tx, session.rules.waitlist).await?;
    let until = rule.params.offer_until(tx.now(), session.closes_at);
    let wanted: Vec<Wish> = slots.iter().map(|slot| wish(slot, first, until)).collect();
    let mut desk = Desk::open(tx, book, session.id.city(), &wanted).await?;
    let mut turns = entries.iter().zip(&mut outcomes);
    loop {
        let free: i16 = wanted.iter().map(|wish| desk.free(wish).max(0)).sum();
        let batch: Vec<_> = turns.by_ref().take(usize::try_from(free).unwrap_or(0)).collect();
        let Some(slot) = slots.first().filter(|_| !batch.is_empty()) else { break };
        let people: Vec<Wish> = batch.iter().map(|(entry, _)| wish(slot, entry, until)).collect();
        desk.know(tx, &people.iter().collect::<Vec<_>>()).await?;
        for (entry, outcome) in batch {
            *outcome = give_one(&mut desk, &slots, entry, until)?;
        }
    }
    desk.write(tx).await?;
    Ok(outcomes)
}

fn is_on(session: &Session, now: DateTime<Utc>) -> bool {
    session.stopped.is_none() && now < session.closes_at
}

fn wish(slot: &Slot, entry: &DrawEntry, until: DateTime<Utc>) -> Wish {
    Wish {
        slot: slot.id,
        channel: Channel::App,
        person: entry.person,
        account: Some(entry.account),
        origin: Origin::Draw,
        held_until: Some(until),
        instead_of: None,
        to_confirm: false,
    }
}

/// The earliest place that somebody can have.
fn give_one(
    desk: &mut Desk,
    slots: &[Slot],
    entry: &DrawEntry,
    until: DateTime<Utc>,
) -> Result<DrawOutcome, Error> {
    let mut outcome = DrawOutcome::None;
    for slot in slots {
        let wish = wish(slot, entry, until);
        if desk.at_the_door(&wish).is_err() {
            continue;
        }
        match desk.give(&wish) {
            Ok(_) => return Ok(DrawOutcome::Place),
            // Another hour may suit: this one may be taken by something else of theirs.
            Err(error) if is_refusal(&error) => outcome = DrawOutcome::Refused,
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Those who were not reached wait, in the order of the draw, as many as the waitlist has room for.
async fn line_up(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    session: &Session,
    entries: &[DrawEntry],
    outcomes: &mut [DrawOutcome],
) -> Result<(), Error> {
    let rule: Rule<WaitlistRule> = book.rule(tx, session.rules.waitlist).await?;
    let city = citygate_catalogue::city(tx, session.id.city()).await?;
    let closes_at = closes_at(tx, &rule.params, session, &city).await?;
    if !is_on(session, tx.now()) || tx.now() >= closes_at {
        return Ok(());
    }
    let (clock, mut turns) = (Clock::manual(tx.now()), Vec::new());
    let room = usize::try_from(rule.params.max_length).unwrap_or(usize::MAX);
    let ranked = entries.iter().zip(outcomes).zip(1..);
    let left = ranked.filter(|((_, outcome), _)| **outcome == DrawOutcome::None);
    for ((entry, outcome), rank) in left.take(room) {
        *outcome = DrawOutcome::Waiting;
        turns.push(WaitlistEntry {
            id: WaitlistEntryId::new(session.id.city(), &clock),
            session: session.id,
            person: entry.person,
            account: entry.account,
            rank: Some(rank),
            state: WaitlistState::Waiting,
            appointment: None,
        });
    }
    if !turns.is_empty() {
        store::insert_entries(tx, &turns).await?;
        CLOSE_WAITLIST.enqueue_at(tx, &CloseWaitlist { session: session.id }, closes_at).await?;
    }
    Ok(())
}

/// A draw as everybody sees it.
pub(crate) struct DrawView {
    pub draw: Draw,
    pub draws_at: Option<DateTime<Utc>>,
    pub entries: i64,
    /// In their order; empty until they are drawn.
    pub tickets: Vec<TicketId>,
}

/// The draw for the places of a session.
pub(crate) async fn draw_of(cx: &Cx, id: SessionId) -> Result<DrawView, Error> {
    cx.db
        .tx("booking.get_draw", async |tx| {
            let session = store::session(tx, id).await?.ok_or(Error::SessionUnknown)?;
            let draw = store::draw(tx, id).await?.ok_or(DrawError::Unknown)?;
            let tickets: Vec<_> = match draw.revealed {
                Some(_) => store::draw_entries(tx, id).await?,
                None => Vec::new(),
            }
            .into_iter()
            .map(|entry| entry.ticket)
            .collect();
            let entries = match draw.revealed {
                Some(_) => i64::try_from(tickets.len()).unwrap_or(i64::MAX),
                None => store::count_draw_entries(tx, id).await?,
            };
            Ok(DrawView { draw, draws_at: session.draws_at, entries, tickets })
        })
        .await
}

/// The newest entries of a person.
pub(crate) async fn draw_entries_of(cx: &Cx, person: PersonId) -> Result<Vec<DrawEntry>, Error> {
    cx.db
        .tx("booking.list_draw_entries", async |tx| store::draw_entries_of_person(tx, person).await)
        .await
}
