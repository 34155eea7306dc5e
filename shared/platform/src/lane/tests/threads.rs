//! Lanes on threads of their own.

use std::{collections::BTreeSet, thread, thread::ThreadId};

use super::*;
use crate::idempotency::Claim;

/// Says on which thread it was carried out.
struct Where(Claim);

impl Command for Where {
    type Outcome = ThreadId;

    fn claim(&self) -> &Claim {
        &self.0
    }
}

fn ask(key: usize) -> Where {
    Where(coins(0, key, Kind::Good).claim)
}

#[tokio::test]
async fn a_lane_ends_after_its_last_sender_and_after_everything_was_answered() {
    let (alive, mut ended) = mpsc::channel::<()>(1);
    let settings = LaneSettings { lanes: 2, ..SETTINGS };
    let lanes = Lanes::start("test", settings, move || {
        let alive = alive.clone();
        async move |batch: &[Where], _: &Turn<'_, Where>| {
            tokio::task::yield_now().await;
            assert!(!alive.is_closed());
            Ok(vec![thread::current().id(); batch.len()])
        }
    })
    .unwrap();
    let other = lanes.clone();
    drop(lanes);
    let asked = async move { join_all((0..50).map(|n| other.submit(n, ask(n)))).await };
    assert!(asked.await.iter().all(Result::is_ok));
    let ends = tokio::time::timeout(Duration::from_secs(10), ended.recv()).await;
    assert_eq!(ends.expect("the threads end"), None);
}

#[tokio::test]
async fn a_route_keeps_to_its_lane() {
    let settings = LaneSettings { lanes: 4, ..SETTINGS };
    let lanes = Lanes::start("test", settings, || {
        async |batch: &[Where], _: &Turn<'_, Where>| Ok(vec![thread::current().id(); batch.len()])
    })
    .unwrap();
    let mut used = BTreeSet::new();
    for route in 0..40 {
        let asked = join_all((0..3).map(|n| lanes.submit(route, ask(n + 3 * route)))).await;
        let threads: Vec<String> =
            asked.into_iter().map(|thread| format!("{:?}", thread.unwrap())).collect();
        assert!(threads.iter().all(|thread| *thread == threads[0]), "{threads:?}");
        used.insert(threads[0].clone());
    }
    assert_eq!(used.len(), 4);
}

#[tokio::test]
async fn without_lanes_nobody_waits_for_one() {
    let settings = LaneSettings { lanes: 0, ..SETTINGS };
    let none =
        Lanes::start("test", settings, || async |_: &[Where], _: &Turn<'_, Where>| Ok(Vec::new()))
            .unwrap();
    assert!(matches!(none.submit((), ask(0)).await, Err(LaneError::Ended)));
}
