//! The mainland holidays that are announced: the State Council's notices of 2024-11-12 (for 2025)
//! and 2025-11-04 (for 2026), as rows to load into the table that owns them.

use chrono::NaiveDate;
use citygate_kernel::Text;

use crate::Holiday;

/// The last day that the notices cover. (Unwrapped by the compiler: a wrong date does not compile.)
pub const KNOWN_UNTIL: NaiveDate = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();

/// A festival's name in English and Chinese.
type Name = (&'static str, &'static str);

const NEW_YEAR: Name = ("New Year's Day", "元旦");
const SPRING_FESTIVAL: Name = ("Spring Festival", "春节");
const QINGMING: Name = ("Qingming Festival", "清明节");
const LABOUR_DAY: Name = ("Labour Day", "劳动节");
const DRAGON_BOAT: Name = ("Dragon Boat Festival", "端午节");
const MID_AUTUMN: Name = ("Mid-Autumn Festival", "中秋节");
const NATIONAL_DAY: Name = ("National Day", "国庆节");
const NATIONAL_DAY_AND_MID_AUTUMN: Name =
    ("National Day and Mid-Autumn Festival", "国庆节、中秋节");

/// What a notice does with its days.
#[derive(Clone, Copy, PartialEq)]
enum Days {
    /// So many days off in a row.
    Off(usize),
    /// One weekend day worked in exchange.
    Worked,
}
use Days::{Off, Worked};

/// The sentences of the notices: year, month, day, what happens from then on, for which festival.
const NOTICES: [(i32, u32, u32, Days, Name); 24] = [
    (2025, 1, 1, Off(1), NEW_YEAR),
    (2025, 1, 26, Worked, SPRING_FESTIVAL),
    (2025, 1, 28, Off(8), SPRING_FESTIVAL),
    (2025, 2, 8, Worked, SPRING_FESTIVAL),
    (2025, 4, 4, Off(3), QINGMING),
    (2025, 4, 27, Worked, LABOUR_DAY),
    (2025, 5, 1, Off(5), LABOUR_DAY),
    (2025, 5, 31, Off(3), DRAGON_BOAT),
    (2025, 9, 28, Worked, NATIONAL_DAY_AND_MID_AUTUMN),
    (2025, 10, 1, Off(8), NATIONAL_DAY_AND_MID_AUTUMN),
    (2025, 10, 11, Worked, NATIONAL_DAY_AND_MID_AUTUMN),
    (2026, 1, 1, Off(3), NEW_YEAR),
    (2026, 1, 4, Worked, NEW_YEAR),
    (2026, 2, 14, Worked, SPRING_FESTIVAL),
    (2026, 2, 15, Off(9), SPRING_FESTIVAL),
    (2026, 2, 28, Worked, SPRING_FESTIVAL),
    (2026, 4, 4, Off(3), QINGMING),
    (2026, 5, 1, Off(5), LABOUR_DAY),
    (2026, 5, 9, Worked, LABOUR_DAY),
    (2026, 6, 19, Off(3), DRAGON_BOAT),
    (2026, 9, 20, Worked, NATIONAL_DAY),
    (2026, 9, 25, Off(3), MID_AUTUMN),
    (2026, 10, 1, Off(7), NATIONAL_DAY),
    (2026, 10, 10, Worked, NATIONAL_DAY),
];

/// Every day that the notices of 2025 and 2026 name, one row a day.
pub fn holidays() -> Vec<Holiday> {
    let rows = NOTICES.iter().filter_map(|&(year, month, day, days, name)| {
        Some((NaiveDate::from_ymd_opt(year, month, day)?, days, name))
    });
    rows.flat_map(|(first, days, (en, zh))| {
        let (count, working) = match days {
            Off(count) => (count, false),
            Worked => (1, true),
        };
        let name = Text::new(en, zh);
        first.iter_days().take(count).map(move |on| Holiday { on, working, name: name.clone() })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Weekday};

    use super::*;
    use crate::HolidayCalendar;

    #[test]
    fn each_year_has_the_days_of_its_notice() {
        let rows = holidays();
        let calendar = HolidayCalendar::new(rows.clone(), KNOWN_UNTIL);
        for (year, off, worked) in [(2025, 28, 5), (2026, 33, 6)] {
            let days = |working| {
                rows.iter().filter(|row| row.on.year() == year && row.working == working).count()
            };
            assert_eq!((days(false), days(true)), (off, worked), "{year}");

            // Swaps change no total: 365 days, 104 on weekends, 13 public holidays.
            let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            let year = new_year.iter_days().take(365);
            assert_eq!(year.filter(|day| calendar.is_working_day(*day)).count(), 365 - 104 - 13);
        }
    }

    #[test]
    fn only_weekends_are_worked_in_exchange_and_no_day_is_named_twice() {
        let rows = holidays();
        for row in rows.iter().filter(|row| row.working) {
            assert!(matches!(row.on.weekday(), Weekday::Sat | Weekday::Sun), "{}", row.on);
        }
        assert!(rows.is_sorted_by(|one, next| one.on < next.on));
        assert!(rows.iter().all(|row| row.on <= KNOWN_UNTIL));
    }
}
