//! Random `kill -9` of server and database under 64 callers who repeat whatever was not answered:
//! nothing acknowledged is lost, nothing is charged twice, and the books stay right.
//!
//! A short form runs with the other tests. The long one, for five minutes:
//! `CITYGATE_CHAOS_SECONDS=300 cargo test --test process chaos`

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use citygate::demo::actors::Caller;
use citygate_payments::BillId;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;

use crate::{
    crash::{children_of, issue, kill_everything, verify_books},
    program::{Serving, database_pid, eventually},
};

const CALLERS: usize = 64;
/// Bills of one fen; the demo wallet holds fifty thousand.
const BILLS: usize = 49_000;
/// How much has to be paid between two deaths.
const BETWEEN: usize = 100;

/// What the callers share.
struct World {
    bills: Vec<BillId>,
    next: AtomicUsize,
    /// Where the city answers at present.
    city: Mutex<Caller>,
    /// Bills that were acknowledged, with the answer.
    acknowledged: Mutex<Vec<(BillId, String)>>,
    repeated: AtomicUsize,
    over: AtomicBool,
}

impl World {
    /// Pays bills one after the other, each until it is answered.
    async fn pay(self: Arc<Self>) {
        while !self.over.load(Ordering::SeqCst) {
            let Some(bill) = self.bills.get(self.next.fetch_add(1, Ordering::SeqCst)) else {
                break;
            };
            let (path, key) = (format!("/v1/bills/{bill}/payments"), bill.to_string());
            loop {
                let city = self.city.lock().unwrap().clone();
                match city.post_once(&path, &key, &json!({})).await {
                    Ok(reply) if reply.status == 201 => {
                        self.acknowledged.lock().unwrap().push((*bill, reply.text));
                        break;
                    }
                    Ok(reply) => assert_eq!(reply.status, 503, "{}", reply.text),
                    Err(_) => {}
                }
                self.repeated.fetch_add(1, Ordering::SeqCst);
                // Nobody is there for a while; there is no event to wait for.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    fn paid(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

fn serve(folder: &Path, world: Option<&World>) -> (Serving, Caller) {
    let city = Serving::start(folder);
    let mut caller = Caller::new(&city.url).unwrap();
    caller.token = Some(city.token());
    if let Some(world) = world {
        *world.city.lock().unwrap() = caller.clone();
    }
    (city, caller)
}

/// Kills something by lot. Returns whether the city has to be started again.
fn strike(city: &Serving, folder: &Path, lot: usize) -> bool {
    let supervisor = database_pid(folder).unwrap();
    match lot % 3 {
        0 => kill_everything(city, folder),
        1 => city.signal(Signal::SIGKILL),
        // One of the database's processes: it starts all others anew, and the city stays.
        _ => {
            let children = children_of(supervisor);
            if let Some(child) = children.get(lot / 3 % children.len().max(1)) {
                let _ = kill(Pid::from_raw(*child), Signal::SIGKILL);
            }
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn random_deaths_lose_nothing_and_double_nothing() {
    let seconds = std::env::var("CITYGATE_CHAOS_SECONDS").map_or(10, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    drop(Serving::start(folder.path()));
    eventually("the database stops", || database_pid(folder.path()).is_none());
    let bills = issue(folder.path(), BILLS, 1).await;
    let (mut city, caller) = serve(folder.path(), None);
    let before = caller.get("/v1/wallet").await.unwrap().minor_at("/available");
    let world = Arc::new(World {
        bills,
        next: AtomicUsize::new(0),
        city: Mutex::new(caller),
        acknowledged: Mutex::default(),
        repeated: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(world.clone().pay())).collect();
    let (ends, mut deaths) = (Instant::now() + Duration::from_secs(seconds), 0);
    // The identifiers of the bills are random enough to draw lots from.
    let mut lots = world.bills.iter().map(|bill| bill.uuid().as_u128() as usize);
    while Instant::now() < ends {
        let goal = world.paid() + BETWEEN;
        let all = || world.paid() >= goal.min(BILLS);
        tokio::task::block_in_place(|| eventually("payments flow again", all));
        deaths += 1;
        let restart = strike(&city, folder.path(), lots.next().unwrap());
        if restart {
            assert_eq!(city.end(), None);
            city = tokio::task::block_in_place(|| serve(folder.path(), Some(&world)).0);
        }
    }
    world.over.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }

    let caller = world.city.lock().unwrap().clone();
    let acknowledged = std::mem::take(&mut *world.acknowledged.lock().unwrap());
    let after = caller.get("/v1/wallet").await.unwrap().minor_at("/available");
    assert_eq!(before - after, i64::try_from(acknowledged.len()).unwrap(), "each was charged once");
    for (bill, answer) in acknowledged.iter().step_by(acknowledged.len() / 200 + 1) {
        let path = format!("/v1/bills/{bill}/payments");
        let again = caller.post_once(&path, &bill.to_string(), &json!({})).await.unwrap();
        assert_eq!((again.status, &again.text), (201, answer), "the one answer of {bill}");
    }
    city.signal(Signal::SIGTERM);
    assert_eq!(city.end(), Some(0));
    verify_books(folder.path()).await;
    let repeated = world.repeated.load(Ordering::SeqCst);
    println!(
        "{deaths} deaths, {} paid, {repeated} repeated: lost 0, doubled 0",
        acknowledged.len()
    );
}
