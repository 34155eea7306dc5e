//! Bodies of what is sent about charges.

use std::str::FromStr;

use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Currency, Masked, Money, Words, wire};
use serde::{Deserialize, Deserializer, de};
use utoipa::{
    ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, schema::Type},
};

use crate::{
    actions::NewChargeRefund,
    model::{
        self, CatalogueClass, ChargeLine, Details, Item, NewCharge, OwnNo, Relative, ServiceKind,
        VisitId,
    },
};

/// The most lines of a charge: as many as the insurer splits at once.
const LINES_MAX: usize = 100;
/// The largest unit price, in fen.
const PRICE_MAX: i64 = 100_000_000;
/// The largest quantity.
const QUANTITY_MAX: i64 = 10_000;

/// The same words in both languages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChargeText, example = json!({"en": "Blood count", "zh": "血常规"}))]
struct TextBody {
    en: Words<200>,
    zh: Words<200>,
}

impl TextBody {
    fn words(self) -> model::Words {
        model::Words { en: self.en.into_string(), zh: self.zh.into_string() }
    }
}

/// A price in CNY.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Price {
    #[serde(deserialize_with = "price")]
    amount_minor: i64,
    #[serde(deserialize_with = "cny")]
    currency: Currency,
}

impl Price {
    pub(super) fn money(self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    within(wire::integer(deserializer)?, PRICE_MAX)
}

fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    within(wire::integer(deserializer)?, QUANTITY_MAX)
}

fn within<E: de::Error>(number: i64, most: i64) -> Result<i64, E> {
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(E::custom(format!("a whole number from 1 to {most} is expected")))
    }
}

fn cny<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    match Currency::deserialize(deserializer)? {
        Currency::Cny => Ok(Currency::Cny),
        _ => Err(de::Error::custom("hospitals charge in CNY")),
    }
}

pub(super) fn price_schema() -> RefOr<Schema> {
    Money::schema_within(1..=PRICE_MAX, Currency::Cny)
}

/// Reads a list of 1 to 100 members.
fn some<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let members = Vec::deserialize(deserializer)?;
    if (1..=LINES_MAX).contains(&members.len()) {
        Ok(members)
    } else {
        Err(de::Error::custom(format!("1 to {LINES_MAX} members are expected")))
    }
}

/// Reads a member that may be left out. One that is there is not null.
fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A part of a charge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChargeLine, example = json!({
    "code": "250101015", "text": {"en": "Blood count", "zh": "血常规"}, "service": "laboratory",
    "class": "a", "quantity": 1, "unit_price": {"amount_minor": 2000, "currency": "CNY"},
}))]
struct NewLineBody {
    /// The code of the item in the hospital's price list.
    code: OwnNo,
    text: TextBody,
    service: ServiceKind,
    /// The class of the item in the catalogue of the medical insurance.
    class: CatalogueClass,
    #[serde(deserialize_with = "quantity")]
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
    #[schema(schema_with = price_schema)]
    unit_price: Price,
}

/// A relative who may pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChargePayer, example = json!({"name": "王芳", "id_number": "11010519491231002X"}))]
struct PayerBody {
    /// Kept where no agency has named the person before; no part of the charge's content.
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
}

/// What a hospital charges for a part of a visit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCharge)]
pub(crate) struct PutChargeBody {
    title: TextBody,
    /// Quantity times unit price of all of them come to CNY 100,000,000.00 at most.
    #[serde(deserialize_with = "some")]
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<NewLineBody>,
    /// A relative who may pay besides the patient: at the bedside, for a child.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = PayerBody)]
    payer: Option<PayerBody>,
}

impl PutChargeBody {
    /// The charge of a visit and number.
    pub(crate) fn charge(self, visit: VisitId, number: OwnNo) -> NewCharge {
        let mut items = Vec::with_capacity(self.lines.len());
        let line = |(n, line): (i16, NewLineBody)| {
            let code = line.code.as_str().to_owned();
            items.push(Item { code, text: line.text.words() });
            let unit_price = line.unit_price.money();
            // Within the bounds above it fits.
            let minor = line.unit_price.amount_minor.saturating_mul(line.quantity);
            ChargeLine {
                n,
                service: line.service,
                class: line.class,
                quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
                unit_price,
                amount: Money::new(minor, unit_price.currency()),
            }
        };
        let payer = self.payer.map(|payer| Relative {
            id_number: payer.id_number,
            name: Masked::new(payer.name.into_exposed().into_string()),
        });
        let lines = (1_i16..).zip(self.lines).map(line).collect();
        let details = Details { title: self.title.words(), items };
        NewCharge { number, visit, lines, details, payer }
    }
}

/// The token of an electronic insurance credential.
#[derive(Debug, Clone)]
pub(crate) struct Credential(String);

impl FromStr for Credential {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if (8..=128).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a credential has 8 to 128 letters, digits, hyphens and underscores")
        }
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// Whom the insurer insures.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InsuranceCredential, example = json!({"credential": "ec_sandbox_employee"}))]
pub(crate) struct SettleBody {
    /// The token that the patient's electronic insurance credential shows. It is kept until the
    /// insurer has answered.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{8,128}$")]
    credential: Masked<Credential>,
}

impl SettleBody {
    pub(crate) fn credential(self) -> Masked<String> {
        Masked::new(self.credential.into_exposed().0)
    }
}

/// Nothing needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NothingToSay)]
pub(crate) struct NothingBody {}

/// Lines that a hospital takes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChargeRefund, example = json!({
    "refund_no": "R-1", "lines": [1], "reason": "The medicine was not given out",
}))]
pub(crate) struct NewChargeRefundBody {
    /// The hospital's own number of it; it stands for its content.
    refund_no: OwnNo,
    /// Whole lines.
    #[serde(deserialize_with = "in_order")]
    #[schema(schema_with = lines_schema)]
    lines: Vec<i16>,
    /// The payer reads it.
    reason: Words<200>,
}

fn lines_schema() -> RefOr<Schema> {
    let number =
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(LINES_MAX));
    ArrayBuilder::new()
        .description(Some("Whole lines."))
        .items(number)
        .min_items(Some(1))
        .max_items(Some(LINES_MAX))
        .into()
}

fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i16>, D::Error> {
    let numbers: Vec<Number> = some(deserializer)?;
    let mut numbers: Vec<i16> = numbers.into_iter().map(|Number(n)| n).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// The number of a line.
struct Number(i16);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = wire::integer(deserializer)?;
        let fits = usize::try_from(number).is_ok_and(|n| (1..=LINES_MAX).contains(&n));
        let number = i16::try_from(number).ok().filter(|_| fits);
        number.map(Self).ok_or_else(|| de::Error::custom("the number of a line is expected"))
    }
}

impl NewChargeRefundBody {
    pub(crate) fn refund(&self) -> NewChargeRefund {
        NewChargeRefund {
            number: self.refund_no.clone(),
            lines: self.lines.clone(),
            reason: self.reason.as_str().to_owned(),
        }
    }
}
