//! Guesses at one code from all sides: many at once, at two servers on one database, one of which
//! dies in the middle. No more than five are looked at.
//!
//! A short form runs with the other tests. The long one, of ten thousand:
//! `CITYGATE_GUESSES=10000 cargo test --test process guesses`

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use citygate::demo::actors::{Caller, CitizenApp, code_in, find_letter};
use citygate_testkit::TestDb;
use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use nix::sys::signal::Signal;
use serde_json::json;

use crate::program::{Serving, citygate, eventually};

const EMAIL: &str = "chen.jing@citygate.example";
/// How many guess at the same time.
const AT_ONCE: usize = 200;

/// One of several servers on a database, with the same keys.
fn serve(db: &TestDb, keys: &Path, folder: &Path) -> Serving {
    let mut command = citygate(folder);
    command
        .env("DATABASE_URL", &db.url)
        .env("CITYGATE_KEYS_DIR", keys)
        .env("CITYGATE_DEMO_CITY", "true");
    Serving::run(command)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

/// How many guesses were counted.
async fn counted(db: &TestDb) -> String {
    let mut connection = AsyncPgConnection::establish(&db.url).await.unwrap();
    let query = "SELECT attempts::text AS value FROM identity.one_time_codes";
    let rows = diesel_async::RunQueryDsl::load::<Row>(sql_query(query), &mut connection);
    let rows: Vec<Row> = rows.await.unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

/// What the guessers share.
struct Siege {
    challenge: String,
    codes: Vec<String>,
    next: AtomicUsize,
    servers: Mutex<[Caller; 2]>,
    repeated: AtomicUsize,
}

impl Siege {
    /// Guesses until all codes are answered.
    async fn guess(self: Arc<Self>) {
        loop {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let Some(code) = self.codes.get(n) else { break };
            let body = json!({"challenge": self.challenge, "code": code});
            loop {
                let server = self.servers.lock().unwrap()[n % 2].clone();
                match server.post("/v1/sign-in", &body).await {
                    Ok(reply) if reply.status == 401 => break,
                    Ok(reply) => assert_eq!(reply.status, 503, "guess {n}: {}", reply.text),
                    Err(_) => {}
                }
                self.repeated.fetch_add(1, Ordering::SeqCst);
                // Nobody is there for a while; there is no event to wait for.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thousands_of_guesses_at_two_servers_five_are_looked_at() {
    let guesses = std::env::var("CITYGATE_GUESSES").map_or(2_000, |text| text.parse().unwrap());
    let (db, keys) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = |which: usize| serve(&db, keys.path(), folders[which].path());
    let one = tokio::task::block_in_place(|| start(0));
    let other = tokio::task::block_in_place(|| start(1));
    let mut citizen = CitizenApp::new(&one.url, EMAIL).unwrap();
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    // Either worker may have sent it.
    let letter = || {
        let mails = folders.each_ref().map(|folder| folder.path().join("mail"));
        mails.iter().find_map(|mail| find_letter(mail, EMAIL, "code"))
    };
    tokio::task::block_in_place(|| eventually("a letter", || letter().is_some()));
    let right: usize = code_in(&letter().unwrap()).unwrap().parse().unwrap();
    // All different, and the right one among them, after more wrong ones than are looked at.
    let mut codes: Vec<_> = (1..guesses).map(|by| (right + by) % 1_000_000).collect();
    codes.insert(guesses / 4, right);
    let siege = Arc::new(Siege {
        challenge: citizen.challenge.clone(),
        codes: codes.iter().map(|code| format!("{code:06}")).collect(),
        next: AtomicUsize::new(0),
        servers: Mutex::new([&one, &other].map(|city| Caller::new(&city.url).unwrap())),
        repeated: AtomicUsize::new(0),
    });
    let guessers: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(siege.clone().guess())).collect();
    let begun = || siege.next.load(Ordering::SeqCst) >= guesses / 2;
    tokio::task::block_in_place(|| eventually("half of the guesses", begun));
    other.signal(Signal::SIGKILL);
    assert_eq!(tokio::task::block_in_place(|| other.end()), None);
    let again = tokio::task::block_in_place(|| start(1));
    siege.servers.lock().unwrap()[1] = Caller::new(&again.url).unwrap();
    for guesser in guessers {
        guesser.await.unwrap();
    }
    assert_eq!(counted(&db).await, "5");
    for server in [&one, &again] {
        citizen.caller.url = server.url.clone();
        let late = citizen.clone().sign_in(&format!("{right:06}")).await.unwrap();
        assert_eq!(late.status, 401, "{}", late.text);
    }
    let repeated = siege.repeated.load(Ordering::SeqCst);
    println!("{guesses} guesses refused, {repeated} repeated, 5 looked at");
}
