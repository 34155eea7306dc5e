use chrono::FixedOffset;

use crate::rules::Month;

#[test]
fn a_month_begins_at_midnight_of_the_place() {
    let hangzhou = FixedOffset::east_opt(8 * 3_600).unwrap();
    for (month, from, to) in [
        ("2026-11", "2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z"),
        ("2026-12", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"),
        ("2028-02", "2028-01-31T16:00:00Z", "2028-02-29T16:00:00Z"),
        ("0000-01", "-0001-12-31T16:00:00Z", "0000-01-31T16:00:00Z"),
        ("9999-12", "9999-11-30T16:00:00Z", "9999-12-31T16:00:00Z"),
    ] {
        let span = month.parse::<Month>().unwrap().span(&hangzhou);
        let expected = |text: &str| text.parse().unwrap();
        assert_eq!(span, expected(from)..expected(to), "{month}");
    }
}

#[test]
fn months_are_written_in_one_way() {
    for text in ["2026-11", "0001-01"] {
        assert_eq!(text.parse::<Month>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "2026",
        "2026-",
        "2026-1",
        "2026-13",
        "2026-00",
        "2026-011",
        "02026-11",
        "+026-11",
        "-026-11",
        "2026-+1",
        "2026/11",
        "2026-11-01",
        "２０２６-11",
        " 2026-11",
        "2026-11\0",
    ] {
        assert!(text.parse::<Month>().is_err(), "{text:?}");
    }
}
