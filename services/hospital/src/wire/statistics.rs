//! How a hospital receives people, as it is published.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_catalogue::RuleId;
use citygate_kernel::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::Report,
    rules::{Outcome, Statistics},
};

/// How a hospital received people in a period. Nobody can be told from it: figures about fewer
/// people than `smallest_cell` are null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalStatistics)]
pub(crate) struct StatisticsBody {
    from: NaiveDate,
    to: NaiveDate,
    /// Appointments of these days that were confirmed, whatever became of them.
    booked: Option<i64>,
    outcomes: OutcomesBody,
    /// Of them, how many came to their place in which way: `claim`, `waitlist`, `draw`, `offer`,
    /// `onsite`. What did not occur is absent.
    #[schema(value_type = BTreeMap<String, Option<i64>>)]
    origins: BTreeMap<&'static str, Option<i64>>,
    /// Null where too few people came.
    waiting: Option<WaitingBody>,
    /// Figures about fewer people than that are null.
    smallest_cell: i64,
    /// Where that is written, in the language of the answer.
    citation: String,
    rule_id: RuleId,
}

/// What became of the appointments that were confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalOutcomes)]
struct OutcomesBody {
    /// Still to come, or there and waiting.
    ahead: Option<i64>,
    seen: Option<i64>,
    no_show: Option<i64>,
    cancelled: Option<i64>,
}

/// How long people waited for their first consultation, from their arrival to their call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalWaiting)]
struct WaitingBody {
    visits: i64,
    within_minutes: i64,
    /// How many of a hundred were called within `within_minutes`.
    #[schema(minimum = 0, maximum = 100)]
    within_percent: i64,
    median_minutes: i64,
    p90_minutes: i64,
}

impl StatisticsBody {
    pub(crate) fn new(report: Report, locale: Locale) -> Self {
        let Report { from, to, statistics, rule } = report;
        let Statistics { booked, outcomes, origins, waiting } = statistics;
        let outcome = |of| outcomes.get(&of).copied().unwrap_or(Some(0));
        Self {
            from,
            to,
            booked,
            outcomes: OutcomesBody {
                ahead: outcome(Outcome::Ahead),
                seen: outcome(Outcome::Seen),
                no_show: outcome(Outcome::NoShow),
                cancelled: outcome(Outcome::Cancelled),
            },
            origins: origins.into_iter().map(|(origin, count)| (origin.code(), count)).collect(),
            waiting: waiting.map(|waiting| WaitingBody {
                visits: waiting.visits,
                within_minutes: rule.params.seen_within_minutes,
                within_percent: waiting.in_time_percent,
                median_minutes: waiting.median_minutes,
                p90_minutes: waiting.p90_minutes,
            }),
            smallest_cell: rule.params.smallest_cell,
            citation: rule.citation.get(locale).to_owned(),
            rule_id: rule.id,
        }
    }
}
