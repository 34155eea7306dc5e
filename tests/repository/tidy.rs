//! Small rules that keep the house easy to read.

use std::fs;

use crate::{files, root};

fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn files_are_short_and_lines_fit() {
    for path in files("", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let name = shown(&path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//")
        });
        let limit = if name.starts_with("tests/") { 500 } else { 400 };
        assert!(lines.count() <= limit, "{name} has more than {limit} lines of code");
        for line in text.lines() {
            let width = line.chars().count();
            assert!(width <= 110 || line.contains("://"), "{name}: {width} columns: {line}");
        }
    }
}

#[test]
fn nothing_is_left_to_do_and_no_test_is_skipped() {
    // Put together here, so that this file does not find itself.
    let words = ["TO", "FIX"].iter().zip(["DO", "ME"]).map(|(a, b)| format!("{a}{b}"));
    let words: Vec<String> = words.chain([format!("#[ig{}", "nore")]).collect();
    for path in files("", "rs").into_iter().chain(files("migrations", "sql")) {
        let text = fs::read_to_string(&path).unwrap();
        for word in &words {
            assert!(!text.contains(word.as_str()), "{} says {word}", shown(&path));
        }
    }
}

#[test]
fn nothing_is_called_a_drawer() {
    for path in files("", "rs") {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let drawers = ["util", "utils", "helper", "helpers", "common", "misc", "manager"];
        assert!(!drawers.contains(&stem.as_str()), "{}", shown(&path));
    }
}

#[test]
fn documents_have_one_title() {
    for path in files("", "md") {
        let text = fs::read_to_string(&path).unwrap();
        let mut fenced = false;
        let titles = text.lines().filter(|line| {
            fenced ^= line.starts_with("```");
            !fenced && line.starts_with("# ")
        });
        assert_eq!(titles.count(), 1, "{}", shown(&path));
    }
}
