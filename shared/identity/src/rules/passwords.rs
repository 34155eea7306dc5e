//! Which passwords are good enough (NIST SP 800-63B-4, 3.1.1.2): long ones that nobody else has. There
//! are no rules about kinds of characters.

use std::str::FromStr;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Characters of a password that is used beside another factor.
const SHORTEST: usize = 8;
/// Characters of a password that is the only factor.
const SHORTEST_ALONE: usize = 15;
/// Characters that are read at most.
const LONGEST: usize = 128;

/// What is tried first by everybody who guesses, in lower case and sorted.
const COMMON: &str = include_str!("common_passwords.txt");

/// A password that is read at all: 8 to 128 characters, none of them control characters. It has no
/// `Debug`.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    /// The password itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialSchema for Password {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(SHORTEST))
            .max_length(Some(LONGEST))
            .pattern(Some(r"^[^\x00-\x1f\x7f-\x9f]*$"))
            .into()
    }
}

impl ToSchema for Password {}

impl FromStr for Password {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (SHORTEST..=LONGEST).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err("8 to 128 printable characters are expected")
        }
    }
}

/// What a password can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// Beside a code only.
    BesideAnother,
    /// As the only factor, too.
    Alone,
}

/// Judges a new password of somebody with this mail address. `None` when it is among the first that
/// anybody would try.
pub(crate) fn strength(password: &Password, email: &str) -> Option<Strength> {
    let (folded, email) = (password.0.to_lowercase(), email.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    // What is left of it without the address has to be a password by itself.
    let mut rest = folded.replace(&email, "");
    if local.chars().count() >= 4 {
        rest = rest.replace(local, "");
    }
    let guessable = COMMON.lines().any(|common| common == folded)
        || rest.chars().count() < SHORTEST
        || is_pattern(&folded);
    let alone = password.0.chars().count() >= SHORTEST_ALONE;
    match (guessable, alone) {
        (true, _) => None,
        (false, true) => Some(Strength::Alone),
        (false, false) => Some(Strength::BesideAnother),
    }
}

/// `aaaaaaaa`, `abababab`, `12345678`, `hgfedcba`, and a short piece over and over.
fn is_pattern(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = |step: i64| {
        codes.windows(2).all(|pair| match pair {
            [a, b] => i64::from(*b) - i64::from(*a) == step,
            _ => true,
        })
    };
    let repeats =
        |period: usize| codes.iter().skip(period).eq(codes.iter().take(codes.len() - period));
    steps(1) || steps(-1) || (1..=4.min(codes.len())).any(repeats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_128_characters() {
        for (length, fits) in [(7, false), (8, true), (128, true), (129, false)] {
            assert_eq!("密".repeat(length).parse::<Password>().is_ok(), fits, "{length}");
        }
        assert!("12345678\0".parse::<Password>().is_err());
    }

    #[test]
    fn long_is_strong_and_what_everybody_uses_is_nothing() {
        use Strength::{Alone, BesideAnother};
        for (password, expected) in [
            ("correct horse battery staple", Some(Alone)),
            ("vD7#qLm2xPz9Wk4", Some(Alone)),
            ("vD7#qLm2xPz9Wk", Some(BesideAnother)),
            ("vD7#qLm2", Some(BesideAnother)),
            ("我爱杭州西湖的春天", Some(BesideAnother)),
            ("Password123", None),
            ("WOAINI1314", None),
            ("aaaaaaaaaaaaaaaaaaaa", None),
            ("abababababababababab", None),
            ("1234123412341234", None),
            ("123456789:;<=>?@", None),
            ("ponmlkjihgfedcba", None),
            ("wang.fang@example.com", None),
            ("wang.fang", None),
            ("Wang.Fang2026", None),
            ("wang.fang vD7#qLm2", Some(Alone)),
        ] {
            let found = strength(&password.parse().unwrap(), "wang.fang@example.com");
            assert_eq!(found, expected, "{password}");
        }
    }

    #[test]
    fn the_common_ones_are_sorted_and_would_be_read() {
        let all: Vec<&str> = COMMON.lines().collect();
        assert!(all.is_sorted() && all.len() > 200);
        for common in all {
            assert_eq!(common, common.to_lowercase());
            assert!(strength(&common.parse().unwrap(), "x@example.com").is_none(), "{common}");
        }
    }
}
