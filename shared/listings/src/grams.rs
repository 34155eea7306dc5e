//! Pieces of words, by which items are found: of Chinese each character and each two in a row, of
//! everything else each three letters of a word with its edges. Misspelt words still share most of
//! their pieces with the right ones.

use std::collections::BTreeSet;

/// English words that say nothing of what somebody looks for.
const EMPTY: &[&str] = &[
    "a", "an", "and", "at", "by", "can", "do", "for", "from", "get", "how", "i", "in", "is", "me",
    "my", "need", "of", "on", "or", "please", "the", "to", "want", "what", "where", "with",
];

/// Chinese ones; only questions have them.
const EMPTY_ZH: &[&str] = &[
    "请问", "怎么", "怎样", "如何", "哪里", "哪儿", "在哪", "什么", "我想", "我要", "想要", "需要",
    "办理", "可以", "多少", "的", "吗", "呢", "了", "我",
];

/// What a run of characters is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Letters,
    Neither,
}

impl Script {
    fn of(c: char) -> Self {
        match c {
            '\u{4e00}'..='\u{9fff}' => Self::Han,
            c if c.is_alphanumeric() => Self::Letters,
            _ => Self::Neither,
        }
    }
}

/// One spelling for all: small letters, and those of full width as narrow ones.
pub(crate) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// The pieces of some texts.
pub(crate) fn grams<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts {
        let chars: Vec<char> = plain(text).chars().collect();
        for run in chars.chunk_by(|one, next| Script::of(*one) == Script::of(*next)) {
            match run.first().map_or(Script::Neither, |first| Script::of(*first)) {
                Script::Han => {
                    found.extend(run.iter().map(char::to_string));
                    found.extend(run.windows(2).map(String::from_iter));
                }
                Script::Letters => letters(run, &mut found),
                Script::Neither => {}
            }
        }
    }
    found
}

fn letters(word: &[char], found: &mut BTreeSet<String>) {
    if EMPTY.iter().any(|empty| empty.chars().eq(word.iter().copied())) {
        return;
    }
    let edged: Vec<char> = [' ', ' '].iter().chain(word).chain(&[' ']).copied().collect();
    found.extend(edged.windows(3).map(String::from_iter));
}

/// The pieces of a question, without its words that say nothing; with them where there is nothing
/// else.
pub(crate) fn asked(question: &str) -> Vec<String> {
    let question = plain(question);
    let said = EMPTY_ZH.iter().fold(question.clone(), |said, empty| said.replace(empty, " "));
    let mut found = grams([said.as_str()]);
    if found.is_empty() {
        found = grams([question.as_str()]);
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        grams([text]).into_iter().collect()
    }

    #[test]
    fn chinese_is_cut_into_one_and_two_and_letters_into_three() {
        assert_eq!(of("居住证"), ["住", "住证", "居", "居住", "证"]);
        assert_eq!(of("Tax"), ["  t", " ta", "ax ", "tax"]);
        assert_eq!(of("ＴＡＸ"), of("tax"));
        assert_eq!(of("of the"), Vec::<String>::new());
        assert_eq!(of("HK通行"), ["  h", " hk", "hk ", "行", "通", "通行"]);
        assert_eq!(of("\u{0}-–—!"), Vec::<String>::new());
    }

    #[test]
    fn questions_are_stripped_of_what_says_nothing() {
        assert_eq!(asked("怎么办理居住证？"), of("居住证"));
        assert_eq!(asked("How do I get the Tax"), of("tax"));
        assert_eq!(asked("办理"), of("办理"));
        assert_eq!(asked("?!"), Vec::<String>::new());
    }
}
