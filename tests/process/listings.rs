//! Files of listings, on the machine of whoever writes them.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
};

use crate::{
    program::{citygate, finished},
    refusals::refusal,
};

const AGENCY: &str = "agcy_330100_01980000000070008000000000000000";

/// The example of the documentation.
fn example() -> String {
    let page = include_str!("../../docs/listings.md");
    page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn listing(folder: &Path, words: &[&str]) -> Command {
    let mut command = citygate(folder);
    command.arg("listing").args(words);
    command
}

fn printed(command: Command) -> (Option<i32>, String) {
    let output = finished(command);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_file_is_checked_without_a_city() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("stall.toml");
    fs::write(&file, example()).unwrap();
    let (code, said) = printed(listing(folder, &["check", "stall.toml"]));
    assert_eq!(
        (code, said.as_str()),
        (
            Some(0),
            "stall.toml is well-formed: Permit for a street stall (便民摊点经营许可), \
             market.stall_permit as application, from 2026-12-01; 1 condition, 2 documents, 1 fee\n"
        )
    );
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(left, [file], "no city was set up for it");
}

#[test]
fn every_fault_of_a_file_is_a_line_that_an_editor_understands() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let wrong = example()
        .replace("within_days = 60", "within_days = 0")
        .replace("amount_minor = 5000", "amount_minor = -1");
    let line = |text: &str| wrong.lines().position(|line| line.starts_with(text)).unwrap() + 1;
    fs::write(folder.join("stall.toml"), &wrong).unwrap();
    let (code, said) = printed(listing(folder, &["check", "stall.toml"]));
    let expected = format!(
        "stall.toml:{}:15: appeal.within_days: a number from 1 to 3650 is expected\n\
         stall.toml:{}:16: fees[0].amount_minor: a number from 0 to 100000000 is expected\n",
        line("within_days"),
        line("amount_minor")
    );
    assert_eq!((code, said), (Some(1), expected));
    let line = refusal(listing(folder, &["check", "stall.toml"]));
    assert_eq!(line, "citygate: stall.toml has 2 faults");
    fs::write(folder.join("stall.toml"), "name = [\n").unwrap();
    let (code, said) = printed(listing(folder, &["check", "stall.toml"]));
    assert_eq!(code, Some(1));
    assert!(said.starts_with("stall.toml:"), "{said}");
    fs::write(folder.join("stall.toml"), b"name = \"\xff\"").unwrap();
    let line = refusal(listing(folder, &["check", "stall.toml"]));
    assert_eq!(line, "citygate: stall.toml: it is no text in UTF-8");
    let line = refusal(listing(folder, &["check", "none.toml"]));
    assert!(line.starts_with("citygate: none.toml: "), "{line}");
}

#[test]
fn a_file_is_sent_with_a_token_that_no_other_user_sees() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("stall.toml"), example()).unwrap();
    let submit = || {
        let words = ["submit", "stall.toml", "--url", "http://127.0.0.1:1", "--agency", AGENCY];
        listing(folder, &words)
    };
    let line = refusal(submit());
    assert!(line.contains("STAFF_TOKEN") && line.contains("--token-file"), "{line}");
    fs::write(folder.join("token"), "two words\n").unwrap();
    let mut command = submit();
    command.args(["--token-file", "token"]);
    assert_eq!(refusal(command), "citygate: token does not hold a token");
    let mut command = submit();
    command.env("STAFF_TOKEN", "a.b.c");
    let line = refusal(command);
    assert!(line.contains("the city does not answer"), "{line}");
    assert!(!line.contains("a.b.c"), "{line}");
}

/// Answers one request, and returns it.
fn answering(status: &'static str, body: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut piece) = (Vec::new(), [0; 4096]);
        // The body of the example ends its request.
        while !request.ends_with(b"}") {
            let read = stream.read(&mut piece).unwrap();
            assert_ne!(read, 0, "the request ends early");
            request.extend_from_slice(&piece[..read]);
        }
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, served)
}

#[test]
fn a_file_arrives_as_it_stands_and_the_answer_says_what_is_next() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("stall.toml"), example()).unwrap();
    fs::write(folder.join("token"), "a.b.c\n").unwrap();
    let submit = |url: &str| {
        let words = ["submit", "stall.toml", "--url", url, "--agency", AGENCY];
        let mut command = listing(folder, &words);
        command.args(["--token-file", "token"]);
        command
    };
    let body = r#"{"listing_id":"list_1","version":2,"state":"submitted"}"#;
    let (url, served) = answering("201 Created", body);
    let (code, said) = printed(submit(&url));
    assert_eq!(code, Some(0), "{said}");
    let publish = format!("POST /v1/agencies/{AGENCY}/listings/list_1/versions/2/publish");
    for part in ["listing  list_1\n", "version  2, submitted\n", &publish] {
        assert!(said.contains(part), "{said}");
    }
    let request = served.join().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("POST /v1/agencies/{AGENCY}/listings HTTP/1.1")), "{head}");
    assert!(head.contains("authorization: Bearer a.b.c"), "{head}");
    assert!(head.contains("idempotency-key: "), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["file"], example());

    let body = r#"{"code":"listings.item_unknown","title":"The catalogue has no such item"}"#;
    let (url, served) = answering("422 Unprocessable Content", body);
    let line = refusal(submit(&url));
    assert!(line.contains("422 listings.item_unknown The catalogue has no such item"), "{line}");
    served.join().unwrap();
}
