//! Opening sessions.

use aws_lc_rs::digest;
use chrono::NaiveDate;
use citygate_catalogue::{Rule, RuleId, rule_of};
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{draw::open_draw, holidays::calendar_for};
use crate::{
    error::Error,
    model::{Allocation, Claims, NewSession, Session, SessionId, SessionRules},
    rules::{
        Subject,
        cutoff::Cutoff,
        giveback::GivebackRule,
        hold::HoldRule,
        quota::QuotaRule,
        release::{DrawRule, ReleaseRule},
        session::check,
        strike::StrikeRule,
        waitlist::WaitlistRule,
    },
    store,
};

/// Opens a session under the rules of its service, as they are in force for its agency today.
/// Opening it again with the same content changes nothing and says so; a session of other content
/// under the same number is refused.
pub async fn open_session(
    cx: &Cx,
    tx: &mut Tx<'_>,
    new: &NewSession,
) -> Result<(Session, bool), Error> {
    check(new)?;
    let digest = content_digest(new);
    if let Some(known) = known(tx, new, &digest).await? {
        return Ok((known, false));
    }
    let session = under_rules(tx, new).await?;
    if !store::insert_session(tx, &session, &digest).await? {
        // Of two that open it at once, one was faster.
        let known = known(tx, new, &digest).await?.ok_or(Error::SessionUnknown)?;
        return Ok((known, false));
    }
    let drawn = session.allocation == Allocation::Draw;
    store::insert_slots(tx, session.id, &new.slots, drawn).await?;
    if drawn {
        open_draw(cx, tx, &session).await?;
    }
    Ok((session, true))
}

async fn known(tx: &mut Tx<'_>, new: &NewSession, digest: &[u8]) -> Result<Option<Session>, Error> {
    match store::session_by_no(tx, new.agency, new.service, &new.external_no).await? {
        Some((session, stored)) if stored == digest => Ok(Some(session)),
        Some(_) => Err(Error::SessionDiffers),
        None => Ok(None),
    }
}

/// The session with the instants that follow from the rules.
async fn under_rules(tx: &mut Tx<'_>, new: &NewSession) -> Result<Session, Error> {
    let (Some(first), Some(last)) = (new.slots.first(), new.slots.last()) else {
        return Err(Error::SlotsUnsound("a session has a slot"));
    };
    let city = citygate_catalogue::city(tx, new.agency.city()).await?;
    let today = city.date(tx.now());
    let release: Rule<ReleaseRule> = rule(tx, new, Subject::Release, today).await?;
    let close: Rule<Cutoff> = rule(tx, new, Subject::Close, today).await?;
    let releases_at = release.params.releases_at(new.on, &city);
    let draws_at = match new.allocation {
        Allocation::FirstCome => None,
        Allocation::Draw => {
            let draw: Rule<DrawRule> = rule(tx, new, Subject::Draw, today).await?;
            Some(draw.params.draws_at(releases_at.max(tx.now())))
        }
    };
    // The last slot can be had for longest; each slot ends by itself when it begins.
    let holidays = calendar_for(tx, close.params).await?;
    let closes_at = close.params.before(last.starts_at, &city, &holidays);
    if draws_at.is_some_and(|at| at >= closes_at) {
        return Err(Error::SlotsUnsound("lots would be drawn after the session has closed"));
    }
    Ok(Session {
        id: SessionId::new(city.code, &Clock::manual(tx.now())),
        agency: new.agency,
        service: new.service.to_owned(),
        external_no: new.external_no.clone(),
        unit: new.unit,
        provider: new.provider,
        grade: new.grade.clone(),
        title: new.title.clone(),
        place: new.place.clone(),
        on: new.on,
        part: new.part,
        starts_at: first.starts_at,
        ends_at: last.ends_at,
        fee: new.fee,
        allocation: new.allocation,
        claims: new.claims,
        releases_at,
        closes_at,
        draws_at,
        rules: SessionRules {
            quota: version::<QuotaRule>(tx, new, Subject::Quota, today).await?,
            hold: version::<HoldRule>(tx, new, Subject::Hold, today).await?,
            cancel: version::<Cutoff>(tx, new, Subject::Cancel, today).await?,
            giveback: version::<GivebackRule>(tx, new, Subject::Giveback, today).await?,
            waitlist: version::<WaitlistRule>(tx, new, Subject::Waitlist, today).await?,
            strike: version::<StrikeRule>(tx, new, Subject::Strike, today).await?,
        },
        stopped: None,
    })
}

async fn rule<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    new: &NewSession,
    subject: Subject,
    today: NaiveDate,
) -> Result<Rule<P>, Error> {
    Ok(rule_of(tx, &subject.key(new.service), new.agency, today).await?)
}

/// The version in force, which this program can read.
async fn version<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    new: &NewSession,
    subject: Subject,
    today: NaiveDate,
) -> Result<RuleId, Error> {
    Ok(rule::<P>(tx, new, subject, today).await?.id)
}

/// SHA-256 over what makes two sessions the same.
fn content_digest(new: &NewSession) -> Vec<u8> {
    let slots: Vec<_> =
        new.slots.iter().map(|slot| json!([slot.starts_at, slot.ends_at, slot.places])).collect();
    let mut content = vec![
        json!(new.unit),
        json!(new.provider),
        json!(new.grade),
        json!(new.title.en),
        json!(new.title.zh),
        json!(new.place.en),
        json!(new.place.zh),
        json!(new.on),
        json!(new.part),
        json!(slots),
        json!(new.fee),
        json!(new.allocation),
    ];
    // Sessions were opened before there was a choice: theirs stay the same.
    if new.claims != Claims::Open {
        content.push(json!(new.claims));
    }
    let content = Value::Array(content).to_string();
    digest::digest(&digest::SHA256, content.as_bytes()).as_ref().to_vec()
}
