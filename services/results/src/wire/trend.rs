//! Values over time.

use chrono::{DateTime, Utc};
use citygate_kernel::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use super::report::FlagBody;
use crate::{actions::trend::Trend, model::ReportId, rules::trend::Point};

/// How a value has moved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultTrend)]
pub(crate) struct TrendBody {
    /// What was measured.
    name: String,
    /// One for each unit, that of the report first: nothing is converted.
    series: Vec<SeriesBody>,
}

/// The values of one unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultSeries)]
struct SeriesBody {
    unit: String,
    /// Oldest first.
    points: Vec<PointBody>,
}

/// A value at an instant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultPoint)]
struct PointBody {
    report_id: ReportId,
    at: DateTime<Utc>,
    /// A decimal number, to the digit that was reported.
    #[schema(pattern = "^-?[0-9]+(\\.[0-9]+)?$")]
    value: String,
    /// `<`, `<=`, `>=`, `>`: the true value lies beyond it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    comparator: Option<String>,
    /// What was usual then and there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    low: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    high: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = FlagBody)]
    flag: Option<FlagBody>,
}

impl TrendBody {
    pub(crate) fn new(trend: Trend, locale: Locale) -> Self {
        let point = |point: Point| PointBody {
            report_id: point.report,
            at: point.at,
            value: point.value.to_string(),
            comparator: point.comparator,
            low: point.low.map(|low| low.to_string()),
            high: point.high.map(|high| high.to_string()),
            flag: point.flag.map(|flagged| FlagBody::new(flagged, locale)),
        };
        let series = trend.series.into_iter().map(|series| SeriesBody {
            unit: series.unit,
            points: series.points.into_iter().map(point).collect(),
        });
        Self { name: trend.code.display, series: series.collect() }
    }
}
