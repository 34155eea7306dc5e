//! What was measured of one code over time.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::flags::{self, Flagged};
use crate::model::{NewObservation, ObservedValue, ReportId};

/// A value at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub report: ReportId,
    pub at: DateTime<Utc>,
    pub value: Decimal,
    pub comparator: Option<String>,
    /// What was usual where and when it was measured.
    pub low: Option<Decimal>,
    pub high: Option<Decimal>,
    pub flag: Option<Flagged>,
}

/// The values of one unit, oldest first. Values of another unit are never on the same line: nothing
/// is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series {
    pub unit: String,
    pub points: Vec<Point>,
}

/// The series of a person's items of one code: that of `unit` first, then others by their unit.
/// What is no number has no place in a series.
pub(crate) fn series<'a>(
    items: impl Iterator<Item = (ReportId, DateTime<Utc>, &'a NewObservation)>,
    unit: &str,
) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    for (report, at, item) in items {
        let ObservedValue::Quantity { value, comparator, unit } = &item.value else { continue };
        let range = item.range.as_ref();
        let point = Point {
            report,
            at,
            value: *value,
            comparator: comparator.clone(),
            low: range.and_then(|range| range.low),
            high: range.and_then(|range| range.high),
            flag: flags::flag(item),
        };
        match all.iter_mut().find(|series| series.unit == *unit) {
            Some(series) => series.points.push(point),
            None => all.push(Series { unit: unit.clone(), points: vec![point] }),
        }
    }
    for series in &mut all {
        series.points.sort_by_key(|point| point.at);
    }
    all.sort_by(|a, b| (a.unit != unit, &a.unit).cmp(&(b.unit != unit, &b.unit)));
    all
}

#[cfg(test)]
mod tests {
    use citygate_kernel::{CityCode, Clock};

    use super::*;
    use crate::model::{Code, Range, ReportStatus};

    fn item(value: ObservedValue) -> NewObservation {
        NewObservation {
            id: None,
            code: Code { system: String::new(), code: "GLU".into(), display: "Glucose".into() },
            status: ReportStatus::Final,
            value,
            range: Some(Range { low: Some(Decimal::from(4)), high: None, text: None }),
            flags: Vec::new(),
            effective_at: None,
            note: None,
            resource: None,
        }
    }

    fn quantity(value: i64, unit: &str) -> NewObservation {
        item(ObservedValue::Quantity {
            value: Decimal::from(value),
            comparator: None,
            unit: unit.to_owned(),
        })
    }

    #[test]
    fn units_are_never_joined_and_words_are_left_out() {
        let report = ReportId::new(CityCode::HANGZHOU, &Clock::system());
        let items = [
            (3, quantity(5, "mmol/L")),
            (1, quantity(90, "mg/dL")),
            (2, item(ObservedValue::Text("trace".into()))),
            (0, quantity(3, "mmol/L")),
        ];
        let dated = items.iter().map(|(day, item)| {
            (report, DateTime::UNIX_EPOCH + chrono::TimeDelta::days(*day), item)
        });
        let found = series(dated, "mmol/L");
        let values = |series: &Series| -> Vec<i64> {
            series.points.iter().map(|point| point.value.try_into().unwrap()).collect()
        };
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].unit.as_str(), values(&found[0])), ("mmol/L", vec![3, 5]));
        assert_eq!((found[1].unit.as_str(), values(&found[1])), ("mg/dL", vec![90]));
        assert_eq!(found[0].points[0].low, Some(Decimal::from(4)));
    }
}
