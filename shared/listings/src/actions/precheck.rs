//! What somebody is told before they begin, and what differs between two cities.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use citygate_calendar::Deadline;
use citygate_catalogue::{city, holiday_calendar};
use citygate_identity::PersonId;
use citygate_platform::{Cx, db::Tx};

use super::{facts_of, in_force};
use crate::{
    error::Error,
    judge::Facts,
    model::{ListingId, Published},
    precheck::{Said, facts_said},
};

/// How far ahead somebody may ask.
const DAYS_AHEAD: Days = Days::new(366);

/// What is needed to answer somebody who asks.
pub(crate) struct Asked {
    pub published: Published,
    /// What is known of them.
    pub facts: Facts,
    /// The day on which they would begin.
    pub on: NaiveDate,
    /// By when the agency would answer; none where the answer comes at once.
    pub deadline: Option<Deadline>,
    pub time_zone: Tz,
}

/// Answers anybody by what they say of themselves. Nothing of it is kept.
pub(crate) async fn ask(
    cx: &Cx,
    id: ListingId,
    on: Option<NaiveDate>,
    said: Said,
) -> Result<Asked, Error> {
    let mut asked = cx.db.read("listings.precheck", async |tx| begin(tx, id, on).await).await?;
    asked.facts = facts_said(&asked.published.content, said).map_err(Error::FactsUnsuitable)?;
    Ok(asked)
}

/// Answers somebody by what identity knows of them.
pub(crate) async fn ask_for(cx: &Cx, id: ListingId, person: PersonId) -> Result<Asked, Error> {
    cx.db
        .read("listings.precheck_person", async |tx| {
            let mut asked = begin(tx, id, None).await?;
            asked.facts = facts_of(cx, tx, id.city(), person).await?;
            Ok(asked)
        })
        .await
}

async fn begin(tx: &mut Tx<'_>, id: ListingId, on: Option<NaiveDate>) -> Result<Asked, Error> {
    let published = in_force(tx, id).await?;
    let city = city(tx, id.city()).await?;
    let today = city.date(tx.now());
    let last = today.checked_add_days(DAYS_AHEAD).ok_or(Error::DayOutOfRange)?;
    let on = on.unwrap_or(today);
    if !(today..=last).contains(&on) {
        return Err(Error::DayOutOfRange);
    }
    if published.content.effective_to.is_some_and(|to| to < on) {
        return Err(Error::NotInForce);
    }
    let deadline = match &published.content.time_limit {
        None => None,
        Some(limit) => {
            let calendar = holiday_calendar(tx).await?;
            let deadline = Deadline::count(on, limit.period, &[], &calendar);
            Some(deadline.map_err(|_| Error::DayOutOfRange)?)
        }
    };
    let facts = Facts::default();
    Ok(Asked { published, facts, on, deadline, time_zone: city.time_zone })
}

/// Two listings of one item, as they are in force today.
pub(crate) async fn both(
    cx: &Cx,
    here: ListingId,
    there: ListingId,
) -> Result<(Published, Published), Error> {
    cx.db
        .read("listings.difference", async |tx| {
            let (here, there) = (in_force(tx, here).await?, in_force(tx, there).await?);
            let same = here.content.item == there.content.item;
            if same { Ok((here, there)) } else { Err(Error::ItemsDiffer) }
        })
        .await
}
