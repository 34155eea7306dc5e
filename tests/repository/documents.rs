//! Documents made from the code are current.

use std::fs;

use citygate::documents;

use crate::root;

#[tokio::test]
async fn the_committed_openapi_document_is_current() {
    let committed = fs::read_to_string(root().join("openapi/citygate.json")).unwrap();
    let made = documents::openapi().unwrap().to_pretty_json().unwrap();
    assert!(
        committed.trim() == made.trim(),
        "openapi/citygate.json is not what `citygate openapi` prints; run `make openapi`"
    );
}

#[tokio::test]
async fn the_table_of_problems_is_current_and_every_code_has_one_meaning() {
    let table = documents::problems().unwrap();
    let committed = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let rows = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("| `")).map(ToOwned::to_owned).collect()
    };
    assert_eq!(rows(&committed), rows(&table), "docs/errors.md is not current:\n{table}");
    let mut codes: Vec<_> =
        rows(&table).iter().map(|row| row.split('`').nth(1).unwrap().to_owned()).collect();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all, "a code stands twice");
}
