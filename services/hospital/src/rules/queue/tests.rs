use chrono::TimeDelta;
use citygate_kernel::CityCode;
use uuid::Uuid;

use super::*;

fn rules() -> QueueRules {
    QueueRules {
        missed: MissedRule { ladder: vec![Setback::Back(5), Setback::Back(5), Setback::Last] },
        interleave: InterleaveRule { firsts_per_return: 2, when_returns_outnumber: 1 },
        priority: PriorityRule {
            critical: vec!["critically_ill".to_owned()],
            priority: vec!["over_80".to_owned()],
            at_most_in_a_row: 2,
        },
    }
}

fn morning() -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

/// Somebody who came as the `n`th.
fn came(n: u32, lane: Lane, kind: TurnKind) -> Waiting {
    Waiting {
        entry: QueueEntryId::from_parts(CityCode::HANGZHOU, Uuid::from_u128(n.into())),
        lane,
        kind,
        turn_at: morning() + TimeDelta::minutes(n.into()),
        number: n,
        back_until: None,
    }
}

/// `F`irst visits, `R`eturns, `P`riority, `C`ritical, in the order in which they came.
fn all(letters: &str) -> Vec<Waiting> {
    (1..)
        .zip(letters.chars())
        .map(|(n, letter)| match letter {
            'F' => came(n, Lane::Regular, TurnKind::First),
            'R' => came(n, Lane::Regular, TurnKind::Return),
            'P' => came(n, Lane::Priority, TurnKind::First),
            'C' => came(n, Lane::Critical, TurnKind::First),
            other => panic!("who is {other}?"),
        })
        .collect()
}

fn numbers(tally: Tally, waiting: &[Waiting]) -> Vec<u32> {
    order(tally, waiting, &rules()).map(|one| one.number).collect()
}

#[test]
fn who_is_called_in_which_order() {
    for (came, called) in [
        ("", vec![]),
        ("FFF", vec![1, 2, 3]),
        // Two first visits, one return.
        ("RFFFFR", vec![2, 3, 1, 4, 5, 6]),
        // More return than come for the first time: one to one, until that changes.
        ("RRRFF", vec![4, 1, 5, 2, 3]),
        ("RRR", vec![1, 2, 3]),
        // Two with priority, then somebody else.
        ("FFPPPP", vec![3, 4, 1, 5, 6, 2]),
        ("PPPP", vec![1, 2, 3, 4]),
        // Nobody comes before the critically ill.
        ("FPRCC", vec![4, 5, 2, 1, 3]),
    ] {
        assert_eq!(numbers(Tally::default(), &all(came)), called, "{came}");
    }
}

#[test]
fn what_was_called_before_counts() {
    for (priority_run, firsts_run, first) in [(0, 0, 3), (2, 0, 1), (2, 1, 1), (2, 2, 2), (1, 2, 3)]
    {
        let tally = Tally { calls: 9, priority_run, firsts_run };
        let called = numbers(tally, &all("FRPF"));
        assert_eq!(called.first(), Some(&first), "{tally:?}");
    }
}

#[test]
fn somebody_early_does_not_overtake_those_whose_time_it_is() {
    let (eight, nine) = (morning(), morning() + TimeDelta::hours(1));
    assert_eq!(turn_at(eight, Some(nine)), nine, "came early");
    assert_eq!(turn_at(nine, Some(eight)), nine, "came late");
    assert_eq!(turn_at(nine, None), nine, "just came");
}

#[test]
fn a_missed_call_costs_what_the_ladder_says() {
    let ladder = rules().missed;
    for (misses, others, until) in [
        (0, 30, Some(15)),
        (1, 30, Some(15)),
        (2, 30, Some(40)),
        (2, 0, Some(10)),
        (3, 30, None),
        (u16::MAX, 30, None),
    ] {
        assert_eq!(back_until(misses, 10, others, &ladder), until, "after {misses}");
    }
}

#[test]
fn five_others_are_called_before_whoever_missed_a_call() {
    let mut waiting = all("FFFFFFFF");
    let tally = Tally { calls: 1, ..Tally::default() };
    waiting[0].back_until = back_until(0, tally.calls, 7, &rules().missed);
    assert_eq!(numbers(tally, &waiting), [2, 3, 4, 5, 6, 1, 7, 8]);
    // Fewer than five are there: then after those.
    assert_eq!(numbers(tally, &waiting[..3]), [2, 3, 1]);
    // The third time: after all who wait now, but before who comes later.
    waiting[0].back_until = back_until(2, tally.calls, 4, &rules().missed);
    assert_eq!(numbers(tally, &waiting), [2, 3, 4, 5, 1, 6, 7, 8]);
}

/// A stream of numbers that look random; the seed is in the message of each failure.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

fn crowd(dice: &mut Dice) -> (Tally, Vec<Waiting>) {
    let many = u32::try_from(dice.roll(40)).unwrap();
    let calls = i64::try_from(dice.roll(50)).unwrap();
    let run = |dice: &mut Dice| u16::try_from(dice.roll(4)).unwrap();
    let tally = Tally { calls, priority_run: run(dice), firsts_run: run(dice) };
    let waiting = (1..=many).map(|n| {
        let lane = match dice.roll(10) {
            0 => Lane::Critical,
            1..=3 => Lane::Priority,
            _ => Lane::Regular,
        };
        let kind = if dice.roll(3) == 0 { TurnKind::Return } else { TurnKind::First };
        let mut one = came(n, lane, kind);
        one.turn_at = morning() + TimeDelta::minutes(i64::try_from(dice.roll(30)).unwrap());
        if dice.roll(6) == 0 {
            one.back_until = Some(calls + i64::try_from(dice.roll(20)).unwrap());
        }
        one
    });
    (tally, waiting.collect())
}

#[test]
fn nobody_is_lost_and_nobody_is_called_twice() {
    for seed in 0..2_000 {
        let (tally, waiting) = crowd(&mut Dice(seed));
        let mut called = numbers(tally, &waiting);
        called.sort_unstable();
        let there: Vec<u32> = waiting.iter().map(|one| one.number).collect();
        assert_eq!(called, there, "seed {seed}");
    }
}

#[test]
fn the_order_is_what_calling_one_after_the_other_makes() {
    for seed in 0..500 {
        let (mut tally, mut waiting) = crowd(&mut Dice(seed));
        let expected = numbers(tally, &waiting);
        let mut called = Vec::new();
        while let Some(next) = order(tally, &waiting, &rules()).next().copied() {
            tally = tally.after(&next);
            waiting.retain(|one| one.entry != next.entry);
            called.push(next.number);
        }
        assert_eq!(called, expected, "seed {seed}");
    }
}

#[test]
fn the_order_does_not_depend_on_how_the_rows_lie() {
    for seed in 0..500 {
        let mut dice = Dice(seed);
        let (tally, mut waiting) = crowd(&mut dice);
        let expected = numbers(tally, &waiting);
        for at in (1..waiting.len()).rev() {
            waiting.swap(at, usize::try_from(dice.roll(at as u64 + 1)).unwrap());
        }
        assert_eq!(numbers(tally, &waiting), expected, "seed {seed}");
    }
}

#[test]
fn who_has_priority_waits_behind_few_others() {
    let rules = rules();
    for seed in 0..2_000 {
        let (tally, waiting) = crowd(&mut Dice(seed));
        let called: Vec<&Waiting> = order(tally, &waiting, &rules).collect();
        let (mut regular, mut priority) = (0, 0);
        for one in called.iter().filter(|one| one.back_until.is_none()) {
            match one.lane {
                Lane::Critical => assert_eq!(regular + priority, 0, "seed {seed}"),
                Lane::Priority => {
                    priority += 1;
                    // One of the others after every two, and one if two were called just before.
                    assert!(regular <= (priority + 1) / 2, "seed {seed}: {called:?}");
                }
                Lane::Regular => regular += 1,
            }
        }
    }
}

#[test]
fn however_many_come_with_priority_or_return_a_first_visit_is_called_in_the_end() {
    let rules = rules();
    for others in ["P", "R", "PR"] {
        let mut waiting = vec![came(1, Lane::Regular, TurnKind::First)];
        let mut tally = Tally::default();
        for call in 0.. {
            for letter in others.chars() {
                let kind = if letter == 'R' { TurnKind::Return } else { TurnKind::First };
                let lane = if letter == 'P' { Lane::Priority } else { Lane::Regular };
                waiting.push(came(u32::try_from(waiting.len()).unwrap() + call + 2, lane, kind));
            }
            let next = *order(tally, &waiting, &rules).next().unwrap();
            if next.number == 1 {
                break;
            }
            assert!(call < 9, "{others}: still waiting");
            tally = tally.after(&next);
            waiting.retain(|one| one.entry != next.entry);
        }
    }
}

#[test]
fn whoever_missed_a_call_waits_for_so_many_and_no_more() {
    let rules = rules();
    for seed in 0..1_000 {
        let (tally, waiting) = crowd(&mut Dice(seed));
        let critical = waiting.iter().filter(|one| one.lane == Lane::Critical).count();
        let back = waiting.iter().filter(|one| one.back_until.is_some()).count();
        for (before, one) in order(tally, &waiting, &rules).enumerate() {
            let Some(until) = one.back_until else { continue };
            let places = usize::try_from(until - tally.calls).unwrap();
            assert!(before <= places + critical + back, "seed {seed}");
        }
    }
}
