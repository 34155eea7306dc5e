//! What a line does not take.

use citygate_listings::{CaseSpec, NotTaken};

/// The first entry of what is not taken of which a word stands in a text, whatever the size of letters.
pub(crate) fn not_taken<'a>(spec: &'a CaseSpec, text: &str) -> Option<&'a NotTaken> {
    let text = text.to_lowercase();
    let says =
        |word: &String| !word.trim().is_empty() && text.contains(&word.trim().to_lowercase());
    spec.not_taken.iter().find(|entry| entry.words.iter().any(says))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_word_is_enough() {
        let spec: CaseSpec = serde_json::from_value(json!({
            "categories": [],
            "not_taken": [
                {"code": "emergency", "name": {"en": "Emergencies", "zh": "紧急情况"},
                 "instead": {"en": "Call 119", "zh": "请拨打119"}, "words": ["Fire", "着火", " "],
                 "citation": {"title": {"en": "x", "zh": "x"}}},
                {"code": "court", "name": {"en": "Courts", "zh": "诉讼"},
                 "instead": {"en": "See the court", "zh": "请联系法院"}, "words": ["lawsuit"],
                 "citation": {"title": {"en": "x", "zh": "x"}}}
            ],
            "dispute_within": {"length_days": 1, "day_kind": "working", "roll": "none"},
            "extension": {"length_days": 1, "day_kind": "working", "roll": "none"},
            "call_back_within": {"length_days": 1, "day_kind": "working", "roll": "none"},
            "reopen_times": 1, "reopen_within_days": 1
        }))
        .unwrap();
        for (text, code) in [
            ("There is a FIRE next door", Some("emergency")),
            ("楼下着火了", Some("emergency")),
            ("my Lawsuit about a fire", Some("emergency")),
            ("my Lawsuit", Some("court")),
            ("the lamp is broken", None),
        ] {
            assert_eq!(not_taken(&spec, text).map(|entry| entry.code.as_str()), code, "{text}");
        }
    }
}
