//! How names are found: without case, spaces, punctuation and full-width forms.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// The most characters that somebody can search for.
const LONGEST: usize = 64;
/// The most words of it that count.
const WORDS: usize = 4;

/// What somebody searches for, as words of letters and digits. All of them have to be there; where
/// there is none, nothing is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchTerm(Vec<String>);

/// Too long, or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to 64 characters are expected")]
pub(crate) struct InvalidSearchTerm;

impl SearchTerm {
    /// Patterns for LIKE. Nothing in them needs to be escaped: they hold letters and digits.
    pub(crate) fn patterns(&self) -> Vec<String> {
        self.0.iter().map(|word| format!("%{word}%")).collect()
    }

    /// Whether there is nothing to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The word that decides the order of what is found.
    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

impl FromStr for SearchTerm {
    type Err = InvalidSearchTerm;

    fn from_str(text: &str) -> Result<Self, InvalidSearchTerm> {
        if !(1..=LONGEST).contains(&text.chars().count()) {
            return Err(InvalidSearchTerm);
        }
        let words = text.split_whitespace().map(folded).filter(|word| !word.is_empty());
        Ok(Self(words.take(WORDS).collect()))
    }
}

impl<'de> Deserialize<'de> for SearchTerm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

/// What is written down of names to find them by: a line for each.
pub(crate) fn searchable<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let lines: Vec<_> = names.into_iter().map(folded).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Letters and digits alone, in their plain and small forms.
fn folded(text: &str) -> String {
    text.chars()
        .map(plain)
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// The ASCII character that a full-width form stands for (Unicode, Halfwidth and Fullwidth Forms).
fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_typed() {
        let line =
            searchable(["杭州市第一人民医院", "Hangzhou First People's Hospital", "hzsdyrmyy"]);
        assert_eq!(line, "杭州市第一人民医院\nhangzhoufirstpeopleshospital\nhzsdyrmyy");
        for (typed, found) in [
            ("第一", true),
            ("第 一", true),
            ("人民医院", true),
            ("FIRST people", true),
            ("people’s hospital", true),
            ("ＨＡＮＧＺＨＯＵ　first", true),
            ("HZSDY", true),
            ("第二", false),
            ("first second", false),
            // Words do not reach from one name into the next.
            ("医院hangzhou", false),
        ] {
            let term: SearchTerm = typed.parse().unwrap();
            let all = term.patterns().iter().all(|word| line.contains(word.trim_matches('%')));
            assert_eq!(all, found, "{typed:?}");
        }
    }

    #[test]
    fn a_term_is_words_and_no_wildcards() {
        for wrong in ["", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<SearchTerm>(), Err(InvalidSearchTerm), "{wrong:?}");
        }
        for nothing in [" ", "%", "_ %", "！？", "\0"] {
            assert!(nothing.parse::<SearchTerm>().unwrap().is_empty(), "{nothing:?}");
        }
        let term: SearchTerm = "50% _a_\\ ".parse().unwrap();
        assert_eq!(term.patterns(), ["%50%", "%a%"]);
        assert_eq!(term.first(), "50");
        let many: SearchTerm = "a b c d e f".parse().unwrap();
        assert_eq!(many.patterns().len(), WORDS);
    }
}
