//! `citygate keys` beside a city that serves: nobody notices, and the old key can be destroyed.

use std::{
    path::Path,
    process::{Command, Output},
};

use citygate::demo::actors::Caller;
use citygate_testkit::TestDb;
use nix::sys::signal::Signal;

use crate::program::{Serving, citygate, finished};

/// The program on a database and a folder of keys that it shares with others.
fn program(db: &TestDb, folder: &Path) -> Command {
    let mut command = citygate(folder);
    command.env("DATABASE_URL", &db.url).env("CITYGATE_DEMO_CITY", "true");
    command
}

fn serve(db: &TestDb, folder: &Path) -> Serving {
    Serving::run(program(db, folder))
}

fn keys(db: &TestDb, folder: &Path, args: &[&str]) -> Output {
    let mut command = program(db, folder);
    command.arg("keys").args(args);
    finished(command)
}

#[track_caller]
fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The lines of `keys list` about a class.
fn listed(db: &TestDb, folder: &Path, class: &str) -> Vec<String> {
    let all = printed(&keys(db, folder, &["list"]));
    let of_class = all.lines().filter(|line| line.split_whitespace().nth(1) == Some(class));
    of_class.map(ToOwned::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_beside_a_city_that_serves() {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let folder = folder.path();
    let city = serve(&db, folder);
    let mut caller = Caller::new(&city.url).unwrap();
    caller.token = Some(city.token());
    let name = async || {
        let me = caller.get("/v1/me").await.unwrap();
        assert_eq!(me.status, 200, "{}", me.text);
        me.text_at("/real_name/name")
    };
    assert_eq!(name().await, "王*");
    let before = listed(&db, folder, "person");
    assert!(matches!(&before[..], [one] if one.contains("seals, 5 value(s)")), "{before:?}");
    let old = before[0].split_whitespace().next().unwrap();
    let in_use = keys(&db, folder, &["remove", old]);
    assert!(!in_use.status.success());
    assert!(String::from_utf8_lossy(&in_use.stderr).contains("is in use"));

    let rotating = program(&db, folder).args(["keys", "rotate", "--class", "person"]).spawn();
    let mut rotating = rotating.unwrap();
    while rotating.try_wait().unwrap().is_none() {
        assert_eq!(name().await, "王*", "in the middle of it");
    }
    assert!(rotating.wait().unwrap().success());
    let after = listed(&db, folder, "person");
    let [retired, active] = &after[..] else { panic!("{after:?}") };
    assert!(retired.contains("retired") && retired.contains(" 0 value(s)"), "{retired}");
    assert!(active.contains("seals, 5 value(s), wrapped by kek-1.key"), "{active}");

    let wrapped = printed(&keys(&db, folder, &["rotate", "--kek"]));
    assert!(wrapped.contains("kek-2.key wraps all data keys"), "{wrapped}");
    assert!(listed(&db, folder, "letter")[0].contains("wrapped by kek-2.key"));
    assert_eq!(name().await, "王*");

    let next = printed(&keys(&db, folder, &["rotate-certificates"]));
    let published = caller.get("/v1/certificates/jwks").await.unwrap();
    let kid = published.text_at("/keys/0/kid");
    assert!(next.starts_with(&kid) && published.body["keys"][1].is_object(), "{next}");
    // Whoever begins now finds everything with the new file alone.
    city.signal(Signal::SIGTERM);
    assert_eq!(city.end(), Some(0));
    std::fs::remove_file(folder.join("keys/kek-1.key")).unwrap();
    let city = serve(&db, folder);
    caller = Caller::new(&city.url).unwrap();
    caller.token = Some(city.token());
    assert_eq!(caller.get("/v1/me").await.unwrap().text_at("/real_name/name"), "王*");
    std::fs::remove_file(folder.join("keys/kek-2.key")).unwrap();
    let lost = keys(&db, folder, &["list"]);
    assert!(String::from_utf8_lossy(&lost.stderr).contains("not those that the data"));
}
