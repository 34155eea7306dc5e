use super::*;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn ordered(kind: OrderKind) -> OrderFacts {
    OrderFacts { kind, round: 0, resulted: false, dispensed: false, cancelled: false }
}

const CONSULT: StepKey = StepKey { kind: StepKind::Consult, subject: Uuid::nil() };

fn after_consult() -> Facts {
    Facts { turns: [(CONSULT, EntryState::Done)].into(), ..Facts::default() }
}

/// Kinds and states of the plan, as a line of text.
fn shown(facts: &Facts) -> String {
    let steps = plan(facts);
    let words: Vec<_> =
        steps.iter().map(|s| format!("{}:{}", s.key.kind.code(), s.state.code())).collect();
    format!("{} = {}", words.join(" "), visit_state(facts, &steps).code())
}

#[test]
fn a_visit_from_the_first_call_to_the_pharmacy() {
    let mut facts = Facts::default();
    assert_eq!(shown(&facts), "consult:ready = arrived");
    facts.turns.insert(CONSULT, EntryState::Waiting);
    assert_eq!(shown(&facts), "consult:queued = arrived");
    facts.turns.insert(CONSULT, EntryState::Serving);
    facts.orders.insert(id(1), ordered(OrderKind::Laboratory));
    facts.charges.insert(id(7), true);
    assert_eq!(
        shown(&facts),
        "consult:called pay:ready laboratory:planned result:planned return_consult:planned \
         = in_progress"
    );
    facts.turns.insert(CONSULT, EntryState::Done);
    assert!(shown(&facts).contains("laboratory:planned"), "it is not paid");
    facts.charges.insert(id(7), false);
    assert!(shown(&facts).contains("pay:done laboratory:ready"));
    let taken = StepKey::of(StepKind::Laboratory, id(1));
    facts.turns.insert(taken, EntryState::Done);
    assert!(shown(&facts).contains("result:ready return_consult:planned"));
    facts.orders.get_mut(&id(1)).unwrap().resulted = true;
    assert!(shown(&facts).contains("result:done return_consult:ready"));
    facts.turns.insert(StepKey::consult(1), EntryState::Done);
    assert!(shown(&facts).ends_with("return_consult:done = finished"));
    assert_eq!(rounds(&facts), 2);
    facts.orders.insert(id(2), OrderFacts { round: 1, ..ordered(OrderKind::Prescription) });
    assert!(shown(&facts).ends_with("pharmacy:ready = in_progress"));
    facts.orders.get_mut(&id(2)).unwrap().dispensed = true;
    assert!(shown(&facts).ends_with("pharmacy:done = finished"));
}

#[test]
fn what_is_missed_or_taken_back_holds_nobody_up() {
    let mut facts = after_consult();
    facts.orders.insert(id(1), ordered(OrderKind::Laboratory));
    facts.orders.insert(id(2), OrderFacts { cancelled: true, ..ordered(OrderKind::Imaging) });
    assert_eq!(
        shown(&facts),
        "consult:done laboratory:ready imaging:skipped result:planned result:skipped \
         return_consult:planned = in_progress"
    );
    facts.turns.insert(StepKey::of(StepKind::Laboratory, id(1)), EntryState::Void);
    assert_eq!(
        shown(&facts),
        "consult:done laboratory:missed imaging:skipped result:skipped result:skipped \
         return_consult:skipped = finished"
    );
    facts.orders.get_mut(&id(2)).unwrap().resulted = true;
    assert!(shown(&facts).contains("return_consult:ready"), "it was made after all");
}

#[test]
fn calls_that_were_missed_end_the_visit() {
    let turns = [(CONSULT, EntryState::Void)].into();
    assert_eq!(shown(&Facts { turns, ..Facts::default() }), "consult:missed = void");
}

#[test]
fn when_its_day_is_over_nothing_is_left_open_but_what_is_owed() {
    let open = Facts { closed: true, ..Facts::default() };
    assert_eq!(shown(&open), "consult:skipped = void");
    let mut half = Facts { closed: true, ..after_consult() };
    half.charges.insert(id(7), true);
    assert_eq!(shown(&half), "consult:done pay:ready = finished");
    half.orders.insert(id(1), ordered(OrderKind::Prescription));
    assert_eq!(shown(&half), "consult:done pay:ready pharmacy:skipped = void");
}

#[test]
fn a_second_round_has_a_return_of_its_own() {
    let mut facts = after_consult();
    let done = OrderFacts { resulted: true, ..ordered(OrderKind::Laboratory) };
    facts.orders.insert(id(1), done);
    facts.turns.insert(StepKey::consult(1), EntryState::Done);
    facts.orders.insert(id(2), OrderFacts { round: 1, ..ordered(OrderKind::Imaging) });
    let returns: Vec<_> = plan(&facts)
        .into_iter()
        .filter(|step| step.key.kind == StepKind::ReturnConsult)
        .map(|step| (step.key.subject, step.state))
        .collect();
    assert_eq!(returns, [(id(1), StepState::Done), (id(2), StepState::Planned)]);
}

#[test]
fn what_is_over_stays_over() {
    for from in StepState::ALL.iter().copied() {
        let may: Vec<_> =
            StepState::ALL.iter().filter(|to| from.may_become(**to)).map(|to| to.code()).collect();
        let expected = match from {
            StepState::Planned => "planned ready queued done skipped missed",
            StepState::Ready | StepState::Queued => {
                "planned ready queued called done skipped missed"
            }
            StepState::Called => "queued called done skipped missed",
            StepState::Done => "done",
            StepState::Skipped => "skipped",
            StepState::Missed => "missed",
        };
        assert_eq!(may.join(" "), expected, "{from:?}");
    }
    for from in VisitState::ALL.iter().copied() {
        let may: Vec<_> =
            VisitState::ALL.iter().filter(|to| from.may_become(**to)).map(|to| to.code()).collect();
        let expected = match from {
            VisitState::Arrived | VisitState::InProgress => "arrived in_progress finished void",
            VisitState::Finished => "in_progress finished void",
            VisitState::Void => "void",
        };
        assert_eq!(may.join(" "), expected, "{from:?}");
    }
}

/// News that reaches the plan.
#[derive(Debug, Clone, Copy)]
enum News {
    Turn(StepKey, EntryState),
    Ordered(u128, OrderKind, u16),
    Resulted(u128),
    Dispensed(u128),
    Cancelled(u128),
    Charged(u128),
    Paid(u128),
}

/// Facts as tables keep them: each piece of news has a column of its own, so that none undoes
/// another.
fn facts_of(news: &[News]) -> Facts {
    let mut facts = Facts::default();
    let has = |wanted: fn(&News) -> Option<u128>, id| news.iter().any(|n| wanted(n) == Some(id));
    for one in news {
        match *one {
            News::Turn(key, state) => {
                facts.turns.insert(key, state);
            }
            News::Ordered(n, kind, round) => {
                let fact = OrderFacts {
                    kind,
                    round,
                    resulted: has(|n| if let News::Resulted(n) = n { Some(*n) } else { None }, n),
                    dispensed: has(|n| if let News::Dispensed(n) = n { Some(*n) } else { None }, n),
                    cancelled: has(|n| if let News::Cancelled(n) = n { Some(*n) } else { None }, n),
                };
                facts.orders.insert(id(n), fact);
            }
            News::Charged(n) => {
                let paid = has(|n| if let News::Paid(n) = n { Some(*n) } else { None }, n);
                facts.charges.insert(id(n), !paid);
            }
            News::Resulted(_) | News::Dispensed(_) | News::Cancelled(_) | News::Paid(_) => {}
        }
    }
    facts
}

fn roll(dice: &mut u64, sides: u64) -> u64 {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    (*dice >> 33) % sides
}

/// A day of somebody, at random: some orders, some of their news, some charges.
fn day(dice: &mut u64) -> Vec<News> {
    let mut news = vec![News::Turn(CONSULT, EntryState::Done)];
    for n in 0..u128::from(roll(dice, 6)) {
        let kinds = OrderKind::ALL;
        let kind = kinds[usize::try_from(roll(dice, 3)).unwrap()];
        let round = u16::try_from(roll(dice, 3)).unwrap();
        news.push(News::Ordered(n, kind, round));
        let step = exam(kind).unwrap_or(StepKind::Pharmacy);
        let states = EntryState::ALL;
        let turn = states[usize::try_from(roll(dice, 6)).unwrap()];
        if roll(dice, 2) == 0 {
            news.push(News::Turn(StepKey::of(step, id(n)), turn));
        }
        match roll(dice, 4) {
            0 => news.push(News::Resulted(n)),
            1 => news.push(News::Dispensed(n)),
            2 => news.push(News::Cancelled(n)),
            _ => {}
        }
    }
    for n in 100..100 + u128::from(roll(dice, 3)) {
        news.push(News::Charged(n));
        if roll(dice, 2) == 0 {
            news.push(News::Paid(n));
        }
    }
    news
}

#[test]
fn news_in_any_order_makes_the_same_plan() {
    for seed in 0..2_000 {
        let mut dice = seed;
        let mut news = day(&mut dice);
        let expected = plan(&facts_of(&news));
        for at in (1..news.len()).rev() {
            news.swap(at, usize::try_from(roll(&mut dice, at as u64 + 1)).unwrap());
        }
        assert_eq!(plan(&facts_of(&news)), expected, "seed {seed}");
    }
}

#[test]
fn each_step_comes_after_what_it_needs_and_stands_there_once() {
    for seed in 0..2_000 {
        let steps = plan(&facts_of(&day(&mut seed.clone())));
        let mut before = Vec::new();
        for step in &steps {
            assert!(
                step.needs
                    .iter()
                    .all(|need| before.contains(need) || need.kind == StepKind::ReturnConsult),
                "seed {seed}: {step:?}"
            );
            assert!(!before.contains(&step.key), "seed {seed}: {step:?}");
            before.push(step.key);
        }
    }
}

#[test]
fn nothing_is_ready_before_what_it_needs_is_done() {
    for seed in 0..2_000 {
        let steps = plan(&facts_of(&day(&mut seed.clone())));
        let state = |key| steps.iter().find(|step| step.key == key).map(|step| step.state);
        for step in steps.iter().filter(|step| step.state == StepState::Ready) {
            for need in &step.needs {
                let over = state(*need).is_none_or(StepState::is_over);
                assert!(over, "seed {seed}: {step:?}");
            }
        }
    }
}

#[test]
fn a_day_that_is_over_leaves_nothing_open() {
    for seed in 0..2_000 {
        let facts = Facts { closed: true, ..facts_of(&day(&mut seed.clone())) };
        let steps = plan(&facts);
        let open = steps.iter().find(|s| s.key.kind != StepKind::Pay && !s.state.is_over());
        assert_eq!(open, None, "seed {seed}");
        assert!(!visit_state(&facts, &steps).is_live(), "seed {seed}");
    }
}
