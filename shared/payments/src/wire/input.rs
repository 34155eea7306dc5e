//! How members of requests are read, so that exactly what their schemas say is taken.

use citygate_kernel::{Currency, Money, wire};
use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::{RefOr, Schema};

/// Reads a member that may be left out. One that is there is not null.
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Reads a whole number between two bounds.
pub(super) fn whole<'de, D, const MIN: i64, const MAX: i64>(
    deserializer: D,
) -> Result<i64, D::Error>
where
    D: Deserializer<'de>,
{
    let number = wire::integer(deserializer)?;
    if (MIN..=MAX).contains(&number) {
        Ok(number)
    } else {
        Err(de::Error::custom(format!("a whole number from {MIN} to {MAX} is expected")))
    }
}

/// Reads a list of so many members.
pub(super) fn list<'de, D, T, const MIN: usize, const MAX: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let members = Vec::deserialize(deserializer)?;
    if (MIN..=MAX).contains(&members.len()) {
        Ok(members)
    } else {
        Err(de::Error::custom(format!("{MIN} to {MAX} members are expected")))
    }
}

/// An amount between two bounds, in the currency that wallets are kept in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Amount<const MIN: i64, const MAX: i64> {
    #[serde(deserialize_with = "whole::<_, MIN, MAX>")]
    amount_minor: i64,
    #[serde(deserialize_with = "of_wallets")]
    currency: Currency,
}

impl<const MIN: i64, const MAX: i64> Amount<MIN, MAX> {
    pub(super) fn money(self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// For `#[schema(schema_with = …)]`.
    pub(super) fn schema() -> RefOr<Schema> {
        Money::schema_within(MIN..=MAX, Currency::Cny)
    }
}

fn of_wallets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    match Currency::deserialize(deserializer)? {
        Currency::Cny => Ok(Currency::Cny),
        _ => Err(de::Error::custom("wallets are kept in CNY")),
    }
}
