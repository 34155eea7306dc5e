//! What short messages may cost. Whoever earns by the messages that a country or range of numbers
//! receives has machines ask for codes that nobody enters (SMS pumping): countries are on a list,
//! a day has a limit, and a range that does not convert is stopped until the next day.

use citygate_notify::PhoneNumber;

/// How many digits at the end of a number do not count: a prefix is a range of a million numbers.
const RANGE_DIGITS: usize = 6;
/// A range is not judged before so many messages.
const JUDGED_FROM: i32 = 50;
/// Of so many messages, one has to be answered with its code: 20 %.
const ONE_IN: i32 = 5;

/// Messages of a day, and how many of their codes came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SmsCount {
    pub sent: i32,
    pub verified: i32,
}

impl SmsCount {
    fn converts(self) -> bool {
        self.sent < JUDGED_FROM || self.verified.saturating_mul(ONE_IN) >= self.sent
    }
}

/// Whether one more message may go out: `day` counts all of the day, `range` those of the prefix.
pub(crate) fn may_send(day: SmsCount, range: SmsCount, per_day: i32) -> bool {
    day.sent < per_day && range.converts()
}

/// The range that a number belongs to.
pub(crate) fn prefix(number: &PhoneNumber) -> &str {
    let digits = number.as_str();
    // E.164 numbers are ASCII and longer than that.
    digits.get(..digits.len().saturating_sub(RANGE_DIGITS)).unwrap_or(digits)
}

/// Whether messages go to the country of a number. Country codes are written with their `+`; no
/// country code is the beginning of another.
pub(crate) fn is_served(number: &PhoneNumber, country_codes: &[String]) -> bool {
    country_codes.iter().any(|code| number.as_str().starts_with(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_does_not_convert_is_stopped_and_a_day_has_an_end() {
        let day = SmsCount { sent: 100, verified: 100 };
        for (sent, verified, may) in [
            (0, 0, true),
            (49, 0, true),
            (50, 9, false),
            (50, 10, true),
            (1_000, 199, false),
            (1_000, 200, true),
        ] {
            assert_eq!(may_send(day, SmsCount { sent, verified }, 101), may, "{sent} {verified}");
        }
        assert!(!may_send(day, SmsCount::default(), 100));
    }

    #[test]
    fn a_prefix_is_a_million_numbers_of_a_country_on_the_list() {
        let number: PhoneNumber = "+8613800138000".parse().unwrap();
        assert_eq!(prefix(&number), "+8613800");
        let number: PhoneNumber = "+6591234567".parse().unwrap();
        assert_eq!(prefix(&number), "+6591");
        let codes = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(is_served(&number, &codes(&["+86", "+65"])));
        assert!(!is_served(&number, &codes(&["+86", "+651"])));
        assert!(!is_served(&number, &[]));
    }
}
