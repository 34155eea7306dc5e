use chrono::FixedOffset;

use crate::rules::span;

#[test]
fn a_month_begins_at_midnight_of_the_place() {
    let hangzhou = FixedOffset::east_opt(8 * 3_600).unwrap();
    for (month, from, to) in [
        ("2026-11", "2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z"),
        ("2026-12", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"),
        ("2028-02", "2028-01-31T16:00:00Z", "2028-02-29T16:00:00Z"),
        ("1900-01", "1899-12-31T16:00:00Z", "1900-01-31T16:00:00Z"),
        ("2199-12", "2199-11-30T16:00:00Z", "2199-12-31T16:00:00Z"),
    ] {
        let expected = |text: &str| text.parse().unwrap();
        assert_eq!(
            span(month.parse().unwrap(), &hangzhou),
            expected(from)..expected(to),
            "{month}"
        );
    }
}
