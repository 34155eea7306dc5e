//! Lanes on a till that plays the database, in time that stands still unless somebody waits.

mod simulation;
mod threads;
mod till;
mod turns;

use std::future::Ready;

use futures_util::future::{join, join_all};

use self::till::{Coins, Fate, Kind, SLOW, Said, TIME, Till, coins};
use super::*;

const SETTINGS: LaneSettings =
    LaneSettings { lanes: 1, queue: 100, batch: 8, wait_ms: 4_000, patience_ms: 1_000 };

type Told = Result<Said, LaneError>;

/// A lane that runs where it is polled.
fn lane<R>(settings: LaneSettings, run: R) -> (Lanes<Coins>, impl Future<Output = ()>)
where
    R: AsyncFn(&[Coins], &Turn<'_, Coins>) -> Result<Vec<Said>, DbError>,
{
    let (queue, commands) = mpsc::channel(settings.queue);
    let runner = run::Runner::new("test", settings, commands, run);
    (Lanes { name: "test", queues: Arc::new([queue]) }, runner.run())
}

/// What each is told, all of whom arrive before the lane looks.
async fn told(settings: LaneSettings, till: &Till, commands: Vec<Coins>) -> Vec<Told> {
    let (lanes, lane) =
        lane(settings, async |batch: &[Coins], _: &Turn<'_, Coins>| till.run(batch).await);
    let callers = async move {
        join_all(commands.into_iter().map(|command| lanes.submit("route", command))).await
    };
    let (told, ()) = join(callers, lane).await;
    assert!(till.book.borrow().faults.is_empty(), "{:?}", till.book.borrow().faults);
    told
}

fn good(n: usize) -> Vec<Coins> {
    (0..n).map(|number| coins(number, number, Kind::Good)).collect()
}

fn taken(total: u32) -> Said {
    Said::Taken { total }
}

/// The trouble of a command that has no outcome.
fn trouble(told: &Told) -> &DbError {
    match told {
        Err(LaneError::Db(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_one_batch_in_the_order_of_arrival_and_never_too_large() {
    let till = Till::troubled([]);
    let told = told(SETTINGS, &till, good(18)).await;
    let numbers: Vec<usize> = (0..18).collect();
    let batches: Vec<&[usize]> = numbers.chunks(8).collect();
    assert_eq!(till.attempts(), batches);
    assert_eq!(till.book.borrow().written, numbers);
    for (told, total) in told.into_iter().zip(1..) {
        assert_eq!(told.unwrap(), taken(total));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_command_keeps_nobody_from_being_served() {
    let till = Till::troubled([]).with_cap(5);
    let mut commands = good(3);
    commands[1].amount = 5;
    let told: Vec<_> = told(SETTINGS, &till, commands).await.into_iter().flatten().collect();
    assert_eq!(told, [taken(1), Said::Full, taken(2)]);
    assert_eq!(till.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_hears_the_first_answer_from_the_next_batch() {
    let till = Till::troubled([]);
    let commands =
        [0, 0, 1].into_iter().zip(0..).map(|(key, n)| coins(n, key, Kind::Good)).collect();
    let told: Vec<_> = told(SETTINGS, &till, commands).await.into_iter().flatten().collect();
    assert_eq!(told, [taken(1), taken(1), taken(2)]);
    assert_eq!(till.attempts(), [vec![0, 2], vec![1]]);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_repeated_again_and_again_takes_no_room_from_others() {
    let till = Till::troubled([]);
    let repeated = (0..40).map(|n| coins(n, 0, Kind::Good));
    let commands = repeated.chain((40..48).map(|n| coins(n, n, Kind::Good))).collect();
    let told = told(SETTINGS, &till, commands).await;
    let in_progress = |told: &&Told| matches!(told, Err(LaneError::InProgress));
    assert!(told[40..].iter().all(Result::is_ok));
    assert!(told.iter().flatten().count() + told.iter().filter(in_progress).count() == 48);
    assert!(till.attempts().len() <= 7, "{:?}", till.attempts());
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_batch_fails_alone() {
    for kind in [Kind::Poison, Kind::Bomb] {
        for at in 0..8 {
            let till = Till::troubled([]);
            let mut commands = good(10);
            commands[at].kind = kind;
            let told = told(SETTINGS, &till, commands).await;
            assert!(!trouble(&told[at]).is_passing(), "{kind:?} {at}");
            assert_eq!(told.iter().flatten().count(), 9, "{kind:?} {at}");
            let expected: Vec<_> = (0..10).filter(|n| *n != at).collect();
            assert_eq!(till.book.borrow().written, expected);
            // Of each pair of halves one is whole: three cuts, and the batch that comes next.
            assert_eq!(till.attempts().len(), 1 + 2 * 3 + 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_outside_the_future_does_not_end_the_lane() {
    fn burst(_: &[Coins], _: &Turn<'_, Coins>) -> Ready<Result<Vec<Said>, DbError>> {
        panic!("no future");
    }
    let (lanes, lane) = lane(SETTINGS, burst);
    let callers = async move {
        let first = lanes.submit((), coins(0, 0, Kind::Good)).await;
        (first, lanes.submit((), coins(1, 1, Kind::Good)).await)
    };
    let ((first, second), ()) = join(callers, lane).await;
    assert!(matches!(trouble(&first), DbError::Faulty(_)));
    assert!(matches!(trouble(&second), DbError::Faulty(_)), "the lane goes on");
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_an_outcome_for_each_is_a_fault_and_nobody_hears_another_ones() {
    let (lanes, lane) =
        lane(SETTINGS, async |_: &[Coins], _: &Turn<'_, Coins>| Ok(vec![taken(1), taken(2)]));
    let callers =
        async move { join_all(good(3).into_iter().map(|command| lanes.submit((), command))).await };
    let (told, ()) = join(callers, lane).await;
    assert!(matches!(trouble(&told[0]), DbError::Faulty(_)));
    assert_eq!(told[1..].iter().flatten().count(), 2, "two is a number that fits: {told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once_and_what_was_queued_runs() {
    let till = Till::troubled([]);
    let settings = LaneSettings { queue: 3, batch: 2, ..SETTINGS };
    let (lanes, lane) =
        lane(settings, async |batch: &[Coins], _: &Turn<'_, Coins>| till.run(batch).await);
    let began = Instant::now();
    let callers = async move {
        join_all(good(5).into_iter().map(async |command| {
            let told = lanes.submit((), command).await;
            (told, began.elapsed())
        }))
        .await
    };
    let (told, ()) = join(callers, lane).await;
    for (told, after) in &told[3..] {
        assert!(matches!(told, Err(LaneError::Full)) && after.is_zero(), "{told:?} {after:?}");
    }
    assert_eq!(told.iter().filter(|(told, _)| told.is_ok()).count(), 3);
    assert_eq!(till.book.borrow().written, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_longer_than_the_limit_is_not_begun() {
    for (wait_ms, begun) in [(5, true), (4, false)] {
        let till = Till::troubled([]);
        let settings = LaneSettings { batch: 1, wait_ms, ..SETTINGS };
        assert_eq!(TIME, Duration::from_millis(5));
        let told = told(settings, &till, good(2)).await;
        assert!(told[0].is_ok());
        assert_eq!(told[1].is_ok(), begun);
        assert_eq!(till.book.borrow().written.len(), if begun { 2 } else { 1 });
        assert!(begun || matches!(told[1], Err(LaneError::WaitedTooLong)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_hangs_up_is_served_all_the_same() {
    let till = Till::troubled([]);
    let (lanes, lane) =
        lane(SETTINGS, async |batch: &[Coins], _: &Turn<'_, Coins>| till.run(batch).await);
    let callers = async move {
        let in_the_queue =
            tokio::time::timeout(Duration::ZERO, lanes.submit((), good(1).remove(0)));
        assert!(in_the_queue.await.is_err());
        let under_way = tokio::time::timeout(TIME / 2, lanes.submit((), good(2).remove(1)));
        assert!(under_way.await.is_err());
        lanes.submit((), good(3).remove(2)).await
    };
    let (told, ()) = join(callers, lane).await;
    assert_eq!(told.unwrap(), taken(3));
    assert_eq!(till.book.borrow().written, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn trouble_that_passes_is_told_to_nobody() {
    for fate in [Fate::Lost, Fate::Unheard, Fate::Undone, Fate::Late, Fate::Deadlock, Fate::Locked]
    {
        let till = Till::troubled([fate; 5]);
        let told = told(SETTINGS, &till, good(8)).await;
        for (told, total) in told.into_iter().zip(1..) {
            assert_eq!(told.unwrap(), taken(total), "{fate:?}");
        }
        assert_eq!(till.book.borrow().written, (0..8).collect::<Vec<_>>(), "{fate:?}");
        // It would not pass any sooner for a smaller batch.
        assert!(till.attempts().iter().all(|batch| batch.len() == 8), "{fate:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_too_slow_becomes_smaller() {
    let till = Till::troubled([Fate::Slow]);
    let settings = LaneSettings { patience_ms: 2_000, ..SETTINGS };
    let told = told(settings, &till, good(8)).await;
    assert!(told.iter().all(Result::is_ok));
    assert_eq!(till.attempts().iter().map(Vec::len).collect::<Vec<_>>(), [8, 4, 4]);
    assert!(SLOW < millis(settings.patience_ms));
}

#[tokio::test(start_paused = true)]
async fn an_outage_takes_no_longer_than_patience_however_many_parts_there_are() {
    // A part is found to be broken, and then the database goes away.
    let mut attempts = 0;
    let till = Till::new(move |_| {
        attempts += 1;
        if attempts < 3 { Fate::Fine } else { Fate::Lost }
    });
    let began = Instant::now();
    let mut commands = good(8);
    commands[0].kind = Kind::Poison;
    let told = told(SETTINGS, &till, commands).await;
    assert!(told.iter().all(|told| trouble(told).is_passing()), "{told:?}");
    let longest = millis(SETTINGS.patience_ms) + 10 * TIME;
    assert!(began.elapsed() <= longest, "{:?}", began.elapsed());
    assert!(till.book.borrow().written.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_renews_the_patience_even_a_bad_one() {
    // Five attempts without an answer take more than half of it.
    let till = Till::new(|silent| if silent < 5 { Fate::Lost } else { Fate::Fine });
    let mut commands = good(4);
    commands[0].kind = Kind::Poison;
    let told = told(SETTINGS, &till, commands).await;
    assert!(!trouble(&told[0]).is_passing());
    assert_eq!(told.iter().flatten().count(), 3, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_given_up_leaves_the_lane_to_the_next() {
    let began = Instant::now();
    let till =
        Till::new(
            move |_| {
                if began.elapsed() < Duration::from_secs(1) { Fate::Lost } else { Fate::Fine }
            },
        );
    let settings = LaneSettings { batch: 2, ..SETTINGS };
    let told = told(settings, &till, good(6)).await;
    let passed: Vec<_> = told.iter().map(Result::is_ok).collect();
    assert_eq!(passed, [false, false, true, true, true, true]);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_never_said_to_have_failed() {
    for (doubt, happened) in [(Fate::Unheard, true), (Fate::Late, true), (Fate::Undone, false)] {
        // After the doubt, whatever the batch is cut into fails for a reason of its own.
        let till = Till::troubled([doubt, Fate::Panic, Fate::Panic, Fate::Panic]);
        let told = told(SETTINGS, &till, good(2)).await;
        till.close();
        assert_eq!(till.book.borrow().written.len(), if happened { 2 } else { 0 }, "{doubt:?}");
        for told in told {
            assert!(matches!(trouble(&told), DbError::OutcomeUnknown { .. }), "{doubt:?} {told:?}");
            let problem = Problem::from(told.unwrap_err());
            assert!(problem.kind.retryable, "{}", problem.kind.code);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_a_lane_says_that_it_passes() {
    let lost = LaneError::Db(Arc::new(DbError::Deadline("till")));
    for (error, code) in [
        (LaneError::Full, "service.busy"),
        (LaneError::WaitedTooLong, "service.busy"),
        (LaneError::InProgress, "request.in_progress"),
        (LaneError::Ended, "service.unavailable"),
        (lost, "service.unavailable"),
    ] {
        let problem = Problem::from(error);
        assert_eq!((problem.kind.code, problem.kind.retryable), (code, true));
        assert_eq!(problem.retry_after_seconds, Some(1));
    }
}
