//! Enums that are a list of words.

/// An enum whose values tables and the API write as a word; where names are given, people read those.
/// Whoever uses it has serde and utoipa.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$about:meta])* $variant:ident = $word:tt ($en:literal, $zh:literal)),* $(,)?
    }) => {
        $crate::words! { $(#[$doc])* $name { $($(#[$about])* $variant = $word),* } }

        impl $name {
            /// What people call it.
            pub fn name(self) -> $crate::Text {
                match self { $(Self::$variant => $crate::Text::new($en, $zh)),* }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident {
        $($(#[$about:meta])* $variant:ident = $word:tt),* $(,)?
    }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$doc])*
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As tables and the API write it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads it.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == word)
            }
        }
    };
}
