use citygate_calendar::{Deadline, HolidayCalendar, china};
use citygate_kernel::Currency;

use super::*;
use crate::rules::{dispute::DisputeRule, table::holds, transfer::TransferRule};

const MIGRATION: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../migrations/provident_fund/2026-11-22-002132_applications/up.sql"
));

/// The parameters of a row that the migration writes, by the last two digits of its id.
fn row<P: serde::de::DeserializeOwned>(number: &str) -> P {
    let id = format!("'01999999-0000-7000-8000-0000002132{number}'");
    let (_, row) = MIGRATION.split_once(&id).unwrap();
    serde_json::from_str(row.split("$json$").nth(1).unwrap()).unwrap()
}

fn country() -> WithdrawalRule {
    row("01")
}

fn shanghai() -> WithdrawalRule {
    row("02")
}

fn beijing() -> WithdrawalRule {
    row("03")
}

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn yuan(yuan: i64) -> Money {
    Money::new(yuan * 100, Currency::Cny)
}

fn standing() -> Standing {
    Standing {
        state: AccountState::Active,
        opened_on: on("2019-07-01"),
        used_on: None,
        paid_months: 36,
        pending: false,
        moving: false,
        available: Some(yuan(100_000)),
        today: on("2026-11-23"),
    }
}

/// The codes of what stands in the way.
fn codes(rule: &WithdrawalRule, wish: &Wish<'_>, standing: &Standing) -> Vec<&'static str> {
    bars(rule, wish, standing).iter().map(Bar::code).collect()
}

/// A wish with all the papers of its ground.
fn wish<'a>(
    rule: &'a WithdrawalRule,
    ground: WithdrawalGround,
    amount: i64,
    cost: Option<i64>,
) -> Wish<'a> {
    let papers = rule.grounds.get(&ground).map_or(&[][..], |ground| &ground.papers);
    Wish { ground, amount: yuan(amount), stated: cost.map(yuan), papers }
}

#[test]
fn every_event_in_every_state_does_what_the_documentation_says() {
    let states: Vec<_> = State::ALL.iter().map(|state| (*state, state.code())).collect();
    let events: Vec<_> = Event::ALL.iter().map(|event| (*event, event.code())).collect();
    let ends = [State::Paid, State::Refused, State::Cancelled, State::Lapsed, State::Revoked];
    holds("# What becomes of a withdrawal", TABLE, &states, &events, &ends);
}

#[test]
fn what_is_granted_is_not_given_up_and_what_is_given_up_not_granted() {
    assert_eq!(next(State::Approved, Event::Cancel), None);
    assert_eq!(next(State::Cancelled, Event::Approve), None);
}

/// Regulation, article 24: six items, three of which close the account, and the heirs of paragraph 3.
#[test]
fn article_24_lists_these_grounds() {
    use WithdrawalGround::{
        Build, Buy, Death, Disability, Emigrate, Renovate, Rent, RepayLoan, Retire,
    };
    let rule = country();
    let grounds: Vec<_> = rule.grounds.keys().copied().collect();
    let expected = [Buy, Build, Renovate, Retire, Disability, Emigrate, RepayLoan, Rent, Death];
    assert_eq!(grounds, expected);
    for (ground, closes, at_counter, whole) in [
        (Buy, false, false, false),
        (Build, false, false, false),
        (Renovate, false, false, false),
        (Retire, true, false, true),
        (Disability, true, false, true),
        (Emigrate, true, false, true),
        (RepayLoan, false, false, false),
        (Rent, false, false, false),
        (Death, false, true, true),
    ] {
        let of = &rule.grounds[&ground];
        let found = (of.closes, of.at_counter, of.amount == AmountRule::Whole);
        assert_eq!(found, (closes, at_counter, whole), "{ground:?}");
        assert!(!of.papers.is_empty() && of.citation.zh.contains("二十四条"), "{ground:?}");
    }
}

/// Several Provisions of Shanghai, article 7, paragraph 2: three more, for what living costs.
#[test]
fn article_7_of_shanghai_adds_three_grounds() {
    use WithdrawalGround::{MinimumIncome, SeriousIllness, Unemployment};
    let (country, shanghai) = (country(), shanghai());
    let added: Vec<_> =
        shanghai.grounds.keys().filter(|ground| !country.grounds.contains_key(ground)).collect();
    assert_eq!(added, [&MinimumIncome, &Unemployment, &SeriousIllness]);
    for ground in added {
        assert_eq!(shanghai.grounds[ground].amount, AmountRule::Cost, "{ground:?}");
        let here = wish(&shanghai, *ground, 100, Some(100));
        assert_eq!(codes(&shanghai, &here, &standing()), [""; 0], "{ground:?}");
        let elsewhere = wish(&country, *ground, 100, Some(100));
        assert_eq!(codes(&country, &elsewhere, &standing()), ["no_ground"], "{ground:?}");
    }
}

/// Article 25 counts three days, which are calendar days that roll (Civil Code, articles 201 and 203);
/// article 8 of Shanghai's provisions counts working days.
#[test]
fn three_days_to_decide() {
    let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
    for (complete, country_by, shanghai_by) in [
        // A plain Monday.
        ("2026-11-23", "2026-11-26", "2026-11-26"),
        // The third day is a Saturday: it rolls. Three working days are one more.
        ("2026-11-25", "2026-11-30", "2026-11-30"),
        // A Friday: the third day is a Monday, the third working day a Wednesday.
        ("2026-11-27", "2026-11-30", "2026-12-02"),
        // Over the National Day: nobody works from the 1st to the 7th.
        ("2026-09-30", "2026-10-08", "2026-10-10"),
    ] {
        let by = |rule: WithdrawalRule| {
            Deadline::count(on(complete), rule.decision, &[], &calendar).unwrap().due_on()
        };
        assert_eq!(by(country()), on(country_by), "{complete}");
        assert_eq!(by(beijing()), on(country_by), "{complete}");
        assert_eq!(by(shanghai()), on(shanghai_by), "{complete}");
    }
}

#[test]
fn the_last_day_is_over_at_24_00_in_the_city() {
    let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
    let deadline = Deadline::count(on("2026-11-23"), country().decision, &[], &calendar).unwrap();
    let ends_at = deadline.ends_at("Asia/Shanghai".parse().unwrap());
    assert_eq!(ends_at.to_rfc3339(), "2026-11-26T16:00:00+00:00");
}

/// Article 36: five days each, for the bank and then for the centre.
#[test]
fn five_days_to_answer() {
    let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
    let rule: DisputeRule = row("04");
    for (asked, by) in [
        ("2026-11-23", "2026-11-30"), // the fifth day is a Saturday
        ("2026-11-25", "2026-11-30"),
        ("2026-11-26", "2026-12-01"),
        ("2026-09-28", "2026-10-08"), // the fifth day lies in the National Day rest
    ] {
        let deadline = Deadline::count(on(asked), rule.answer, &[], &calendar).unwrap();
        assert_eq!(deadline.due_on(), on(by), "{asked}");
    }
}

#[test]
fn the_other_rules_read_as_they_are_written() {
    let transfer: TransferRule = row("05");
    assert_eq!((transfer.answer.length_days, transfer.paid_months), (10, 6));
    for (number, month, day) in [("06", 7, 15), ("07", 8, 1)] {
        let rule: crate::rules::statement::StatementRule = row(number);
        assert_eq!((rule.ends.month, rule.ends.day), (6, 30));
        assert_eq!((rule.published.month, rule.published.day), (month, day));
    }
}

#[test]
fn both_sides_of_each_limit() {
    use WithdrawalGround::{Buy, Death, RepayLoan, Retire};
    let rule = country();
    for (ground, amount, cost, expected) in [
        (Buy, 80_000, Some(80_000), &[][..]),
        (Buy, 80_001, Some(80_000), &["over_limit"]),
        (Buy, 100_000, Some(3_000_000), &[]),
        (Buy, 100_001, Some(3_000_000), &["over_balance"]),
        (Buy, 100, None, &["cost_missing"]),
        (Retire, 100_000, None, &[]),
        (Retire, 99_999, None, &["not_whole"]),
        (Retire, 100_001, None, &["over_balance"]),
        (Death, 100_000, None, &["at_counter"]),
        // Seven years of instalments have been paid, and twelve months of them can be taken.
        (RepayLoan, 60_000, Some(5_000), &[]),
        (RepayLoan, 60_001, Some(5_000), &["over_limit"]),
    ] {
        let wish = wish(&rule, ground, amount, cost);
        assert_eq!(codes(&rule, &wish, &standing()), expected, "{ground:?} {amount} {cost:?}");
    }
}

#[test]
fn rent_is_counted_by_months_and_capped_where_the_city_caps_it() {
    use WithdrawalGround::Rent;
    let (country, beijing) = (country(), beijing());
    let used = |day| Standing { used_on: Some(on(day)), ..standing() };
    for (rule, amount, cost, standing, expected) in [
        (&country, 18_000, 6_000, used("2026-08-23"), &[][..]),
        (&country, 18_001, 6_000, used("2026-08-23"), &["over_limit"]),
        // A day less than three months.
        (&country, 12_000, 6_000, used("2026-08-24"), &[]),
        (&country, 12_001, 6_000, used("2026-08-24"), &["over_limit"]),
        (&beijing, 6_000, 6_000, used("2026-08-23"), &[]),
        (&beijing, 6_001, 6_000, used("2026-08-23"), &["over_limit"]),
        // Who pays less than the cap takes out what it costs.
        (&beijing, 4_500, 1_500, used("2026-08-23"), &[]),
        (&beijing, 4_501, 1_500, used("2026-08-23"), &["over_limit"]),
        // For the first time: no more than twelve months of all those since the account was opened.
        (&beijing, 24_000, 6_000, self::standing(), &[]),
        (&beijing, 24_001, 6_000, self::standing(), &["over_limit"]),
        (&country, 6_000, 6_000, Standing { paid_months: 3, ..used("2026-08-23") }, &[]),
        (
            &country,
            6_000,
            6_000,
            Standing { paid_months: 2, ..used("2026-08-23") },
            &["paid_months"],
        ),
    ] {
        let wish = wish(rule, Rent, amount, Some(cost));
        assert_eq!(codes(rule, &wish, &standing), expected, "{amount} {cost}");
    }
}

#[test]
fn everything_that_stands_in_the_way_is_said_at_once() {
    use WithdrawalGround::Buy;
    let rule = country();
    let nothing = Wish { papers: &[], ..wish(&rule, Buy, 200_000, None) };
    let standing =
        Standing { state: AccountState::Closed, moving: true, pending: true, ..standing() };
    let expected = ["account_state", "moving", "pending", "papers_missing", "cost_missing"];
    assert_eq!(codes(&rule, &nothing, &standing), expected);
    for bar in bars(&rule, &nothing, &standing) {
        let text = bar.text();
        assert!(!text.en.is_empty() && !text.zh.is_empty() && bar.pointer().starts_with('/'));
    }
}

#[test]
fn one_paper_that_is_missing_is_named() {
    use WithdrawalGround::Buy;
    let rule = country();
    let papers = [WithdrawalPaper::PaymentReceipt, WithdrawalPaper::Lease];
    let wish = Wish { papers: &papers, ..wish(&rule, Buy, 100, Some(100)) };
    let missing = vec![WithdrawalPaper::PurchaseContract];
    assert_eq!(bars(&rule, &wish, &standing()), [Bar::Papers(missing)]);
}

#[test]
fn a_ground_with_an_interval_can_be_used_again_on_its_last_day() {
    use WithdrawalGround::Buy;
    let mut rule = country();
    rule.grounds.get_mut(&Buy).unwrap().every_months = Some(12);
    let used = |day| Standing { used_on: Some(on(day)), ..standing() };
    let wish = wish(&rule, Buy, 100, Some(100));
    assert_eq!(bars(&rule, &wish, &used("2025-11-23")), []);
    let too_soon = Bar::TooSoon(on("2026-11-24"));
    assert_eq!(bars(&rule, &wish, &used("2025-11-24")), [too_soon]);
}

#[test]
fn the_balance_is_not_told_to_whoever_has_shown_no_proof() {
    use WithdrawalGround::{Buy, Retire};
    let rule = country();
    let unknown = Standing { available: None, ..standing() };
    for (ground, amount) in [(Buy, 2_000_000), (Retire, 1), (Retire, 2_000_000)] {
        let wish = wish(&rule, ground, amount, Some(3_000_000));
        assert_eq!(codes(&rule, &wish, &unknown), [""; 0], "{ground:?} {amount}");
    }
}

#[test]
fn whole_months() {
    for (from, to, months) in [
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-30", 1),
        ("2026-01-31", "2026-03-31", 2),
        ("2025-11-23", "2026-11-22", 11),
        ("2025-11-23", "2026-11-23", 12),
        ("2026-11-23", "2026-11-23", 0),
        ("2026-12-01", "2026-11-23", 0),
    ] {
        assert_eq!(full_months(on(from), on(to)), months, "{from} {to}");
    }
}

#[test]
fn months_in_a_row_end_at_a_gap_and_begin_late_enough() {
    let months = |of: &[&str]| -> Vec<_> { of.iter().map(|m| on(&format!("{m}-01"))).collect() };
    for (paid, today, expected) in [
        (&["2026-11", "2026-10", "2026-09"][..], "2026-11-23", 3),
        (&["2026-10", "2026-09", "2026-07"], "2026-11-23", 2),
        (&["2026-09"], "2026-11-30", 1),
        (&["2026-09"], "2026-12-01", 0),
        (&["2026-01", "2025-12"], "2026-02-01", 2),
        (&[], "2026-11-23", 0),
    ] {
        assert_eq!(months_in_a_row(&months(paid), on(today)), expected, "{paid:?} {today}");
    }
}
