//! Amounts: whole minor units of one currency.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat,
        schema::{AdditionalProperties, Type},
    },
};

/// A currency of ISO 4217 that the gateway keeps books in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Renminbi yuan, 156; the minor unit is the fen.
    Cny,
    /// Hong Kong dollar, 344.
    Hkd,
    /// Japanese yen, 392; it has no minor unit.
    Jpy,
    /// Kuwaiti dinar, 414; three decimals.
    Kwd,
    /// US dollar, 840.
    Usd,
}

/// The text is not the code of a currency that the gateway knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an ISO 4217 code that the gateway keeps books in is expected, for example CNY")]
pub struct InvalidCurrency;

impl Currency {
    /// The ISO 4217 letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Hkd => "HKD",
            Self::Jpy => "JPY",
            Self::Kwd => "KWD",
            Self::Usd => "USD",
        }
    }

    /// How many decimals the minor unit stands for (ISO 4217, column "Mnr Unt").
    pub fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Cny | Self::Hkd | Self::Usd => 2,
            Self::Kwd => 3,
        }
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(code: &str) -> Result<Self, InvalidCurrency> {
        [Self::Cny, Self::Hkd, Self::Jpy, Self::Kwd, Self::Usd]
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or(InvalidCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount. Negative amounts exist (a correction, an overdrawn balance); what may be paid is
/// decided where it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units of the currency: fen for CNY, yen for JPY.
    #[serde(rename = "amount_minor", deserialize_with = "crate::wire::integer")]
    #[schema(example = 20000)]
    minor: i64,
    /// ISO 4217 code.
    currency: Currency,
}

/// Why two amounts do not make a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amounts are of different currencies.
    #[error("amounts of different currencies cannot be combined")]
    CurrencyMismatch,
    /// The result does not fit 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, of a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Which currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The schema of an amount where only some are taken.
    pub fn schema_within(minor: RangeInclusive<i64>, currency: Currency) -> RefOr<Schema> {
        let amount = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(*minor.start()))
            .maximum(Some(*minor.end()))
            .description(Some("Minor units of the currency."))
            .examples([20_000]);
        let code =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some([currency.code()]));
        ObjectBuilder::new()
            .property("amount_minor", amount)
            .required("amount_minor")
            .property("currency", code)
            .required("currency")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .into()
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference of two amounts of one currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let minor = op(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

impl fmt::Display for Money {
    /// `CNY 200.00`, with as many decimals as the currency has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(self.currency.exponent());
        let (sign, minor) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        write!(f, "{} {sign}{}", self.currency, minor / scale)?;
        match self.currency.exponent() {
            0 => Ok(()),
            digits => write!(f, ".{:0width$}", minor % scale, width = digits as usize),
        }
    }
}

/// A rate in basis points: 300 is 3 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    basis_points: u32,
}

impl Rate {
    /// A rate of so many hundredths of a percent.
    pub const fn basis_points(basis_points: u32) -> Self {
        Self { basis_points }
    }

    /// The rate as a number of hundredths of a percent.
    pub const fn in_basis_points(self) -> u32 {
        self.basis_points
    }

    /// `amount × rate × times`, in one exact product, rounded down to the minor unit: whoever is
    /// charged by the rate never pays a fraction that does not exist.
    pub fn of_times(self, amount: Money, times: u32) -> Result<Money, MoneyError> {
        let product = i128::from(amount.minor)
            .checked_mul(i128::from(self.basis_points))
            .and_then(|product| product.checked_mul(i128::from(times)))
            .ok_or(MoneyError::Overflow)?;
        let minor = i64::try_from(product.div_euclid(10_000)).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, amount.currency))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_the_decimals_of_the_currency() {
        for (minor, currency, expected) in [
            (20_000, Currency::Cny, "CNY 200.00"),
            (-5, Currency::Cny, "CNY -0.05"),
            (1_500, Currency::Jpy, "JPY 1500"),
            (1_500, Currency::Kwd, "KWD 1.500"),
            (i64::MIN, Currency::Jpy, "JPY -9223372036854775808"),
        ] {
            assert_eq!(Money::new(minor, currency).to_string(), expected);
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let yuan = Money::new(1, Currency::Cny);
        assert_eq!(
            yuan.checked_add(Money::new(1, Currency::Usd)),
            Err(MoneyError::CurrencyMismatch)
        );
        assert_eq!(
            Money::new(i64::MAX, Currency::Cny).checked_add(yuan),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn a_whole_float_is_an_amount_and_a_fraction_is_not() {
        let parse = |text| serde_json::from_str::<Money>(text);
        let expected = Money::new(216, Currency::Cny);
        assert_eq!(parse(r#"{"amount_minor":216.0,"currency":"CNY"}"#).unwrap(), expected);
        for wrong in [
            r#"{"amount_minor":216.5,"currency":"CNY"}"#,
            r#"{"amount_minor":1e300,"currency":"CNY"}"#,
            r#"{"amount_minor":9223372036854775808,"currency":"CNY"}"#,
            r#"{"amount_minor":"216","currency":"CNY"}"#,
            r#"{"amount_minor":216,"currency":"XXX"}"#,
            r#"{"amount_minor":216,"currency":"CNY","x":1}"#,
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_rate_is_exact_before_it_is_rounded(minor in 0_i64..1_000_000_000, times in 0_u32..1_000) {
            let daily = Rate::basis_points(300).of_times(Money::new(minor, Currency::Cny), times)?;
            prop_assert_eq!(daily.minor(), minor * 3 * i64::from(times) / 100);
        }
    }
}
