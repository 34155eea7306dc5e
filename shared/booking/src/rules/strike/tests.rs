use proptest::prelude::*;
use serde_json::json;

use super::{
    super::tests::{on, params, refuses},
    *,
};

fn rule(steps: serde_json::Value) -> StrikeRule {
    params(json!({
        "kinds": ["no_show"], "steps": steps, "expires_days": 365, "objection_days": 30
    }))
}

fn no_shows(days: &[NaiveDate]) -> Vec<Counted> {
    days.iter().map(|on| Counted { kind: StrikeKind::NoShow, on: *on }).collect()
}

fn ladder() -> StrikeRule {
    rule(json!([{"strikes": 3, "within": {"days": 90}, "blocked": {"days": 90}}]))
}

/// Until when, as if it were the day of the last strike.
fn until(rule: &StrikeRule, strikes: &[&str]) -> Option<String> {
    let days: Vec<_> = strikes.iter().map(|day| on(day)).collect();
    let today = *days.iter().max().unwrap();
    blocked_until(rule, &no_shows(&days), today).map(|day| day.to_string())
}

#[test]
fn ladders_as_five_hospitals_have_them() {
    let half_year = json!([{"strikes": 3, "within": {"months": 3}, "blocked": {"months": 6}}]);
    let month = json!([{"strikes": 3, "within": "calendar_year", "blocked": {"months": 1}}]);
    let rising = json!([
        {"strikes": 1, "within": "calendar_year", "blocked": {"days": 30}},
        {"strikes": 2, "within": "calendar_year", "blocked": {"days": 60}},
        {"strikes": 3, "within": "calendar_year", "blocked": {"days": 90}}
    ]);
    let two_steps = json!([
        {"strikes": 3, "within": {"days": 365}, "blocked": {"days": 90}},
        {"strikes": 6, "within": {"days": 365}, "blocked": {"days": 180}}
    ]);
    let harsh = json!([{"strikes": 3, "within": "calendar_month", "blocked": {"months": 6}}]);
    let half = &["2026-03-01", "2026-04-01", "2026-05-31"][..];
    for (name, steps, strikes, expected) in [
        ("three in three months", &half_year, half, Some("2026-11-30")),
        ("the first is too old", &half_year, &["2026-03-01", "2026-04-01", "2026-06-01"], None),
        ("three in a year", &month, half, Some("2026-06-30")),
        ("but not in one year", &month, &["2025-12-31", "2026-01-02", "2026-01-03"], None),
        ("the first", &rising, &["2026-01-10"], Some("2026-02-09")),
        ("the second", &rising, &["2026-01-10", "2026-03-01"], Some("2026-04-30")),
        ("the third", &rising, half, Some("2026-08-29")),
        ("a new year begins", &rising, &["2025-12-31", "2026-01-01"], Some("2026-01-31")),
        ("three of six", &two_steps, half, Some("2026-08-29")),
        (
            "six of six",
            &two_steps,
            &["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"],
            Some("2026-09-02"),
        ),
        (
            "three in a month",
            &harsh,
            &["2026-03-01", "2026-03-02", "2026-03-31"],
            Some("2026-09-30"),
        ),
        ("in two months", &harsh, &["2026-03-30", "2026-03-31", "2026-04-01"], None),
    ] {
        let found = until(&rule(steps.clone()), strikes);
        assert_eq!(found.as_deref(), expected, "{name}");
    }
}

#[test]
fn a_block_ends_and_its_last_day_belongs_to_it() {
    let strikes = [on("2026-01-10"), on("2026-02-01"), on("2026-04-09")];
    let on_day = |today| blocked_until(&ladder(), &no_shows(&strikes), on(today));
    assert_eq!(on_day("2026-04-09"), Some(on("2026-07-08")));
    assert_eq!(on_day("2026-07-08"), Some(on("2026-07-08")));
    assert_eq!(on_day("2026-07-09"), None);
    // A day later the first is ninety days old and not counted with the third.
    let late = [on("2026-01-10"), on("2026-02-01"), on("2026-04-10")];
    assert_eq!(blocked_until(&ladder(), &no_shows(&late), on("2026-04-10")), None);
    assert_eq!(blocked_until(&ladder(), &[], on("2026-04-10")), None);
}

#[test]
fn last_days_for_counting_and_objecting() {
    assert_eq!(ladder().expires_on(on("2026-01-10")), on("2027-01-10"));
    assert_eq!(ladder().objections_until(on("2026-01-10")), on("2026-02-09"));
}

#[test]
fn what_is_no_ladder_is_refused() {
    let with =
        |step| json!({"kinds": [], "steps": [step], "expires_days": 365, "objection_days": 30});
    refuses::<StrikeRule>(&[
        json!({"steps": [], "expires_days": 365, "objection_days": 30}),
        json!({"kinds": ["late"], "steps": [], "expires_days": 365, "objection_days": 30}),
        with(json!({"strikes": 0, "within": {"days": 90}, "blocked": {"days": 90}})),
        with(json!({"strikes": 3, "within": {"days": -1}, "blocked": {"days": 90}})),
        with(json!({"strikes": 3, "within": "week", "blocked": {"days": 90}})),
        with(json!({"strikes": 3, "within": {"days": 90}, "blocked": "calendar_year"})),
        with(json!({"strikes": 3, "within": {"days": 90}, "blocked": {"days": 90}, "x": 1})),
    ]);
}

/// The ladder of a platform for marriage registration: 180 days after two no-shows in 180 days, five
/// cancels in 180, one no-show and two cancels in 180, or three cancels in 30.
fn marriage() -> StrikeRule {
    let step = |strikes: serde_json::Value, within: u16| {
        let blocked = json!({"days": 180});
        json!({"strikes": strikes, "within": {"days": within}, "blocked": blocked})
    };
    params(json!({
        "kinds": ["no_show", "cancel"],
        "steps": [
            step(json!({"no_show": 2}), 180),
            step(json!({"cancel": 5}), 180),
            step(json!({"no_show": 1, "cancel": 2}), 180),
            step(json!({"cancel": 3}), 30),
        ],
        "expires_days": 365,
        "objection_days": 30
    }))
}

/// Strikes by the number of their day, from 1 January 2026 on.
fn strikes(no_shows: &[u64], cancels: &[u64]) -> Vec<Counted> {
    let day = |n: &u64| on("2026-01-01") + Days::new(*n);
    let missed = no_shows.iter().map(|n| Counted { kind: StrikeKind::NoShow, on: day(n) });
    let cancels = cancels.iter().map(|n| Counted { kind: StrikeKind::Cancel, on: day(n) });
    missed.chain(cancels).collect()
}

#[test]
fn kinds_in_combination_on_both_sides_of_each_boundary() {
    for (name, no_shows, cancels, last) in [
        ("two no-shows", &[0, 179][..], &[][..], Some(179)),
        ("two no-shows a day too far", &[0, 180], &[], None),
        ("five cancels", &[], &[0, 40, 80, 120, 179], Some(179)),
        ("five cancels a day too far", &[], &[0, 40, 80, 120, 180], None),
        ("four cancels", &[], &[0, 40, 80, 120], None),
        ("a no-show and two cancels", &[0], &[60, 179], Some(179)),
        ("the no-show a day too early", &[0], &[60, 180], None),
        ("the no-show last", &[179], &[0, 60], Some(179)),
        ("a no-show and one cancel", &[0], &[1], None),
        ("three cancels in a month", &[], &[0, 10, 29], Some(29)),
        ("three cancels a day too far", &[], &[0, 10, 30], None),
        ("three cancels on one day", &[], &[7, 7, 7], Some(7)),
        ("nothing", &[], &[], None),
    ] {
        let strikes = strikes(no_shows, cancels);
        let until = blocked_until(&marriage(), &strikes, on("2026-01-01"));
        let expected = last.map(|n: u64| on("2026-01-01") + Days::new(n + 180));
        assert_eq!(until, expected, "{name}");
    }
}

#[test]
fn a_step_by_kinds_names_some() {
    let step = |strikes| {
        json!({"kinds": [], "expires_days": 1, "objection_days": 1, "steps": [
            {"strikes": strikes, "within": {"days": 1}, "blocked": {"days": 1}}
        ]})
    };
    refuses::<StrikeRule>(&[
        step(json!({})),
        step(json!({"no_show": 0})),
        step(json!({"no_show": -1})),
        step(json!({"late": 1})),
        step(json!([1])),
        step(json!("3")),
    ]);
}

proptest! {
    /// An annulled strike can only shorten a block, in whatever order they are read.
    #[test]
    fn fewer_strikes_never_block_longer(
        days in prop::collection::vec((any::<bool>(), 0..400_u64), 1..12),
        left_out in any::<prop::sample::Index>(),
        by_kind in any::<bool>(),
    ) {
        let start = on("2026-01-01");
        let kind = |missed| if missed { StrikeKind::NoShow } else { StrikeKind::Cancel };
        let counted = |(missed, day): &(bool, u64)| Counted {
            kind: kind(*missed),
            on: start + Days::new(*day),
        };
        let mut strikes: Vec<_> = days.iter().map(counted).collect();
        let rule = if by_kind { marriage() } else { ladder() };
        let all = blocked_until(&rule, &strikes, start);
        strikes.reverse();
        prop_assert_eq!(blocked_until(&rule, &strikes, start), all);
        strikes.remove(left_out.index(strikes.len()));
        prop_assert!(blocked_until(&rule, &strikes, start) <= all);
    }
}
