//! How a hospital receives people.

use chrono::{NaiveDate, TimeDelta};
use citygate_booking::allocation_counts;
use citygate_catalogue::{AgencyId, Rule, rule_of};
use citygate_platform::Cx;

use super::{SERVICE, hospital::visible};
use crate::{
    error::{DirectoryError, Error},
    rules::{self, STATISTICS, Statistics, StatisticsRule},
    store,
};

/// The statistics of a period, and by which rule they are published.
#[derive(Debug)]
pub(crate) struct Report {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub statistics: Statistics,
    pub rule: Rule<StatisticsRule>,
}

/// The statistics of a hospital for some days, the last thirty if nobody says.
pub(crate) async fn statistics(
    cx: &Cx,
    hospital: AgencyId,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Report, Error> {
    cx.db
        .tx("hospital.statistics", async |tx| {
            visible(tx, hospital).await?;
            let today = citygate_catalogue::city(tx, hospital.city()).await?.date(tx.now());
            let rule: Rule<StatisticsRule> = rule_of(tx, STATISTICS, hospital, today).await?;
            let to = to.unwrap_or(today);
            let from = from.or_else(|| to.checked_sub_signed(TimeDelta::days(29))).unwrap_or(to);
            if !(0..rule.params.max_days).contains(&(to - from).num_days()) {
                return Err(DirectoryError::PeriodOutOfRange.into());
            }
            let counts = allocation_counts(tx, hospital, SERVICE, from, to).await?;
            let in_time = rule.params.seen_within_minutes * 60;
            let waits = store::waits(tx, hospital, (from, to), in_time).await?;
            let statistics = rules::statistics(&rule.params, &counts, waits);
            Ok(Report { from, to, statistics, rule })
        })
        .await
}
