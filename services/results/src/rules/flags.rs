//! How a value stands to what is usual.

use rust_decimal::Decimal;

use crate::model::{Flag, NewObservation, ObservedValue};

/// Who says how a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flagged {
    /// The hospital.
    ByHospital(Flag),
    /// The city, from the range that the hospital gave.
    ByRange(Flag),
}

impl Flagged {
    pub(crate) fn flag(self) -> Flag {
        match self {
            Self::ByHospital(flag) | Self::ByRange(flag) => flag,
        }
    }
}

/// How a value stands: as the hospital says, the gravest first; else by its range, where both are
/// numbers and the value is certain to be on one side.
pub(crate) fn flag(item: &NewObservation) -> Option<Flagged> {
    let said = item.flags.iter().copied().max_by_key(|flag| gravity(*flag));
    said.map(Flagged::ByHospital).or_else(|| by_range(item).map(Flagged::ByRange))
}

/// Whether a value is out of the usual.
pub(crate) fn is_out_of_range(item: &NewObservation) -> bool {
    flag(item).is_some_and(|flagged| flagged.flag() != Flag::Normal)
}

fn gravity(flag: Flag) -> u8 {
    match flag {
        Flag::Normal => 0,
        Flag::Abnormal => 1,
        Flag::Low | Flag::High => 2,
        Flag::CriticallyAbnormal => 3,
        Flag::CriticallyLow | Flag::CriticallyHigh => 4,
    }
}

fn by_range(item: &NewObservation) -> Option<Flag> {
    let ObservedValue::Quantity { value, comparator, .. } = &item.value else { return None };
    let range = item.range.as_ref().filter(|range| range.low.is_some() || range.high.is_some())?;
    let comparator = comparator.as_deref();
    if range.low.is_some_and(|low| is_below(*value, comparator, low)) {
        return Some(Flag::Low);
    }
    if range.high.is_some_and(|high| is_above(*value, comparator, high)) {
        return Some(Flag::High);
    }
    // Beyond a limit of measurement: within the range only if all that it can be is.
    let within = match comparator {
        None => true,
        Some("<" | "<=") => range.low.is_none(),
        Some(">" | ">=") => range.high.is_none(),
        Some(_) => false,
    };
    within.then_some(Flag::Normal)
}

/// Whether a value, or whatever it can be, is below a bound.
pub(crate) fn is_below(value: Decimal, comparator: Option<&str>, bound: Decimal) -> bool {
    match comparator {
        None | Some("<=") => value < bound,
        Some("<") => value <= bound,
        Some(_) => false,
    }
}

/// Whether a value, or whatever it can be, is above a bound.
pub(crate) fn is_above(value: Decimal, comparator: Option<&str>, bound: Decimal) -> bool {
    match comparator {
        None | Some(">=") => value > bound,
        Some(">") => value >= bound,
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Range, ReportStatus};

    fn item(
        value: &str,
        comparator: &str,
        low: &str,
        high: &str,
        flags: &[Flag],
    ) -> NewObservation {
        let number = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        NewObservation {
            id: None,
            code: Code { system: String::new(), code: "K".into(), display: "K".into() },
            status: ReportStatus::Final,
            value: ObservedValue::Quantity {
                value: value.parse().unwrap(),
                comparator: (!comparator.is_empty()).then(|| comparator.to_owned()),
                unit: "mmol/L".into(),
            },
            range: Some(Range { low: number(low), high: number(high), text: None }),
            flags: flags.to_vec(),
            effective_at: None,
            note: None,
            resource: None,
        }
    }

    #[test]
    fn the_ends_of_a_range_are_within_it() {
        for (value, comparator, low, high, expected) in [
            ("3.5", "", "3.5", "5.3", Some(Flag::Normal)),
            ("3.49", "", "3.5", "5.3", Some(Flag::Low)),
            ("5.3", "", "3.5", "5.3", Some(Flag::Normal)),
            ("5.30001", "", "3.5", "5.3", Some(Flag::High)),
            ("9", "", "", "10", Some(Flag::Normal)),
            ("9", "", "", "", None),
            ("3.5", "<", "3.5", "5.3", Some(Flag::Low)),
            ("3.5", "<=", "3.5", "5.3", None),
            ("4", "<", "3.5", "5.3", None),
            ("4", "<", "", "5.3", Some(Flag::Normal)),
            ("5.3", ">", "3.5", "5.3", Some(Flag::High)),
            ("5.3", ">=", "3.5", "5.3", None),
            ("4", ">", "3.5", "", Some(Flag::Normal)),
        ] {
            let found = flag(&item(value, comparator, low, high, &[])).map(Flagged::flag);
            assert_eq!(found, expected, "{comparator}{value} in {low}-{high}");
        }
    }

    #[test]
    fn what_the_hospital_says_goes_first_and_its_gravest_word() {
        let low = item("1", "", "3.5", "5.3", &[Flag::Normal]);
        assert_eq!(flag(&low), Some(Flagged::ByHospital(Flag::Normal)));
        let both = item("1", "", "3.5", "5.3", &[Flag::Abnormal, Flag::CriticallyLow, Flag::Low]);
        assert_eq!(flag(&both), Some(Flagged::ByHospital(Flag::CriticallyLow)));
        assert_eq!(flag(&item("1", "", "3.5", "", &[])), Some(Flagged::ByRange(Flag::Low)));
    }
}
