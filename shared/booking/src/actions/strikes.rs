//! Strikes: written with what shows them, read by whom they are about, annulled where they should
//! not be.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::NaiveDate;
use citygate_catalogue::{Agency, City, Rule, agencies, rule_by_id};
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Clock, Text};
use citygate_platform::{Cx, db::Tx};
use serde_json::Value;
use uuid::Uuid;

use super::objections::{ObjectionView, own_objections};
use crate::{
    error::Error,
    model::{Annulment, Appointment, SessionId, Strike, StrikeId, StrikeKind},
    rules::strike::{self as rules, Counted, StrikeRule},
    store::{self, StruckAt},
};

/// Writes strikes under the rule of the session, one for each who was to come, unless the rule does
/// not count such a thing. The evidence is what was recorded; each reads it, so it names nobody.
/// There is one strike of a kind for somebody's appointment; what was cancelled by the agency is
/// none. Returns those that are new, the first one's first.
pub(crate) async fn strike(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    kind: StrikeKind,
    evidence: &Value,
) -> Result<Vec<StrikeId>, Error> {
    let session = store::session(tx, appointment.session).await?.ok_or(Error::SessionUnknown)?;
    let rule: Rule<StrikeRule> = rule_by_id(tx, session.rules.strike).await?;
    if session.stopped.is_some() || !rule.params.kinds.contains(&kind) {
        return Ok(Vec::new());
    }
    let struck_on = struck_on(tx, appointment, kind).await?;
    let beside = store::companions(tx, appointment.id).await?;
    let beside = beside.into_iter().map(|one| (one.person, Some(one.account)));
    let mut written = Vec::new();
    for (person, account) in [(appointment.person, appointment.account)].into_iter().chain(beside) {
        let strike = Strike {
            id: StrikeId::new(appointment.id.city(), &Clock::manual(tx.now())),
            person,
            account,
            agency: appointment.agency,
            service: appointment.service.clone(),
            appointment: appointment.id,
            kind,
            struck_on,
            expires_on: rule.params.expires_on(struck_on),
            evidence: evidence.clone(),
            rule: rule.id,
            annulled_for: None,
            created_at: tx.now(),
        };
        if store::insert_strike(tx, &strike).await? {
            written.push(strike.id);
        }
    }
    Ok(written)
}

/// The day that a strike is counted by: of the appointment for whoever did not come, and today for
/// whoever gives up.
async fn struck_on(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    kind: StrikeKind,
) -> Result<NaiveDate, Error> {
    match kind {
        StrikeKind::NoShow | StrikeKind::LateCancel => Ok(appointment.on),
        StrikeKind::Cancel => {
            let city = citygate_catalogue::city(tx, appointment.id.city()).await?;
            Ok(city.date(tx.now()))
        }
    }
}

/// Annuls all strikes for appointments of a session, because of what the agency itself has done.
/// Doing it again changes nothing. Returns how many counted until now.
pub async fn annul_for(
    tx: &mut Tx<'_>,
    session: SessionId,
    reason: Annulment,
) -> Result<usize, Error> {
    store::annul_strikes_of(tx, session, reason).await
}

/// Until when somebody cannot book with a service, that day included.
pub(crate) async fn blocked_until(
    tx: &Tx<'_>,
    (city, service): (CityCode, &str),
    person: PersonId,
    today: NaiveDate,
    rule: &StrikeRule,
) -> Result<Option<NaiveDate>, Error> {
    let standing = store::standing_strikes(tx, (city, service), &[person], today).await?;
    let strikes: Vec<_> = standing.into_iter().map(|(_, strike)| strike).collect();
    Ok(rules::blocked_until(rule, &strikes, today))
}

/// A strike with all that whom it is about needs to know.
pub(crate) struct StrikeView {
    pub strike: Strike,
    pub agency: Agency,
    pub at: StruckAt,
    pub city: City,
    pub rule: Rule<StrikeRule>,
    pub objection: Option<ObjectionView>,
    /// In the city.
    pub today: NaiveDate,
}

impl StrikeView {
    /// Whether it counts today.
    pub(crate) fn stands(&self) -> bool {
        self.strike.annulled_for.is_none() && self.today <= self.strike.expires_on
    }

    /// The last day for an objection.
    pub(crate) fn objection_until(&self) -> NaiveDate {
        objection_until(&self.strike, &self.rule.params, &self.city)
    }
}

/// The last day for an objection to a strike.
pub(super) fn objection_until(strike: &Strike, rule: &StrikeRule, city: &City) -> NaiveDate {
    rule.objections_until(city.date(strike.created_at))
}

/// That somebody cannot book with a service of a city.
pub(crate) struct Block {
    pub city: CityCode,
    pub service: String,
    /// The last day.
    pub until: NaiveDate,
    pub citation: Text,
}

/// The newest strikes of a person, and what they come to today.
pub(crate) async fn strikes_of(
    cx: &Cx,
    person: PersonId,
) -> Result<(Vec<StrikeView>, Vec<Block>), Error> {
    cx.db
        .tx("booking.list_strikes", async |tx| {
            let strikes = store::strikes_of_person(tx, person).await?;
            let views = views(cx, tx, strikes).await?;
            let blocks = blocks(&views);
            Ok((views, blocks))
        })
        .await
}

async fn views(cx: &Cx, tx: &mut Tx<'_>, strikes: Vec<Strike>) -> Result<Vec<StrikeView>, Error> {
    let ids: Vec<_> = strikes.iter().map(|strike| strike.agency).collect();
    let (agencies, mut rules) = (agencies(tx, &ids).await?, BTreeMap::new());
    let (mut cities, mut at, mut objections) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut by_city: BTreeMap<CityCode, Vec<&Strike>> = BTreeMap::new();
    for strike in &strikes {
        by_city.entry(strike.id.city()).or_default().push(strike);
        if let Entry::Vacant(place) = rules.entry(strike.rule) {
            place.insert(rule_by_id::<StrikeRule>(tx, strike.rule).await?);
        }
    }
    for (code, strikes) in by_city {
        cities.insert(code, citygate_catalogue::city(tx, code).await?);
        let of: Vec<Uuid> = strikes.iter().map(|strike| strike.appointment.uuid()).collect();
        at.extend(store::struck_at(tx, code, &of).await?);
        let ids: Vec<Uuid> = strikes.iter().map(|strike| strike.id.uuid()).collect();
        objections.extend(own_objections(cx, tx, code, &ids).await?);
    }
    let mut views = Vec::with_capacity(strikes.len());
    for strike in strikes {
        let city = cities.get(&strike.id.city()).cloned().ok_or(Error::Damaged("city"))?;
        views.push(StrikeView {
            agency: agencies.get(&strike.agency).cloned().ok_or(Error::Damaged("agency"))?,
            at: at.remove(&strike.appointment).ok_or(Error::Damaged("appointment"))?,
            rule: rules.get(&strike.rule).cloned().ok_or(Error::Damaged("rule"))?,
            objection: objections.remove(&strike.id),
            today: city.date(tx.now()),
            city,
            strike,
        });
    }
    Ok(views)
}

/// What strikes come to, service by service, by the rule of the newest.
fn blocks(views: &[StrikeView]) -> Vec<Block> {
    let mut services: BTreeMap<(CityCode, &str), Vec<&StrikeView>> = BTreeMap::new();
    for view in views.iter().filter(|view| view.stands()) {
        let service = (view.strike.id.city(), view.strike.service.as_str());
        services.entry(service).or_default().push(view);
    }
    let blocks = services.into_iter().filter_map(|((city, service), views)| {
        let newest = views.first()?;
        let counted =
            |view: &&StrikeView| Counted { kind: view.strike.kind, on: view.strike.struck_on };
        let strikes: Vec<_> = views.iter().map(counted).collect();
        let until = rules::blocked_until(&newest.rule.params, &strikes, newest.today)?;
        let citation = newest.rule.citation.clone();
        Some(Block { city, service: service.to_owned(), until, citation })
    });
    blocks.collect()
}
