//! The length of a period, as a rule row states it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which days a period counts. The same number of days differs by law: 15 days to pay a fine are
/// calendar days, for article 85 of the Administrative Penalty Law makes only 2, 3, 5 and 7 days
/// working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Every day.
    Calendar,
    /// Days that are no rest days; make-up working days count.
    Working,
}

/// What happens when the last day is a rest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// Nothing: the period ends on the rest day.
    None,
    /// The day after the rest days becomes the last day (Civil Code, article 203). Weekends are
    /// rest days, make-up working days are not.
    NextWorkingDay,
}

/// A period in days, as the JSON of a rule row:
/// `{"length_days": 15, "day_kind": "calendar", "roll": "next_working_day"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// How many days count; 0 ends on the day of the trigger.
    #[schema(example = 15)]
    pub length_days: u32,
    /// Which days count.
    pub day_kind: DayKind,
    /// What a rest day at the end does.
    pub roll: Roll,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_row_is_snake_case_and_complete() {
        let row = r#"{"length_days":15,"day_kind":"calendar","roll":"next_working_day"}"#;
        let period =
            Period { length_days: 15, day_kind: DayKind::Calendar, roll: Roll::NextWorkingDay };
        assert_eq!(serde_json::from_str::<Period>(row).unwrap(), period);
        assert_eq!(serde_json::to_string(&period).unwrap(), row);
        for wrong in [
            r#"{"length_days":15,"day_kind":"calendar"}"#,
            r#"{"length_days":-1,"day_kind":"working","roll":"none"}"#,
            r#"{"length_days":5,"day_kind":"Working","roll":"none"}"#,
            r#"{"length_days":5,"day_kind":"working","roll":"none","unit":"days"}"#,
        ] {
            assert!(serde_json::from_str::<Period>(wrong).is_err(), "{wrong}");
        }
    }
}
