//! Postings by the thousand, pushed by a centre while its client and the city die: what the batch
//! comes to agrees, nothing is lost and nothing doubled.
//!
//! A short form runs with the other tests. The long one:
//! `CITYGATE_POSTINGS=5000000 cargo test --release --test process provident_fund`

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Instant,
};

use citygate_platform::cluster::Cluster;
use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;

use crate::{
    crash::kill_everything,
    program::{Serving, citygate, database_pid, eventually, finished},
};

/// Postings of an account: twenty years and some interest.
const PER_ACCOUNT: usize = 250;
const EMPLOYER: &str = "91350100M000100Y43";

/// A resident's number with its check character (GB 11643).
fn id_number(n: usize) -> String {
    let digits = format!("110101{}{:03}", 19_500_101 + 10_000 * (n / 999), n % 999);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    format!("{digits}{}", &"10X98765432"[sum % 11..=sum % 11])
}

/// Writes accounts and what was posted to them, month by month as a centre's books have it. Returns
/// what the postings come to, in fen.
fn write_books(folder: &Path, postings: usize) -> i64 {
    let accounts = postings.div_ceil(PER_ACCOUNT);
    let mut file = BufWriter::new(File::create(folder.join("accounts.ndjson")).unwrap());
    for n in 0..accounts {
        let id_number = id_number(n);
        let line = json!({
            "account_no": format!("P{n}"), "person": {"name": "张三", "id_number": id_number},
            "state": "active", "opened_on": "2005-01-01",
            "employer": {"employer_no": EMPLOYER, "name": "甲公司"},
            "base_minor": 1_000_000, "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
        });
        writeln!(file, "{line}").unwrap();
    }
    file.flush().unwrap();
    let mut file = BufWriter::new(File::create(folder.join("postings.ndjson")).unwrap());
    let mut sum = 0;
    for n in 0..postings {
        let (account, month) = (n % accounts, n / accounts);
        let (year, of_year) = (2005 + month / 12, month % 12 + 1);
        let withdrawn = month % 10 == 9;
        let minor = 100_000 + i64::try_from(n % 1_000).unwrap();
        let (kind, own, employer) =
            if withdrawn { ("withdrawal", -minor, 0) } else { ("remittance", minor, minor) };
        let month = format!("{year}-{of_year:02}");
        let line = json!({
            "account_no": format!("P{account}"), "posting_no": format!("{month}-{account}"),
            "kind": kind, "month": month, "booked_on": format!("{month}-10"), "own_minor": own,
            "employer_minor": employer, "employer_no": (!withdrawn).then_some(EMPLOYER),
        });
        writeln!(file, "{line}").unwrap();
        sum += own + employer;
    }
    file.flush().unwrap();
    sum
}

/// The centre, with its key and its files.
struct Centre<'a> {
    folder: &'a Path,
    client: String,
    key: String,
    lines_per_part: String,
}

impl<'a> Centre<'a> {
    /// The demo's, as the greeting names it.
    fn of(city: &Serving, folder: &'a Path, postings: usize) -> Self {
        let line = city.greeting.iter().find(|line| line.contains("Fund centre")).unwrap();
        let (client, key) = line.split_once("client id ").unwrap().1.split_once(", key ").unwrap();
        // A short file has many parts, too.
        let lines_per_part = (postings / 120).clamp(1, 5_000).to_string();
        Self { folder, client: client.to_owned(), key: key.to_owned(), lines_per_part }
    }

    fn command(&self, city: &Serving, kind: &str) -> Command {
        let mut command = citygate(self.folder);
        let file = format!("{kind}.ndjson");
        command.args(["provident-fund", "push", &file, "--url", &city.url]);
        command.args(["--client", &self.client, "--key", &self.key, "--kind", kind]);
        command.args(["--batch", kind, "--as-of", "2026-11-20T16:00:00Z", "--patience", "2"]);
        command.args(["--lines-per-part", &self.lines_per_part]);
        command
    }

    /// Pushes to the end.
    fn push(&self, city: &Serving, kind: &str) -> String {
        let output = finished(self.command(city, kind));
        let text = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
        assert!(output.status.success(), "{text}");
        assert!(text.contains("the batch is closed"), "{text}");
        text
    }

    /// Pushes until so much of a hundred is done.
    fn begin(&self, city: &Serving, kind: &str, percent: u32) -> Pushing {
        let mut child = self.command(city, kind).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, printed) = mpsc::channel();
        let output = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let pushing = Pushing { child, printed };
        while pushing.printed.recv().is_ok_and(|line| done(&line) < percent) {}
        pushing
    }
}

/// How much of a hundred a line of progress tells of.
fn done(line: &str) -> u32 {
    line.split_once('%').and_then(|(percent, _)| percent.parse().ok()).unwrap_or(0)
}

/// A client at work.
struct Pushing {
    child: Child,
    printed: Receiver<String>,
}

impl Pushing {
    fn kill(mut self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGKILL).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), None);
    }

    /// Waits for the end. Returns what it printed since it was last heard.
    fn end(mut self) -> (bool, String) {
        let well = self.child.wait().unwrap().success();
        (well, self.printed.iter().collect::<Vec<_>>().join("\n"))
    }
}

#[derive(QueryableByName, Debug, PartialEq, Eq)]
struct Found {
    #[diesel(sql_type = BigInt)]
    postings: i64,
    #[diesel(sql_type = BigInt)]
    sum_minor: i64,
    #[diesel(sql_type = BigInt)]
    unsound: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// What the stopped city holds of the centre's books.
async fn found(data_dir: &Path) -> Found {
    let place = data_dir.join("postgres");
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&place)).await.unwrap();
    let cluster = cluster.unwrap();
    let mut sql = AsyncPgConnection::establish(&cluster.url()).await.unwrap();
    let found: Found = sql_query(
        "WITH p AS (SELECT account_id, count(*) AS n, sum(own_minor + employer_minor) AS minor \
                    FROM provident_fund.postings WHERE state IN ('posted', 'corrected') \
                    GROUP BY account_id) \
         SELECT sum(n) FILTER (WHERE account_no LIKE 'P%')::bigint AS postings, \
                sum(minor) FILTER (WHERE account_no LIKE 'P%')::bigint AS sum_minor, \
                count(*) FILTER (WHERE balance_minor <> COALESCE(minor, 0)) AS unsound, \
                pg_total_relation_size('provident_fund.postings') AS bytes \
         FROM provident_fund.accounts AS a LEFT JOIN p ON p.account_id = a.id",
    )
    .get_result(&mut sql)
    .await
    .unwrap();
    drop(sql);
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_survives_the_death_of_its_client_and_of_the_city() {
    let postings = std::env::var("CITYGATE_POSTINGS").ok();
    let postings = postings.map_or(60_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let sum = write_books(folder.path(), postings);
    let city = Serving::named(citygate(folder.path()), "Fund centre");
    let centre = Centre::of(&city, folder.path(), postings);
    centre.push(&city, "accounts");

    let began = Instant::now();
    centre.begin(&city, "postings", 30).kill();
    let pushing = centre.begin(&city, "postings", 60);
    kill_everything(&city, folder.path());
    assert_eq!(city.end(), None);
    let (well, text) = pushing.end();
    assert!(!well && text.contains("the same command goes on where this one ended"), "{text}");

    let city = Serving::named(citygate(folder.path()), "Fund centre");
    let text = centre.push(&city, "postings");
    assert!(text.contains("parts are there already"), "{text}");
    let seconds = began.elapsed().as_secs().max(1);
    let declared = format!("{postings} lines, CNY {}.{:02}", sum / 100, sum % 100);
    assert!(text.contains(&format!("declared   {declared}")), "{text}");
    assert!(text.contains(&format!("on record  {declared}")), "{text}");
    println!("{text}");
    assert!(centre.push(&city, "postings").contains(&declared), "once more changes nothing");

    city.signal(Signal::SIGTERM);
    assert_eq!(city.end(), Some(0));
    eventually("the database stops", || database_pid(folder.path()).is_none());
    let found = found(folder.path()).await;
    let count = i64::try_from(postings).unwrap();
    assert_eq!((found.postings, found.sum_minor, found.unsound), (count, sum, 0));
    let bytes = found.bytes / count;
    println!("{postings} postings in {seconds} s with two deaths, {bytes} bytes each");
}
