//! What registers say that somebody owes.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityId, Kind, Text, wire};
use citygate_listings::ListingId;
use citygate_payments::{BillId, BillView};
use serde::Deserialize;

/// Prefix of identifiers of bills that were fetched.
pub enum ListedBillKind {}
impl Kind for ListedBillKind {
    const PREFIX: &'static str = "lbil";
}
/// Identifies a bill that was fetched from a register, through all bills of the gateway that stood
/// for it.
pub type ListedBillId = CityId<ListedBillKind>;

/// What a register says about somebody: each number once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Said")]
pub(crate) struct BillsRecord {
    pub bills: Vec<SaidBill>,
}

/// As it is sent.
#[derive(Deserialize)]
struct Said {
    bills: Vec<SaidBill>,
}

/// A debt, in the words of a register.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct SaidBill {
    pub no: String,
    #[serde(default)]
    pub subject: Option<Text>,
    #[serde(deserialize_with = "wire::integer")]
    pub amount_minor: i64,
    #[serde(deserialize_with = "wire::date")]
    pub due_on: NaiveDate,
}

/// Bills that one answer may have.
const BILLS: usize = 100;
/// Characters of a number.
const NO_MAX: usize = 64;
/// Characters of a subject.
const SUBJECT_MAX: usize = 200;

impl TryFrom<Said> for BillsRecord {
    type Error = &'static str;

    fn try_from(said: Said) -> Result<Self, Self::Error> {
        let Said { bills } = said;
        if bills.len() > BILLS {
            return Err("100 bills at most are expected");
        }
        let numbers: BTreeSet<&str> = bills.iter().map(|bill| bill.no.as_str()).collect();
        if numbers.len() < bills.len() {
            return Err("each number is expected once");
        }
        if !bills.iter().all(SaidBill::is_sound) {
            return Err("bills with a number, an amount and short subjects are expected");
        }
        Ok(Self { bills })
    }
}

impl SaidBill {
    fn is_sound(&self) -> bool {
        let plain = |text: &str, max: usize| {
            !text.trim().is_empty()
                && text.chars().count() <= max
                && !text.chars().any(char::is_control)
        };
        let subject = self.subject.as_ref();
        self.amount_minor > 0
            && plain(&self.no, NO_MAX)
            && subject.is_none_or(|text| plain(&text.en, SUBJECT_MAX))
            && subject.is_none_or(|text| plain(&text.zh, SUBJECT_MAX))
    }
}

/// A bill that was fetched.
#[derive(Debug, Clone)]
pub(crate) struct ListedBill {
    pub id: ListedBillId,
    pub listing: ListingId,
    pub version: i32,
    pub agency: AgencyId,
    /// The register's own number.
    pub external_no: String,
    pub person: PersonId,
    /// The bill of the gateway that stands for it now.
    pub bill: BillId,
    pub fetched_at: DateTime<Utc>,
}

/// The same with its bill.
#[derive(Debug, Clone)]
pub(crate) struct ListedBillView {
    pub listed: ListedBill,
    pub bill: BillView,
}

/// What a register says, and the bill that stands for it, if one does.
#[derive(Debug, Clone)]
pub(crate) struct SaidBillView {
    pub said: SaidBill,
    pub subject: Text,
    pub view: Option<ListedBillView>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bill(no: &str) -> Value {
        json!({"no": no, "amount_minor": 4_210, "due_on": "2026-12-10"})
    }

    fn reads(bills: &Value) -> bool {
        serde_json::from_value::<BillsRecord>(json!({"bills": bills})).is_ok()
    }

    #[test]
    fn a_record_is_believed_wholly_or_not_at_all() {
        let with = |member: &str, value: Value| {
            let mut bill = bill("1");
            bill[member] = value;
            json!([bill])
        };
        assert!(reads(&json!([])));
        assert!(reads(&json!([bill("1"), bill("2")])));
        assert!(reads(&with("subject", json!({"en": "Water", "zh": "水费"}))));
        assert!(reads(&with("meter", json!("of no interest"))));
        assert!(reads(&with("amount_minor", json!(5.0))));
        assert!(!reads(&json!([bill("1"), bill("1")])), "a number twice");
        let many: Vec<Value> = (0..101).map(|n| bill(&n.to_string())).collect();
        assert!(reads(&json!(many[..100])) && !reads(&json!(many)));
        for (member, wrong) in [
            ("no", json!("")),
            ("no", json!(1)),
            ("no", json!("a\u{0}")),
            ("no", json!("a".repeat(65))),
            ("amount_minor", json!(0)),
            ("amount_minor", json!(-1)),
            ("amount_minor", json!(1.5)),
            ("amount_minor", json!("1")),
            ("due_on", json!("soon")),
            ("due_on", json!("+12026-12-10")),
            ("subject", json!({"en": "Water"})),
            ("subject", json!({"en": "", "zh": "水费"})),
            ("subject", json!({"en": "a".repeat(201), "zh": "水费"})),
        ] {
            assert!(!reads(&with(member, wrong.clone())), "{member} {wrong}");
        }
        assert!(serde_json::from_value::<BillsRecord>(json!("see the counter")).is_err());
    }
}
