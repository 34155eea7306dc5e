//! Claiming places, many in one transaction.
//!
//! | step | for the whole batch |
//! |---|---|
//! | 1 | whose session has ended, which requests were answered before; lock the places |
//! | 2 | refuse at the door, without a write, what is sold out, not released or closed |
//! | 3 | lock as many of the others as there are places, in the order of arrival, and count |
//! | 4 | give, or refuse by a fact; while places are left, the next |
//! | 5 | write places, appointments, bills, news, keys and answers |
//!
//! So a rush for fifty places costs fifty writes, however many rush. What a batch has found sold out
//! is known at the door of this process for a moment: until then nobody asks the database again.
//! A refusal at the door is not kept under its key: nothing was begun, and the same request may
//! succeed when a place has come back.

use std::{
    collections::BTreeMap,
    io, slice,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use citygate_catalogue::RuleBook;
use citygate_identity::{RealName, running_sessions, session_ended};
use citygate_kernel::{CityCode, Problem};
use citygate_platform::{
    Cx, Platform,
    db::{Db, DbError, Tx, TxError},
    idempotency::{self, Answer, Claim, Request},
    keys::Keys,
    lane::{Command, LaneSettings, Lanes, Turn},
};
use futures_util::future::try_join;
use tokio::time::Instant;

use super::desk::{Desk, Wish};
use crate::{
    error::Error,
    model::{Channel, Origin, SlotId},
    wire::AppointmentBody,
};

/// How long a slot that was found sold out is not asked about again.
const REMEMBERED: Duration = Duration::from_millis(500);
/// How many slots are remembered at most.
const SLOTS: usize = 10_000;

/// A place that somebody claims.
pub struct ClaimPlace {
    pub(crate) request: Request,
    pub(crate) caller: RealName,
    pub(crate) slot: SlotId,
}

/// The answer; or a refusal that is not kept: the request may be repeated.
pub(super) type Outcome = Result<Answer, Problem>;

impl Command for ClaimPlace {
    type Outcome = Outcome;

    fn claim(&self) -> &Claim {
        &self.request.claim
    }
}

impl ClaimPlace {
    fn wish(&self) -> Wish {
        Wish {
            slot: self.slot,
            channel: Channel::App,
            person: self.caller.person,
            account: Some(self.caller.account),
            origin: Origin::Claim,
            held_until: None,
            instead_of: None,
            to_confirm: false,
        }
    }
}

/// Slots that were sold out a moment ago.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<Mutex<BTreeMap<SlotId, Instant>>>);

impl Door {
    fn is_shut(&self, slot: SlotId) -> bool {
        let shut = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shut.get(&slot).is_some_and(|until| Instant::now() < *until)
    }

    fn shut(&self, slot: SlotId) {
        let now = Instant::now();
        let mut shut = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shut.len() >= SLOTS {
            shut.retain(|_, until| now < *until);
        }
        if shut.len() < SLOTS {
            shut.insert(slot, now + REMEMBERED);
        }
    }
}

/// How claims reach the database: over lanes, or each in a transaction of its own.
#[derive(Clone)]
pub struct ClaimLanes {
    lanes: Option<(Lanes<ClaimPlace>, Door)>,
    book: RuleBook,
}

impl ClaimLanes {
    /// Starts the lanes, if the settings want any.
    pub fn start(platform: &Platform, settings: LaneSettings) -> io::Result<Self> {
        let direct = Self::direct();
        if settings.lanes == 0 {
            return Ok(direct);
        }
        let (door, book) = (Door::default(), direct.book);
        let (platform, at, rules) = (platform.clone(), door.clone(), book.clone());
        let lanes = Lanes::start("booking", settings, move || {
            let (keys, db) = (platform.keys.clone(), platform.db.apart(1));
            let (door, book) = (at.clone(), rules.clone());
            async move |batch: &[ClaimPlace], _: &Turn<'_, ClaimPlace>| {
                claim_together(&keys, &db, &book, &door, batch).await
            }
        });
        Ok(Self { lanes: Some((lanes?, door)), book })
    }

    /// The rules that were read so far.
    pub(crate) fn rules(&self) -> RuleBook {
        self.book.clone()
    }

    /// No lanes, and no memory of what is sold out: each claim asks the database.
    pub fn direct() -> Self {
        Self { lanes: None, book: RuleBook::default() }
    }
}

/// Claims a place, once for each claim.
pub(crate) async fn claim_place(cx: &Cx, lanes: &ClaimLanes, claim: ClaimPlace) -> Outcome {
    match &lanes.lanes {
        Some((_, door)) if door.is_shut(claim.slot) => Err(Error::SoldOut.into()),
        // Those who want one place follow each other; nothing else is known of a claim yet.
        Some((lanes, _)) => lanes.submit(claim.slot, claim).await?,
        None => {
            let batch = slice::from_ref(&claim);
            let mut outcomes =
                claim_together(&cx.keys, &cx.db, &lanes.book, &Door::default(), batch).await?;
            outcomes.pop().ok_or_else(|| Error::Damaged("outcome"))?
        }
    }
}

/// Claims places in one transaction.
pub(super) async fn claim_together(
    keys: &Keys,
    db: &Db,
    book: &RuleBook,
    door: &Door,
    batch: &[ClaimPlace],
) -> Result<Vec<Outcome>, DbError> {
    let claimed =
        db.tx("booking.claim_places", async |tx| claim_all(keys, tx, book, batch).await).await;
    let claimed = claimed.map_err(Error::into_trouble)?;
    for slot in claimed.sold_out {
        door.shut(slot);
    }
    Ok(claimed.outcomes)
}

pub(super) struct Claimed {
    outcomes: Vec<Outcome>,
    sold_out: Vec<SlotId>,
}

pub(super) async fn claim_all(
    keys: &Keys,
    tx: &mut Tx<'_>,
    book: &RuleBook,
    batch: &[ClaimPlace],
) -> Result<Claimed, Error> {
    let mut outcomes: Vec<Option<Outcome>> = early(keys, tx, batch).await?;
    let mut cities: BTreeMap<CityCode, Vec<usize>> = BTreeMap::new();
    for (n, claim) in batch.iter().enumerate().filter(|(n, _)| is_open(&outcomes, *n)) {
        cities.entry(claim.slot.city()).or_default().push(n);
    }
    let mut sold_out = Vec::new();
    for (city, mine) in cities {
        let claims: Vec<&ClaimPlace> = mine.iter().filter_map(|n| batch.get(*n)).collect();
        let decided = claim_in(tx, book, city, &claims, &mut sold_out).await?;
        for (n, outcome) in mine.into_iter().zip(decided) {
            if let Some(place) = outcomes.get_mut(n) {
                *place = Some(outcome);
            }
        }
    }
    let outcomes = outcomes.into_iter().collect::<Option<Vec<_>>>();
    let outcomes = outcomes.ok_or(Error::Damaged("outcome"))?;
    let fresh = batch.iter().zip(&outcomes).filter_map(|(claim, outcome)| {
        let answer = outcome.as_ref().ok().filter(|answer| !answer.replayed)?;
        Some((claim.claim(), answer))
    });
    idempotency::keep(keys, tx, &fresh.collect::<Vec<_>>()).await?;
    Ok(Claimed { outcomes, sold_out })
}

fn is_open(outcomes: &[Option<Outcome>], n: usize) -> bool {
    outcomes.get(n).is_some_and(Option::is_none)
}

/// What is answered without a look at the places.
async fn early(
    keys: &Keys,
    tx: &Tx<'_>,
    batch: &[ClaimPlace],
) -> Result<Vec<Option<Outcome>>, Error> {
    let callers: Vec<RealName> = batch.iter().map(|claim| claim.caller).collect();
    let requests: Vec<&Request> = batch.iter().map(|claim| &claim.request).collect();
    let running = async { Ok::<_, Error>(running_sessions(tx, &callers).await?) };
    let answered = async { Ok(idempotency::answers(keys, tx, &requests).await?) };
    let (running, answered) = try_join(running, answered).await?;
    let early = running.into_iter().zip(answered).map(|(runs, answer)| match answer {
        _ if !runs => Some(Err(session_ended().into())),
        Some(answer) => Some(Ok(answer)),
        None => None,
    });
    Ok(early.collect())
}

/// Decides the claims to places of one city, and writes what was decided.
async fn claim_in(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    city: CityCode,
    claims: &[&ClaimPlace],
    sold_out: &mut Vec<SlotId>,
) -> Result<Vec<Outcome>, Error> {
    let wishes: Vec<Wish> = claims.iter().map(|claim| claim.wish()).collect();
    let mut desk = match Desk::open(tx, book, city, &wishes).await {
        Ok(desk) => desk,
        Err(Error::SlotUnknown) => {
            return Ok(wishes.iter().map(|_| Err(Error::SlotUnknown.into())).collect());
        }
        Err(trouble) => return Err(trouble),
    };
    let mut decided: Vec<Option<Outcome>> = wishes.iter().map(|_| None).collect();
    loop {
        let next = candidates(&desk, &wishes, &decided);
        if next.is_empty() {
            break;
        }
        let people: Vec<&Wish> = next.iter().filter_map(|n| wishes.get(*n)).collect();
        desk.know(tx, &people).await?;
        for n in next {
            if let (Some(wish), Some(claim), Some(place)) =
                (wishes.get(n), claims.get(n), decided.get_mut(n))
            {
                *place = Some(decide(&mut desk, wish, &claim.request)?);
            }
        }
    }
    for (wish, place) in wishes.iter().zip(&mut decided).filter(|(_, place)| place.is_none()) {
        let fact = desk.at_the_door(wish).err().unwrap_or(Error::SoldOut);
        if matches!(fact, Error::SoldOut) {
            sold_out.push(wish.slot);
        }
        *place = Some(Err(fact.into()));
    }
    desk.write(tx).await?;
    decided.into_iter().collect::<Option<_>>().ok_or(Error::Damaged("outcome"))
}

/// Of those not yet decided, as many for each slot as it has places, in the order of arrival.
fn candidates(desk: &Desk, wishes: &[Wish], decided: &[Option<Outcome>]) -> Vec<usize> {
    let mut left: BTreeMap<SlotId, i16> = BTreeMap::new();
    let open = wishes.iter().zip(decided).enumerate().filter(|(_, (_, one))| one.is_none());
    let admitted = open.filter(|(_, (wish, _))| {
        if desk.at_the_door(wish).is_err() {
            return false;
        }
        let left = left.entry(wish.slot).or_insert_with(|| desk.free(wish));
        *left -= 1;
        *left >= 0
    });
    admitted.map(|(n, _)| n).collect()
}

/// Gives one place, or says why not.
fn decide(desk: &mut Desk, wish: &Wish, request: &Request) -> Result<Outcome, Error> {
    let Request { locale, request_id, .. } = request;
    let given = desk.give(wish).and_then(|appointment| {
        let conditions = desk.conditions(wish).ok_or(Error::Damaged("session"))?;
        let body = AppointmentBody::new(&appointment, conditions, &desk.city, *locale);
        Ok(Answer::json(201, &body)?)
    });
    Ok(match given {
        Ok(answer) => Ok(answer),
        Err(error) if error.as_db().is_some() => return Err(error),
        // A fact is an answer to keep; a fault of ours is none, and others go on.
        Err(fact) => Answer::declined(fact.into(), *locale, request_id).map_err(Into::into),
    })
}
