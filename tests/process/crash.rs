//! `kill -9` of server and database under payments: what was acknowledged is there, what was not
//! has one answer, and the books balance.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use citygate::{demo::actors::Caller, settings::Settings};
use citygate_identity::{Access, Accessor, Named, Reason, person};
use citygate_kernel::{CityCode, Clock, Currency, Locale, Money, Text};
use citygate_payments::{BillId, NewBill, Terms, issue_bills};
use citygate_platform::{
    Platform,
    cluster::Cluster,
    db::{DatabaseSettings, Db},
    keys::Keys,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;

use crate::program::{Serving, database_pid, eventually};

const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
/// Bills of one yuan; the demo wallet holds 500.
const BILLS: usize = 300;
const PAYERS: usize = 8;

/// Issues bills to the first demo citizen, directly in the database of a stopped city.
pub async fn issue(data_dir: &Path, count: usize, fen: i64) -> Vec<BillId> {
    let place = data_dir.join("postgres");
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&place)).await.unwrap();
    let cluster = cluster.unwrap();
    let settings = Settings { data_dir: data_dir.to_owned(), ..Settings::default() };
    let keys = Keys::open(&settings.keys_folder()).unwrap();
    let clock = Clock::system();
    let db = Db::new(&cluster.url(), clock.clone(), &DatabaseSettings::default());
    let id_number = citygate_identity::DEMO_CITIZENS[0].2.parse().unwrap();
    let city = CityCode::HANGZHOU;
    let platform = Platform { db: db.clone(), clock: clock.clone(), keys: keys.clone() };
    let (cx, by) = (platform.cx(Locale::default(), "test"), Accessor::city(city));
    let ids: Vec<BillId> = (0..count).map(|_| BillId::new(city, &clock)).collect();
    for ids in ids.chunks(1_000) {
        let issued = db.tx("test.issue", async |tx| {
            let named = Named { id_number: &id_number, name: None, case: None };
            let debtor = person(&keys, tx, &Access::new(&cx, by, REASON), named).await?;
            let bill = |id: &BillId| NewBill {
                id: *id,
                agency: citygate_traffic::POLICE,
                issuer: "test",
                external_no: id.uuid().simple().to_string(),
                debtor,
                subject: Text::new("test", "测试"),
                amount: Money::new(fen, Currency::Cny),
                due_on: tx.now().date_naive(),
                surcharge: None,
                terms: Terms::default(),
            };
            let bills: Vec<NewBill> = ids.iter().map(bill).collect();
            issue_bills(tx, &bills).await?.into_iter().collect::<Result<(), _>>()
        });
        issued.await.unwrap();
    }
    drop(db);
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
    ids
}

/// Pays bills until all are paid or the city is gone. Returns what was acknowledged, and under
/// which keys no answer came.
async fn pay(
    city: Caller,
    bills: Arc<Vec<BillId>>,
    next: Arc<AtomicUsize>,
    acked: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
) -> (BTreeMap<BillId, String>, Vec<BillId>) {
    let (mut paid, mut unknown) = (BTreeMap::new(), Vec::new());
    while !gone.load(Ordering::SeqCst) {
        let Some(bill) = bills.get(next.fetch_add(1, Ordering::SeqCst)) else { break };
        let path = format!("/v1/bills/{bill}/payments");
        match city.post_once(&path, &bill.to_string(), &json!({})).await {
            Ok(reply) if reply.status == 201 => {
                acked.fetch_add(1, Ordering::SeqCst);
                paid.insert(*bill, reply.text);
            }
            // 503 is no answer either: the outcome is not known.
            Ok(reply) => {
                assert_eq!(reply.status, 503, "{}", reply.text);
                unknown.push(*bill);
            }
            Err(_) => unknown.push(*bill),
        }
    }
    (paid, unknown)
}

/// The processes that the database's supervisor has started.
pub fn children_of(supervisor: i32) -> Vec<i32> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| parent_of(*pid) == Some(supervisor))
        .collect()
}

/// Kills server and database at once, the database's children first known.
pub fn kill_everything(city: &Serving, data_dir: &Path) {
    let supervisor = database_pid(data_dir).unwrap();
    let children = children_of(supervisor);
    city.signal(Signal::SIGKILL);
    for pid in [supervisor].into_iter().chain(children) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

fn parent_of(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_payments_survive_the_death_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serving::start(folder.path()));
    eventually("the database stops", || database_pid(folder.path()).is_none());
    let bills = Arc::new(issue(folder.path(), BILLS, 100).await);

    let city = Serving::start(folder.path());
    let mut caller = Caller::new(&city.url).unwrap();
    caller.token = Some(city.token());
    let (next, acked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let gone = Arc::new(AtomicBool::new(false));
    let payers: Vec<_> = (0..PAYERS)
        .map(|_| {
            let pay = pay(caller.clone(), bills.clone(), next.clone(), acked.clone(), gone.clone());
            tokio::spawn(pay)
        })
        .collect();
    eventually("payments flow", || acked.load(Ordering::SeqCst) >= BILLS / 3);
    kill_everything(&city, folder.path());
    gone.store(true, Ordering::SeqCst);
    assert_eq!(city.end(), None);
    let (mut paid, mut unknown) = (BTreeMap::new(), Vec::new());
    for payer in payers {
        let (some, doubtful) = payer.await.unwrap();
        paid.extend(some);
        unknown.extend(doubtful);
    }
    assert!(paid.len() >= BILLS / 3, "{} acknowledged", paid.len());

    let city = Serving::start(folder.path());
    let mut caller = Caller::new(&city.url).unwrap();
    caller.token = Some(city.token());
    for (bill, answer) in &paid {
        let path = format!("/v1/bills/{bill}");
        let reply = caller.get(&path).await.unwrap();
        assert_eq!(reply.text_at("/state"), "paid", "acknowledged and lost: {bill}");
        let (pay, key) = (format!("{path}/payments"), bill.to_string());
        let again = caller.post_once(&pay, &key, &json!({})).await.unwrap();
        assert_eq!((again.status, &again.text), (201, answer), "the one answer of {bill}");
    }
    for bill in &unknown {
        let path = format!("/v1/bills/{bill}/payments");
        let reply = caller.post_once(&path, &bill.to_string(), &json!({})).await.unwrap();
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let settled = paid.len() + unknown.len();
    let wallet = caller.get("/v1/wallet").await.unwrap().minor_at("/available");
    let spent = i64::try_from(settled).unwrap() * 100;
    assert_eq!(wallet, 50_000 - spent, "each was charged once");
    println!("{} acknowledged, {} without an answer, none lost", paid.len(), unknown.len());
    city.signal(Signal::SIGTERM);
    assert_eq!(city.end(), Some(0));
    verify_books(folder.path()).await;
}

/// Recomputes the books of the stopped city.
pub async fn verify_books(data_dir: &Path) {
    let place = data_dir.join("postgres");
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&place)).await.unwrap();
    let cluster = cluster.unwrap();
    let settings = DatabaseSettings::default();
    let db = Db::new(&cluster.url(), Clock::system(), &settings);
    let verified = citygate_ledger::verify(&db, |_| {}).await.map(|_| ());
    drop(db);
    // The pool closes its connections when it is dropped; the cluster stops "fast" in any case.
    tokio::time::timeout(
        Duration::from_secs(30),
        tokio::task::spawn_blocking(move || drop(cluster)),
    )
    .await
    .unwrap()
    .unwrap();
    verified.unwrap();
}
