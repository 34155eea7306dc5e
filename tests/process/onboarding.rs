//! `citygate participant` and `citygate conformance`: a hospital's system is checked, and certified
//! by what it has sent.

use std::{fs, path::Path, process::Command};

use citygate_testkit::TestDb;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use serde_json::Value;

use crate::program::{Serving, citygate, finished};

fn program(db: &TestDb, folder: &Path, args: &[&str]) -> Command {
    let mut command = citygate(folder);
    command.env("DATABASE_URL", &db.url).args(args);
    command
}

/// What a command prints, and whether it did its work.
fn told(command: Command) -> (bool, String) {
    let output = finished(command);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[track_caller]
fn done(command: Command) -> String {
    let (well, text) = told(command);
    assert!(well, "{text}");
    text.trim_end().to_owned()
}

/// What an admin's application writes; nobody has to sign in here for it.
async fn apply(db: &TestDb, agency: &str, jwk: &Value) {
    let mut sql = AsyncPgConnection::establish(&db.url).await.unwrap();
    let uuid = "(SELECT id FROM public.agencies WHERE city = 330100)";
    assert!(agency.starts_with("agcy_330100_"));
    let statement = format!(
        "INSERT INTO exchange.participants (city, agency_id, state, software, signs, speaks_hl7, \
           sandbox_jwk, applied_at) \
         VALUES (330100, {uuid}, 'applied', 'LIS 7', true, true, '{jwk}', now())"
    );
    sql.batch_execute(&statement).await.unwrap();
}

#[tokio::test]
async fn a_hospital_runs_the_suite_itself_until_all_is_green() {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let run = |args: &[&str]| program(&db, folder.path(), args);
    let names = ["--name-en", "Lake Hospital", "--name-zh", "湖滨医院"];
    let agency = done(run(&[&["agency", "add", "--city", "330100"], &names[..]].concat()));
    let made = done(run(&["conformance", "key", "--out", "sandbox.pem"]));
    let (jwk, fingerprint) = made.split_once("fingerprint: ").unwrap();
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    assert_eq!(jwk["kid"], fingerprint.trim());
    assert!(jwk.get("d").is_none(), "the private key stays in its file");
    assert!(fs::read_to_string(folder.path().join("sandbox.pem")).unwrap().contains("PRIVATE"));
    assert!(!told(run(&["conformance", "key", "--out", "sandbox.pem"])).0, "it is not overwritten");
    apply(&db, &agency, &jwk).await;
    let listed = done(run(&["participant", "list"]));
    assert!(listed.contains(&format!("{agency}  applied")), "{listed}");
    let (_, early) = told(run(&["participant", "live", &agency]));
    assert!(early.contains("not to a participant that is applied"), "{early}");

    let opened = done(run(&["participant", "sandbox", &agency]));
    let (twin, client) = opened.split_once("  ").unwrap();
    assert!(twin.starts_with("agcy_999900_"), "{opened}");
    let city = Serving::bare(run(&[]));
    let suite = |more: &[&str]| {
        let own = ["conformance", "hospital", "--url", &city.url, "--client", client, "--key"];
        told(run(&[&own[..], &["sandbox.pem"], more].concat()))
    };
    let (well, text) = suite(&[]);
    assert!(!well && text.contains("mandatory rule(s) failed"), "{text}");
    assert!(text.contains("pass  grant") && text.contains("fail  final_report"), "{text}");
    let (well, text) = suite(&["--sample"]);
    assert!(well, "{text}");
    assert!(!text.contains("fail  "), "{text}");
    assert!(text.contains("pass  signature") && text.contains("pass  hl7v2"), "{text}");
    assert!(text.contains("The hospital is certified"), "{text}");
    let (well, text) = suite(&["--language", "zh-CN"]);
    assert!(well && text.contains("更正最终报告") && text.contains("通过 TLS"), "{text}");
    city.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(city.end(), Some(0));
    let listed = done(run(&["participant", "list"]));
    assert!(listed.contains(&format!("{agency}  certified")), "{listed}");
    let (_, alone) = told(run(&["participant", "live", &agency]));
    assert!(alone.contains("not asked for, or not approved"), "{alone}");
}
