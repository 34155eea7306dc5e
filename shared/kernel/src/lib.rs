//! Words that every crate of the city shares, without any input or output.
//!
//! | noun | what it is |
//! |---|---|
//! | [`CityCode`] | a GB/T 2260 division code, the first key of everything a city owns |
//! | [`Id`], [`CityId`] | typed identifiers; on the wire they carry kind and city |
//! | [`Money`] | whole minor units of one [`Currency`]; checked arithmetic only |
//! | [`Month`] | a calendar month: `2026-11` |
//! | [`Clock`] | the only source of "now" |
//! | [`Problem`] | a failure as a caller sees it: a stable code, a status, two languages |
//! | [`Locale`], [`Text`] | the languages answers are given in |
//! | [`words!`] | an enum whose values are words of tables and the API |
//! | [`Words`] | a short text that somebody wrote |
//! | [`states`] | state machines as data |
//! | [`Masked`] | a value that never prints itself |
//!
//! Invariants: an identifier of the wrong kind does not parse; amounts of different currencies
//! cannot be added; nothing here panics on any input.

mod city;
mod clock;
mod id;
mod locale;
mod masked;
mod money;
mod month;
mod problem;
pub mod states;
mod vocabulary;
pub mod wire;
mod words;

pub use city::{CityCode, InvalidCityCode};
pub use clock::Clock;
pub use id::{CityId, Id, InvalidId, Kind};
pub use locale::{Locale, Text};
pub use masked::Masked;
pub use money::{Currency, InvalidCurrency, Money, MoneyError, Rate};
pub use month::{InvalidMonth, Month};
pub use problem::{FieldError, Problem, ProblemType};
pub use words::{InvalidWords, Words};
