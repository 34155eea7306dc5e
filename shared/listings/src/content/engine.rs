//! How a listing works.

use citygate_calendar::Period;
use citygate_kernel::{Text, words};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CaseSpec, Citation, Code};

/// How a listing works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Engine<'a> {
    /// A register of the agency is asked.
    Inquiry(&'a InquirySpec),
    /// What somebody owes is fetched, paid, and the agency is told.
    Bill(&'a BillSpec),
    /// Appointments at offices.
    Booking(&'a BookingSpec),
    /// A form, documents, a fee, steps, a decision, its delivery.
    Application(&'a ApplicationSpec),
    /// Opinions and suggestions.
    Case(&'a CaseSpec),
}

impl Engine<'_> {
    /// As the API writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Inquiry(_) => "inquiry",
            Self::Bill(_) => "bill",
            Self::Booking(_) => "booking",
            Self::Application(_) => "application",
            Self::Case(_) => "case",
        }
    }
}

/// A register of the agency is asked for somebody's record, after a fresh proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InquirySpec {
    /// What the register is about, as the agency's source is called (`citygate_inquiry`): `residence`.
    pub subject: String,
    /// What is shown of a record, in this order; anything else that a register sends is dropped.
    pub fields: Vec<RecordField>,
}

/// What is shown of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordField {
    /// The member of the record.
    pub code: Code,
    /// What people call it.
    pub name: Text,
    /// What it is.
    pub kind: RecordFieldKind,
}

words! {
    /// What a member of a record is.
    RecordFieldKind {
        /// A text of 500 characters at most.
        Text = "text",
        /// A whole number.
        Integer = "integer",
        /// Yes or no.
        Boolean = "boolean",
        /// A day, as `2026-12-01`.
        Date = "date",
        /// An amount in fen.
        Money = "money",
    }
}

/// What somebody owes is fetched from a register of the agency, becomes bills of the gateway, and the
/// agency is told when one is paid (`listed.bill.paid`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillSpec {
    /// What the register is about, as the agency's source is called: `water`. Its record is
    /// `{"bills": [{"no", "subject": {"en", "zh"}, "amount_minor", "due_on"}]}`.
    pub subject: String,
    /// What a bill is for, where the register does not say: `Water`.
    pub charge: Text,
    /// The most that one bill may come to, in fen; a register that asks for more is not believed.
    pub amount_minor_max: i64,
}

/// Appointments at offices of the agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookingSpec {
    /// At offices of this kind (`citygate_catalogue::Office::kind`).
    pub office_kind: Code,
    /// That are able to do this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Code>,
    /// Days before the day on which an appointment can be made at the earliest.
    pub horizon_days: u16,
    /// Hours before its beginning until which it can be made.
    pub notice_hours: u16,
    /// Hours before its beginning until which it can be given up without a strike.
    pub cancel_hours: u16,
}

/// A form, documents, a fee, steps with clocks, a decision, its delivery. What has to be shown and
/// paid is what the listing says of everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationSpec {
    /// JSON Schema (2020-12) of an object; it refers to nothing outside of itself. Each property has
    /// a `title`, and its translations stand in `labels`.
    pub form: Value,
    /// What people call the fields of the form.
    pub labels: std::collections::BTreeMap<Code, Text>,
    /// What the agency does, in this order; at least one.
    pub steps: Vec<Step>,
    /// Why the agency may refuse; at least one.
    pub refusals: Vec<RefusalReason>,
    /// How the outcome reaches the applicant; at least one.
    pub delivery: Vec<Delivery>,
    /// How long the fee can be paid, in hours from the lodging; 1 to 168.
    #[serde(default = "a_day")]
    pub pay_within_hours: u16,
    /// How long somebody has to supply what is missing.
    pub supplement_within: Period,
    /// For how many months what is issued is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u16>,
}

fn a_day() -> u16 {
    24
}

/// What the agency does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is called by.
    pub code: Code,
    /// What people call it.
    pub name: Text,
    /// How long it takes at most, from the end of the one before.
    pub period: Period,
}

/// Why an agency may refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalReason {
    /// What it is called by.
    pub code: Code,
    /// What the applicant reads.
    pub text: Text,
    /// What they can do about it.
    pub remedy: Text,
    /// By which law.
    pub citation: Citation,
}

words! {
    /// How an outcome reaches the applicant.
    Delivery {
        /// It is collected at a counter.
        Counter = "counter" ("Collect at a counter", "窗口领取"),
        /// It comes by post.
        Post = "post" ("By post", "邮寄送达"),
        /// It is there at once, in the app.
        Electronic = "electronic" ("Electronic", "电子送达"),
    }
}
