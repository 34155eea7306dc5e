//! What is counted, and what is told of it.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, City};
use citygate_kernel::{CityCode, Month, Text};
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};

use crate::{
    error::Error,
    model::{Measure, Service, UsageItem},
    rules::{self, Share, share, shown},
    service::ItemNames,
    store,
};

/// Rows of one counter.
const SHARDS: u64 = 16;
/// The longest list that is published.
const LONGEST: usize = 500;
/// Ten years of them.
const MONTHS: usize = 120;

/// Counts one, in the transaction of what is counted. Nothing says who it was.
///
/// Its row is locked until the end of the transaction, so this comes last in it.
pub async fn count(
    cx: &Cx,
    tx: &mut Tx<'_>,
    service: Service<'_>,
    measure: Measure,
) -> Result<(), DbError> {
    let city = citygate_catalogue::city(tx, service.agency.city()).await;
    let city = city.map_err(|error| match error {
        citygate_catalogue::Error::Db(error) => error,
        other => DbError::Faulty(other.to_string()),
    })?;
    let month = Month::of(city.date(tx.now()));
    store::count(tx, service, (month, measure, shard(cx, tx))).await
}

/// One of sixteen: the same for all of a transaction, so that two of them lock in the same order.
fn shard(cx: &Cx, tx: &Tx<'_>) -> i16 {
    let mut hasher = DefaultHasher::new();
    (&cx.request_id, tx.now()).hash(&mut hasher);
    i16::try_from(hasher.finish() % SHARDS).unwrap_or_default()
}

/// Up to when everything is counted: what was counted at the end of a month is written a few seconds
/// later, and a month that is published does not change.
fn settled(tx: &Tx<'_>) -> DateTime<Utc> {
    tx.now() - TimeDelta::minutes(1)
}

/// The last month of a city that is published.
pub async fn last_month(tx: &mut Tx<'_>, city: CityCode) -> Result<Month, Error> {
    let city = citygate_catalogue::city(tx, city).await?;
    Ok(rules::last_over(city.date(settled(tx))))
}

/// How often the services of a city were used in a month that is over, the most used first, as far as
/// that is public. Nothing of a month that is not over.
pub async fn ranking(
    tx: &mut Tx<'_>,
    city: CityCode,
    month: Month,
) -> Result<Vec<(String, i64)>, Error> {
    if month > last_month(tx, city).await? {
        return Ok(Vec::new());
    }
    let mut shown = shown(store::of_city(tx, city, month).await?);
    shown.truncate(LONGEST);
    Ok(shown)
}

/// A ranking, with what each is called. What has no name is called by its code.
pub(crate) struct RankingView<K> {
    pub month: Month,
    pub about: Text,
    pub rows: Vec<(K, Text, i64)>,
}

fn published(month: Option<Month>, last: Month) -> Result<Month, Error> {
    match month {
        Some(month) if month > last => Err(Error::MonthUnpublished { last: last.to_string() }),
        Some(month) => Ok(month),
        None => Ok(last),
    }
}

/// The services of a city by how often they were used.
pub(crate) async fn ranking_of_city(
    cx: &Cx,
    names: ItemNames,
    code: CityCode,
    month: Option<Month>,
) -> Result<RankingView<String>, Error> {
    cx.db
        .read("usage.get_ranking", async |tx| {
            let city = citygate_catalogue::city(tx, code).await?;
            let month = published(month, rules::last_over(city.date(settled(tx))))?;
            let ranked = ranking(tx, code, month).await?;
            let items: Vec<String> = ranked.iter().map(|(item, _)| item.clone()).collect();
            let names = names(tx, items).await?;
            let named = |(item, times): (String, i64)| {
                let name = names.get(&item).cloned();
                let name = name.unwrap_or_else(|| Text::new(&item, &item));
                (item, name, times)
            };
            let rows = ranked.into_iter().map(named).collect();
            Ok(RankingView { month, about: city.name, rows })
        })
        .await
}

/// The cities by how often a service was used in them. Those where systems are tried out are none.
pub(crate) async fn cities_of_item(
    cx: &Cx,
    names: ItemNames,
    item: &UsageItem,
    month: Option<Month>,
) -> Result<RankingView<CityCode>, Error> {
    cx.db
        .read("usage.get_cities", async |tx| {
            let cities = citygate_catalogue::cities(tx).await?;
            let month = published(month, rules::last_over(today_everywhere(&cities, tx)))?;
            let counted = store::of_item(tx, item.as_str(), month).await?;
            let known: BTreeMap<CityCode, Text> = cities
                .into_iter()
                .filter(|city| !city.sandbox)
                .map(|city| (city.code, city.name))
                .collect();
            let named = |(code, times): (CityCode, i64)| {
                known.get(&code).map(|name| (code, name.clone(), times))
            };
            let rows = shown(counted).into_iter().filter_map(named).take(LONGEST).collect();
            let about = names(tx, vec![item.as_str().to_owned()]).await?.into_values().next();
            let about = about.unwrap_or_else(|| Text::new(item.as_str(), item.as_str()));
            Ok(RankingView { month, about, rows })
        })
        .await
}

/// The day that has begun everywhere.
fn today_everywhere(cities: &[City], tx: &Tx<'_>) -> NaiveDate {
    let days = cities.iter().map(|city| city.date(settled(tx)));
    days.min().unwrap_or_else(|| settled(tx).date_naive())
}

/// How an agency answered in a month.
pub(crate) struct Scorecard {
    pub agency: Agency,
    pub answered: i64,
    pub on_time: Option<Share>,
    pub refused: Option<Share>,
    pub supplemented: Option<Share>,
}

/// The scorecards of a city, whoever answered most first.
pub(crate) async fn scorecards(
    cx: &Cx,
    code: CityCode,
    month: Option<Month>,
) -> Result<(Month, Vec<Scorecard>), Error> {
    cx.db
        .read("usage.get_scorecards", async |tx| {
            let city = citygate_catalogue::city(tx, code).await?;
            let month = published(month, rules::last_scored(city.date(settled(tx))))?;
            let mut tallies: BTreeMap<AgencyId, Tally> = BTreeMap::new();
            for (agency, measure, times) in store::answers_of_city(tx, code, month).await? {
                tallies.entry(agency).or_default().add(measure, times);
            }
            let answered = tallies.iter().map(|(agency, tally)| (*agency, tally.answered()));
            let mut listed = shown(answered);
            listed.truncate(LONGEST);
            let ids: Vec<AgencyId> = listed.iter().map(|(agency, _)| *agency).collect();
            let mut agencies = citygate_catalogue::agencies(tx, &ids).await?;
            let card = |(id, answered): (AgencyId, i64)| {
                let (agency, tally) = (agencies.remove(&id)?, tallies.get(&id)?);
                Some(Scorecard {
                    agency,
                    answered,
                    on_time: share(tally.in_time, answered),
                    refused: share(tally.refused, answered),
                    supplemented: share(tally.supplemented, answered),
                })
            };
            Ok((month, listed.into_iter().filter_map(card).collect()))
        })
        .await
}

/// What was counted of a service.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub used: i64,
    pub in_time: i64,
    pub late: i64,
    pub refused: i64,
    pub supplemented: i64,
}

impl Tally {
    fn add(&mut self, measure: Measure, times: i64) {
        let counter = match measure {
            Measure::Used => &mut self.used,
            Measure::InTime => &mut self.in_time,
            Measure::Late => &mut self.late,
            Measure::Refused => &mut self.refused,
            Measure::Supplemented => &mut self.supplemented,
        };
        *counter = counter.saturating_add(times);
    }

    /// How often it was answered at all.
    fn answered(&self) -> i64 {
        self.in_time.saturating_add(self.late)
    }
}

/// An agency's own figures, with nothing left out; those of the present month, unless another is asked
/// for.
pub(crate) async fn statistics(
    cx: &Cx,
    names: ItemNames,
    agency: AgencyId,
    month: Option<Month>,
) -> Result<(Month, Vec<(String, Text, Tally)>), Error> {
    cx.db
        .read("usage.get_statistics", async |tx| {
            let city = citygate_catalogue::city(tx, agency.city()).await?;
            let month = month.unwrap_or_else(|| Month::of(city.date(tx.now())));
            let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
            for (item, measure, times) in store::of_agency(tx, agency, month).await? {
                tallies.entry(item).or_default().add(measure, times);
            }
            let mut named = names(tx, tallies.keys().cloned().collect()).await?;
            let rows = tallies.into_iter().take(LONGEST).map(|(item, tally)| {
                let name = named.remove(&item).unwrap_or_else(|| Text::new(&item, &item));
                (item, name, tally)
            });
            Ok((month, rows.collect()))
        })
        .await
}

/// The months that are published, the last first, each with whether its scorecards are.
pub(crate) async fn months(cx: &Cx) -> Result<Vec<(Month, bool)>, Error> {
    cx.db
        .read("usage.list_months", async |tx| {
            let cities = citygate_catalogue::cities(tx).await?;
            let today = today_everywhere(&cities, tx);
            let Some(first) = store::first_month(tx).await? else { return Ok(Vec::new()) };
            let scored = rules::last_scored(today);
            let all = std::iter::successors(Some(rules::last_over(today)), |m| Some(m.plus(-1)));
            let published = all.take(MONTHS).take_while(|month| *month >= first);
            Ok(published.map(|month| (month, month <= scored)).collect())
        })
        .await
}
