//! Where agencies' registers are asked, as the operator says it.

use std::{fs, path::Path, process::Command};

use crate::{
    program::{citygate, finished},
    refusals::refusal,
};

fn agency(folder: &Path, words: &[&str]) -> Command {
    let mut command = citygate(folder);
    command.arg("agency").args(words);
    command
}

/// What a command prints that succeeds.
fn printed(command: Command) -> String {
    let output = finished(command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_register_is_set_listed_without_its_key_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let add = ["add", "--city", "410100", "--name-en", "Bureau", "--name-zh", "社会保险局"];
    let id = printed(agency(folder, &add));
    let key = folder.join("agency.key");
    let key = key.to_str().unwrap();
    let named = ["--agency", id.trim(), "--subject", "social_security"];
    let set = |url: &str| {
        let mut command = agency(folder, &["source", "set"]);
        command.args(named).args(["--url", url, "--key-file", key]);
        command
    };
    let line = refusal(set("https://si.example/registers"));
    assert!(line.contains("agency.key"), "{line}");
    fs::write(key, "not a key, but a sentence\n").unwrap();
    let line = refusal(set("https://si.example/registers"));
    assert!(line.contains("does not hold a key"), "{line}");
    fs::write(key, "key-of-the-agency\n").unwrap();
    let open = finished(set("http://si.example/registers"));
    assert_eq!(open.status.code(), Some(2), "numbers would go over the wire in the clear");
    let is = printed(set("https://si.example/registers/"));
    let mut list = agency(folder, &["source"]);
    list.arg("list");
    let listed = printed(list);
    assert_eq!(listed, is);
    assert!(listed.contains("https://si.example/registers  good for 300 s"), "{listed}");
    assert!(!listed.contains("key-of-the-agency"), "{listed}");
    let remove = || {
        let mut command = agency(folder, &["source", "remove"]);
        command.args(named);
        command
    };
    assert_eq!(printed(remove()), "");
    let line = refusal(remove());
    assert!(line.contains("that register is not asked"), "{line}");
}
