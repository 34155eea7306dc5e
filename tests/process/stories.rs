//! Starting, stopping, starting again; and the demo.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use nix::sys::signal::Signal;

use crate::program::{Serving, citygate, database_pid, eventually, finished, is_running};

async fn status(url: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(url).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_city_starts_stops_on_either_signal_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGINT] {
        let city = Serving::start(folder.path());
        assert_eq!(status(&format!("{}/health/ready", city.url)).await, 200);
        let database = database_pid(folder.path()).unwrap();
        city.signal(signal);
        assert_eq!(city.end(), Some(0));
        assert!(!is_running(database), "the database was stopped with the city");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_on_its_way_out_answers_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let city = Serving::start(folder.path());
    let (answered, url) = (Arc::new(AtomicUsize::new(0)), format!("{}/v1/cities", city.url));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (answered, url) = (answered.clone(), url.clone());
            tokio::spawn(async move {
                // One connection each, kept alive. Asked to close it, a client goes elsewhere, as
                // a proxy would.
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                loop {
                    let answer = client.get(&url).send().await.unwrap();
                    assert_eq!(answer.status().as_u16(), 200);
                    answered.fetch_add(1, Ordering::SeqCst);
                    if answer.headers().get("connection").is_some_and(|value| value == "close") {
                        return;
                    }
                }
            })
        })
        .collect();
    eventually("requests are answered", || answered.load(Ordering::SeqCst) > 50);
    let before = answered.load(Ordering::SeqCst);
    city.signal(Signal::SIGTERM);
    for client in clients {
        client.await.expect("no request is cut off");
    }
    assert!(answered.load(Ordering::SeqCst) > before, "it went on answering while draining");
    assert_eq!(city.end(), Some(0));
}

#[tokio::test]
async fn the_pasted_line_of_the_greeting_shows_fines() {
    let folder = tempfile::tempdir().unwrap();
    let city = Serving::start(folder.path());
    let line = city.greeting.iter().find(|line| line.contains("/v1/traffic/fines")).unwrap();
    let output = std::process::Command::new("sh").args(["-c", line.trim()]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["items"].as_array().unwrap().len(), 3, "{answer}");
}

#[tokio::test]
async fn a_killed_city_leaves_no_database_behind() {
    let folder = tempfile::tempdir().unwrap();
    let city = Serving::start(folder.path());
    let database = database_pid(folder.path()).unwrap();
    assert!(is_running(database));
    city.signal(Signal::SIGKILL);
    assert_eq!(city.end(), None);
    eventually("the database stops after its owner", || !is_running(database));
}

/// What was paid on top of the late fine, in fen: what falls due on a weekend does so on the Monday after
/// it, so that it depends on the day on which the story is told.
fn surcharge(printed: &str) -> Option<u32> {
    let (_, paid) = printed.split_once("CNY 150.00 + surcharge CNY ")?;
    let (yuan, fen) = paid.split_once(',')?.0.split_once('.')?;
    Some(yuan.parse::<u32>().ok()? * 100 + fen.parse::<u32>().ok()?)
}

#[test]
fn the_demo_tells_its_story_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["demo"][..], &["demo", "--processor-times-out"][..]] {
        let mut command = citygate(folder.path());
        command.args(arguments);
        let output = finished(command);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{printed}");
        assert!(printed.contains("The story is told"), "{printed}");
        let moved = 195_000 + surcharge(&printed).expect("a fine is paid late");
        assert!(printed.contains(&format!("debits {moved} = credits {moved} ")), "{printed}");
        assert!(printed.contains("9 commands, from an empty machine"), "{printed}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn migrations_are_applied_once_and_work_finds_no_dead() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = citygate(folder.path());
        command.args(arguments).env("CITYGATE_LOG__FILTER", "warn");
        String::from_utf8(finished(command).stdout).unwrap()
    };
    assert!(run(&["migrate"]).contains("Applied 20261122000100"));
    assert_eq!(run(&["migrate"]), "The database is up to date.\n");
    assert_eq!(run(&["work", "--dead"]), "0 dead job(s)\n");
    assert_eq!(run(&["work", "--replay", "all"]), "0 job(s) will run again\n");
}
