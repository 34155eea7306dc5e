//! The desk at which claims to places of one city are decided: places and people locked, what is to
//! be known of them read, then everything written at once.
//!
//! Locks are taken in the order of every writer: places, people, then bills. Whoever holds the lock
//! of a place is the only one who gives it away, and whoever holds that of a person is the only one
//! who books for them, so what is counted here stays true until COMMIT.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::{City, Rule, RuleBook};
use citygate_identity::{AccountId, PersonId};
use citygate_kernel::{CityCode, Clock};
use citygate_payments::{BillId, NewBill, Terms as BillTerms, issue_bills};
use citygate_platform::db::Tx;

use super::{ISSUER, holidays::calendar_for};
use crate::{
    error::Error,
    events::{self, AppointmentChanged},
    model::{
        Allocation, Appointment, AppointmentId, AppointmentState, Channel, Claims, Origin, Session,
        SessionId, SlotId,
    },
    rules::{
        cutoff::Cutoff,
        hold::HoldRule,
        quota::{self, QuotaRule, Taken},
        strike::{self, StrikeRule},
    },
    store::{self, Place, Standing},
};

/// A place that somebody wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// Where.
    pub slot: SlotId,
    /// Through which channel.
    pub channel: Channel,
    /// For whom.
    pub person: PersonId,
    /// From which account.
    pub account: Option<AccountId>,
    /// How they come to it.
    pub origin: Origin,
    /// Until when it is held for its fee, where the session's own rule does not say.
    pub held_until: Option<DateTime<Utc>>,
    /// An appointment of theirs that it takes the place of, which does not count against them.
    pub instead_of: Option<AppointmentId>,
    /// Whether it is held, without a bill, until whoever asks confirms it.
    pub to_confirm: bool,
}

/// A session and the rules that it was opened under.
#[derive(Clone)]
pub(crate) struct Conditions {
    pub session: Session,
    pub quota: Rule<QuotaRule>,
    pub hold: HoldRule,
    pub cancel: Rule<Cutoff>,
    /// What the days of `cancel` are counted by.
    pub holidays: HolidayCalendar,
    pub strike: Rule<StrikeRule>,
}

impl Conditions {
    pub(crate) async fn read(
        tx: &mut Tx<'_>,
        book: &RuleBook,
        session: Session,
    ) -> Result<Self, Error> {
        let rules = session.rules;
        let hold: Rule<HoldRule> = book.rule(tx, rules.hold).await?;
        let cancel: Rule<Cutoff> = book.rule(tx, rules.cancel).await?;
        Ok(Self {
            quota: book.rule(tx, rules.quota).await?,
            hold: hold.params,
            holidays: calendar_for(tx, cancel.params).await?,
            cancel,
            strike: book.rule(tx, rules.strike).await?,
            session,
        })
    }

    /// Until when an appointment of the session can be given up.
    pub(crate) fn cancel_until(&self, starts_at: DateTime<Utc>, city: &City) -> DateTime<Utc> {
        self.cancel.params.before(starts_at, city, &self.holidays)
    }
}

/// What was decided at a desk.
pub(crate) struct Desk {
    pub city: City,
    now: DateTime<Utc>,
    places: BTreeMap<(SlotId, Channel), Place>,
    conditions: BTreeMap<SessionId, Conditions>,
    /// The days that quotas of a service reach over.
    spans: BTreeMap<String, (NaiveDate, NaiveDate)>,
    standings: BTreeMap<(String, PersonId), Standing>,
    given: BTreeSet<(SlotId, Channel)>,
    made: Vec<Appointment>,
    bills: Vec<NewBill>,
}

impl Desk {
    /// Locks the places that are wanted, all of one city. [`Error::SlotUnknown`] where there are
    /// none of them.
    pub(crate) async fn open(
        tx: &mut Tx<'_>,
        book: &RuleBook,
        city: CityCode,
        wishes: &[Wish],
    ) -> Result<Self, Error> {
        let wanted: Vec<_> = wishes.iter().map(|wish| (wish.slot.uuid(), wish.channel)).collect();
        let places = store::lock_places(tx, city, &wanted).await?;
        // Whoever makes up a slot may make up its city.
        if places.is_empty() && !wanted.is_empty() {
            return Err(Error::SlotUnknown);
        }
        let of: BTreeSet<_> = places.iter().map(|place| place.session.uuid()).collect();
        let of: Vec<_> = of.into_iter().collect();
        let mut conditions = BTreeMap::new();
        for session in store::sessions_by_id(tx, city, &of).await? {
            conditions.insert(session.id, Conditions::read(tx, book, session).await?);
        }
        Ok(Self {
            city: citygate_catalogue::city(tx, city).await?,
            now: tx.now(),
            places: places.into_iter().map(|place| ((place.slot, place.channel), place)).collect(),
            spans: spans(conditions.values()),
            conditions,
            standings: BTreeMap::new(),
            given: BTreeSet::new(),
            made: Vec::new(),
            bills: Vec::new(),
        })
    }

    /// The session that a slot of the desk belongs to.
    pub(crate) fn conditions(&self, wish: &Wish) -> Option<&Conditions> {
        self.conditions.get(&self.places.get(&(wish.slot, wish.channel))?.session)
    }

    /// How many places of a slot are left.
    pub(crate) fn free(&self, wish: &Wish) -> i16 {
        self.places.get(&(wish.slot, wish.channel)).map_or(0, Place::free)
    }

    /// What can be said without knowing who asks: nobody is locked for it, and nothing written.
    pub(crate) fn at_the_door(&self, wish: &Wish) -> Result<(&Place, &Conditions), Error> {
        let place = self.places.get(&(wish.slot, wish.channel)).ok_or(Error::SlotUnknown)?;
        let conditions = self.conditions.get(&place.session).ok_or(Error::Damaged("session"))?;
        let session = &conditions.session;
        if !may_claim(wish, session) {
            return Err(Error::SlotUnknown);
        }
        if session.stopped.is_some() {
            return Err(Error::SessionStopped);
        }
        let waits = matches!(wish.origin, Origin::Claim | Origin::Service);
        if self.now < session.releases_at && waits {
            return Err(Error::NotReleased { at: session.releases_at });
        }
        if self.now >= session.closes_at || self.now >= place.starts_at {
            return Err(Error::SessionClosed);
        }
        let undrawn = session.allocation == Allocation::Draw
            && session.draws_at.is_some_and(|at| self.now < at);
        if undrawn && wish.origin == Origin::Claim {
            return Err(Error::DrawnLater { at: session.draws_at.unwrap_or(self.now) });
        }
        if place.free() <= 0 {
            return Err(Error::SoldOut);
        }
        Ok((place, conditions))
    }

    /// Locks people, and reads what counts against them.
    pub(crate) async fn know(&mut self, tx: &mut Tx<'_>, wishes: &[&Wish]) -> Result<(), Error> {
        let mut unknown: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
        let instead_of = wishes.iter().find_map(|wish| wish.instead_of);
        for wish in wishes {
            let Some(conditions) = self.conditions(wish) else { continue };
            let service = conditions.session.service.clone();
            if !self.standings.contains_key(&(service.clone(), wish.person)) {
                unknown.entry(service).or_default().insert(wish.person);
            }
        }
        let city = self.city.code;
        let everybody: BTreeSet<PersonId> = unknown.values().flatten().copied().collect();
        if everybody.is_empty() {
            return Ok(());
        }
        store::lock_bookers(tx, city, &everybody.into_iter().collect::<Vec<_>>()).await?;
        for (service, people) in unknown {
            let people: Vec<PersonId> = people.into_iter().collect();
            let span = *self.spans.get(&service).ok_or(Error::Damaged("service"))?;
            let of = (city, service.as_str());
            let mut found = store::standing(tx, of, &people, span, instead_of).await?;
            let today = self.city.date(self.now);
            let strikes = store::standing_strikes(tx, of, &people, today).await?;
            store::add_strikes(&mut found, strikes);
            for person in people {
                let standing = found.remove(&person).unwrap_or_default();
                self.standings.insert((service.clone(), person), standing);
            }
        }
        Ok(())
    }

    /// Gives a place to somebody who is known. A refusal leaves everything as it was.
    pub(crate) fn give(&mut self, wish: &Wish) -> Result<Appointment, Error> {
        let (place, conditions) = self.at_the_door(wish)?;
        let wanted = self.admit(wish, place, conditions)?;
        let appointment = self.appointment(wish, place, conditions);
        let bill = bill(&appointment, &conditions.session, &self.city);
        let known = (conditions.session.service.clone(), wish.person);
        self.bills.extend(bill);
        if let Some(standing) = self.standings.get_mut(&known) {
            standing.taken.push(wanted);
        }
        if let Some(place) = self.places.get_mut(&(wish.slot, wish.channel)) {
            place.taken += 1;
        }
        self.given.insert((wish.slot, wish.channel));
        self.made.push(appointment.clone());
        Ok(appointment)
    }

    /// Whether somebody may have a place by what counts against them.
    pub(crate) fn admit(
        &self,
        wish: &Wish,
        place: &Place,
        conditions: &Conditions,
    ) -> Result<Taken, Error> {
        let session = &conditions.session;
        let standing = self.standings.get(&(session.service.clone(), wish.person));
        let standing = standing.ok_or(Error::Damaged("standing"))?;
        let today = self.city.date(self.now);
        if let Some(until) =
            strike::blocked_until(&conditions.strike.params, &standing.strikes, today)
        {
            return Err(Error::Blocked { until, citation: conditions.strike.citation.clone() });
        }
        let wanted = Taken {
            agency: session.agency,
            unit: session.unit,
            session: session.id,
            on: session.on,
            part: session.part,
            starts_at: place.starts_at,
            ends_at: place.ends_at,
        };
        let citation = || conditions.quota.citation.clone();
        quota::check(&conditions.quota.params, &standing.taken, &wanted)
            .map_err(|refusal| Error::QuotaReached { refusal, citation: citation() })?;
        Ok(wanted)
    }

    fn appointment(&self, wish: &Wish, place: &Place, conditions: &Conditions) -> Appointment {
        let (session, city) = (&conditions.session, self.city.code);
        let clock = Clock::manual(self.now);
        let until = wish.held_until.map(|until| until.min(session.closes_at));
        let until = until.unwrap_or_else(|| conditions.hold.until(self.now, session.closes_at));
        let fee = session.fee.minor() > 0 && pays_here(place.channel);
        let held = fee || wish.to_confirm;
        Appointment {
            id: AppointmentId::new(city, &clock),
            agency: session.agency,
            service: session.service.clone(),
            session: session.id,
            slot: place.slot,
            channel: place.channel,
            unit: session.unit,
            person: wish.person,
            account: wish.account,
            on: session.on,
            starts_at: place.starts_at,
            ends_at: place.ends_at,
            origin: wish.origin,
            state: if held { AppointmentState::Held } else { AppointmentState::Booked },
            bill: fee.then(|| BillId::new(city, &clock)),
            held_until: held.then_some(until),
            cancelled_by: None,
            cancel_reason: None,
        }
    }

    /// Writes everything that was decided: places, appointments, bills, news.
    pub(crate) async fn write(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if self.made.is_empty() {
            return Ok(());
        }
        let places: Vec<&Place> =
            self.given.iter().filter_map(|place| self.places.get(place)).collect();
        store::save_places(tx, self.city.code, &places).await?;
        store::insert_appointments(tx, self.city.code, &self.made).await?;
        for issued in issue_bills(tx, &self.bills).await? {
            issued?;
        }
        let news: Vec<_> = self.made.iter().map(AppointmentChanged::of).collect();
        events::tell(tx, &news).await
    }
}

/// Whether whoever wishes is the one who claims the places of the app, or comes another way.
fn may_claim(wish: &Wish, session: &Session) -> bool {
    match session.claims {
        Claims::Open => wish.origin != Origin::Service,
        Claims::Service => wish.origin == Origin::Service || wish.channel != Channel::App,
    }
}

/// Whether a fee is paid in the app before a place is confirmed. A counter collects it itself, and
/// whoever is referred pays there as well: they need not have an account that a bill could reach.
fn pays_here(channel: Channel) -> bool {
    match channel {
        Channel::App => true,
        Channel::Onsite | Channel::Partner => false,
    }
}

/// From which day to which the appointments of somebody have to be known, for each service.
fn spans<'c>(
    conditions: impl Iterator<Item = &'c Conditions>,
) -> BTreeMap<String, (NaiveDate, NaiveDate)> {
    let mut spans = BTreeMap::new();
    for Conditions { session, quota, .. } in conditions {
        let (from, to) = quota::days(&quota.params, session.on);
        let span = spans.entry(session.service.clone()).or_insert((from, to));
        *span = (span.0.min(from), span.1.max(to));
    }
    spans
}

/// The bill of an appointment that is held for its fee.
fn bill(appointment: &Appointment, session: &Session, city: &City) -> Option<NewBill> {
    let (id, until) = (appointment.bill?, appointment.held_until?);
    Some(NewBill {
        id,
        agency: session.agency,
        issuer: ISSUER,
        external_no: appointment.id.to_string(),
        debtor: appointment.person,
        subject: session.title.clone(),
        amount: session.fee,
        due_on: city.date(until),
        surcharge: None,
        terms: BillTerms { expires_at: Some(until), ..BillTerms::default() },
    })
}
