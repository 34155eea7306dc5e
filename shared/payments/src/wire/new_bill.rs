//! Bills as agencies' systems write them.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Clock, Masked, Rate, Text, Words, wire};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::input::{Amount, given, list, whole};
use crate::{
    actions::ISSUER,
    model::{BillId, Instalment, Line, NewBill, Party, Share, Surcharge, Terms},
    rules::{AMOUNT_MAX, RATE_MAX, SHARE_MAX},
};

type Sum = Amount<1, AMOUNT_MAX>;

/// Somebody by name and number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BillParty, example = json!({"name": "王芳", "id_number": "11010519491231002X"}))]
struct PartyBody {
    /// Kept where no agency has named the person before; no part of the bill's content.
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
}

impl PartyBody {
    fn party(self) -> Party {
        let name = Masked::new(self.name.into_exposed().into_string());
        Party { id_number: self.id_number, name }
    }
}

/// The same words in both languages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewText, example = json!({"en": "Water, May 2026", "zh": "2026年5月水费"}))]
struct NewTextBody {
    en: Words<200>,
    zh: Words<200>,
}

impl NewTextBody {
    fn text(self) -> Text {
        Text::new(self.en.into_string(), self.zh.into_string())
    }
}

/// What lateness costs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSurcharge)]
struct NewSurchargeBody {
    /// Hundredths of a percent of what is unpaid, for each calendar day after the due date.
    #[serde(deserialize_with = "whole::<_, 1, RATE_MAX>")]
    #[schema(minimum = 1, maximum = 10_000, example = 5)]
    basis_points_per_day: i64,
    /// The most that it can come to.
    #[schema(schema_with = Sum::schema)]
    cap: Sum,
}

impl NewSurchargeBody {
    fn surcharge(self) -> Surcharge {
        let rate = u32::try_from(self.basis_points_per_day).unwrap_or_default();
        Surcharge { per_day: Rate::basis_points(rate), cap: self.cap.money() }
    }
}

/// A part of what a bill is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBillLine)]
struct NewLineBody {
    text: NewTextBody,
    #[schema(schema_with = Sum::schema)]
    amount: Sum,
}

/// An agency that shares in what is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBillShare)]
struct NewShareBody {
    /// One of the same city; the issuer only shares where it is named.
    agency_id: AgencyId,
    /// How many parts of the sum of all parts.
    #[serde(deserialize_with = "whole::<_, 1, SHARE_MAX>")]
    #[schema(minimum = 1, maximum = 1_000_000, example = 70)]
    parts: i64,
}

/// A part of the amount that is due on a day of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInstalment)]
struct NewInstalmentBody {
    #[schema(schema_with = Sum::schema)]
    amount: Sum,
    #[serde(deserialize_with = "wire::date")]
    due_on: NaiveDate,
}

/// A bill to be issued. What is the same for all bills of a number is its content: everything but
/// the names of people.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBill)]
pub(crate) struct NewBillBody {
    /// The agency's own number; no two of its bills have the same.
    external_no: Words<64>,
    /// Who owes it.
    debtor: PartyBody,
    /// Who may see and pay it besides the debtor: a parent, an employer.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = PartyBody)]
    payer: Option<PartyBody>,
    /// What it is for.
    subject: NewTextBody,
    /// Without surcharge.
    #[schema(schema_with = Sum::schema)]
    amount: Sum,
    /// The last day without surcharge, in the time zone of the city; of the first instalment, where
    /// there are any.
    #[serde(deserialize_with = "wire::date")]
    #[schema(example = "2026-12-31")]
    due_on: NaiveDate,
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = NewSurchargeBody)]
    surcharge: Option<NewSurchargeBody>,
    /// From then on it cannot be paid any more; in the future. Counted in microseconds.
    #[serde(default, deserialize_with = "instant")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    expires_at: Option<DateTime<Utc>>,
    /// Whether any amount up to what is due may be paid at a time.
    #[serde(default)]
    #[schema(required = false)]
    allows_partial: bool,
    /// What it is made up of; they come to the amount. Refunds may name them.
    #[serde(default, deserialize_with = "list::<_, _, 0, 100>")]
    #[schema(required = false, max_items = 100)]
    lines: Vec<NewLineBody>,
    /// Who receives what is paid, where that is not the agency alone: each its part, to the minor
    /// unit.
    #[serde(default, deserialize_with = "list::<_, _, 0, 100>")]
    #[schema(required = false, max_items = 100)]
    shares: Vec<NewShareBody>,
    /// When how much is due, in the order of their days; they come to the amount.
    #[serde(default, deserialize_with = "list::<_, _, 0, 100>")]
    #[schema(required = false, max_items = 100)]
    instalments: Vec<NewInstalmentBody>,
}

/// Cut to what the database keeps, so that the same bill is the same when it is read again.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    wire::instant(deserializer).map(|at| Some(at.trunc_subsecs(6)))
}

impl NewBillBody {
    /// A new bill of the agency.
    pub(crate) fn bill(self, agency: AgencyId, clock: &Clock) -> NewBill<Party> {
        let line = |line: NewLineBody| Line {
            text: line.text.text(),
            amount: line.amount.money(),
            refunded: 0,
        };
        let share = |share: NewShareBody| Share {
            agency: share.agency_id,
            parts: u32::try_from(share.parts).unwrap_or_default(),
            received: 0,
        };
        let instalment = |part: NewInstalmentBody| Instalment {
            amount: part.amount.money(),
            due_on: part.due_on,
        };
        NewBill {
            id: BillId::new(agency.city(), clock),
            agency,
            issuer: ISSUER,
            external_no: self.external_no.into_string(),
            debtor: self.debtor.party(),
            subject: self.subject.text(),
            amount: self.amount.money(),
            due_on: self.due_on,
            surcharge: self.surcharge.map(NewSurchargeBody::surcharge),
            terms: Terms {
                payer: self.payer.map(PartyBody::party),
                expires_at: self.expires_at,
                allows_partial: self.allows_partial,
                lines: self.lines.into_iter().map(line).collect(),
                shares: self.shares.into_iter().map(share).collect(),
                instalments: self.instalments.into_iter().map(instalment).collect(),
            },
        }
    }
}

/// Bills to be issued together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBills)]
pub(crate) struct IssueBillsBody {
    #[serde(deserialize_with = "list::<_, _, 1, 1_000>")]
    #[schema(min_items = 1, max_items = 1_000)]
    bills: Vec<NewBillBody>,
}

impl IssueBillsBody {
    pub(crate) fn bills(self, agency: AgencyId, clock: &Clock) -> Vec<NewBill<Party>> {
        self.bills.into_iter().map(|bill| bill.bill(agency, clock)).collect()
    }
}

/// Why a bill is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BillCancellation)]
pub(crate) struct CancelBillBody {
    pub reason: Words<500>,
}
