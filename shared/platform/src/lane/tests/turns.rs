//! Two batches at once: one has its turn, the other waits for COMMIT.

use std::cell::RefCell;

use super::*;

const STATEMENTS: Duration = Duration::from_millis(5);
const COMMIT: Duration = Duration::from_millis(20);

/// Shares no row with any other.
struct Question(Claim);

impl Command for Question {
    type Outcome = ();

    const BATCHES_AT_ONCE: usize = 2;

    fn claim(&self) -> &Claim {
        &self.0
    }
}

/// When batches of one question each begin, in milliseconds. `work` is told which attempt it is.
async fn begun(
    questions: usize,
    work: impl AsyncFn(usize, &Turn<'_, Question>) -> Result<(), DbError>,
) -> Vec<u128> {
    let (start, begun) = (Instant::now(), RefCell::new(Vec::new()));
    let (queue, commands) = mpsc::channel(questions);
    let settings = LaneSettings { batch: 1, ..SETTINGS };
    let runner = run::Runner::new(
        "test",
        settings,
        commands,
        async |batch: &[Question], turn: &Turn<'_, _>| {
            let attempt = begun.borrow().len();
            begun.borrow_mut().push(start.elapsed().as_millis());
            work(attempt, turn).await.map(|()| vec![(); batch.len()])
        },
    );
    let lanes = Lanes { name: "test", queues: Arc::new([queue]) };
    let asked = async move {
        let ask = |n| lanes.submit((), Question(coins(0, n, Kind::Good).claim));
        join_all((0..questions).map(ask)).await
    };
    let (told, ()) = join(asked, runner.run()).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    begun.into_inner()
}

#[tokio::test(start_paused = true)]
async fn the_next_batch_begins_when_a_turn_ends_and_no_more_than_two_are_under_way() {
    let begun = begun(4, async |_, turn| {
        tokio::time::sleep(STATEMENTS).await;
        turn.end();
        tokio::time::sleep(COMMIT).await;
        Ok(())
    });
    assert_eq!(begun.await, [0, 5, 25, 30]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_end_a_turn_keeps_it_to_the_end() {
    let begun = begun(3, async |_, _| {
        tokio::time::sleep(STATEMENTS + COMMIT).await;
        Ok(())
    });
    assert_eq!(begun.await, [0, 25, 50]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_runs_again_still_has_its_turn_unless_it_has_ended_it() {
    for (ended, expected) in [(false, [0, 20, 40]), (true, [0, 0, 20])] {
        let begun = begun(2, async |attempt, turn| {
            if attempt > 0 {
                tokio::time::sleep(COMMIT).await;
                return Ok(());
            }
            if ended {
                turn.end();
            }
            Err(DbError::Deadline("test"))
        });
        assert_eq!(begun.await, expected, "{ended}");
    }
}
