//! What a visit costs.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{PersonId, ResidentIdNumber};
use citygate_kernel::{Locale, Masked, Money, MoneyError, Text};
use citygate_platform::keys::Keys;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ChargeId, OwnNo, SettlementId, VisitId};

citygate_kernel::words! {
    /// What kind of service a line is.
    ServiceKind {
        /// Booking a place.
        Registration = "registration" ("Registration", "挂号费"),
        /// A doctor's time.
        Consultation = "consultation" ("Consultation", "诊察费"),
        /// Medicine.
        Drug = "drug" ("Medicine", "药品费"),
        /// Laboratory tests.
        Laboratory = "laboratory" ("Laboratory", "化验费"),
        /// X-ray, ultrasound, and the like.
        Imaging = "imaging" ("Imaging", "检查费"),
        /// Treatment.
        Treatment = "treatment" ("Treatment", "治疗费"),
        /// Surgery.
        Surgery = "surgery" ("Surgery", "手术费"),
        /// A bed.
        Bed = "bed" ("Bed", "床位费"),
        /// Nursing.
        Nursing = "nursing" ("Nursing", "护理费"),
        /// Materials.
        Material = "material" ("Materials", "材料费"),
        /// Anything else.
        Other = "other" ("Other", "其他费用"),
    }
}

citygate_kernel::words! {
    /// The class of a line in the catalogue of the medical insurance.
    CatalogueClass {
        /// Covered.
        A = "a",
        /// Covered after a part that the insured pays beforehand.
        B = "b",
        /// Not covered.
        C = "c",
    }
}

citygate_kernel::words! {
    /// Where a charge stands, as written.
    ChargeState {
        /// It is to be settled.
        Open = "open",
        /// A settlement of it is under way, or done.
        Settling = "settling",
        /// The hospital has taken it back.
        Withdrawn = "withdrawn",
    }
}

/// A part of a charge (FHIR: ChargeItem).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChargeLine {
    /// Its number in the charge, from 1.
    pub n: i16,
    pub service: ServiceKind,
    pub class: CatalogueClass,
    pub quantity: i32,
    pub unit_price: Money,
    /// Quantity times unit price.
    pub amount: Money,
}

/// What a charge is for, in words. It tells of somebody's health, so it is kept sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub title: Words,
    /// In the order of the lines.
    pub items: Vec<Item>,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// The code of the item in the hospital's price list.
    pub code: String,
    pub text: Words,
}

/// Words in both languages, as they are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    /// In a language.
    pub(crate) fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::En => &self.en,
            Locale::ZhCn => &self.zh,
        }
    }
}

/// Somebody who may pay besides the patient.
#[derive(Debug, Clone)]
pub(crate) struct Relative {
    pub id_number: ResidentIdNumber,
    /// Kept where nobody has named the person before.
    pub name: Masked<String>,
}

/// A charge as a hospital's system sends it.
#[derive(Debug, Clone)]
pub(crate) struct NewCharge {
    /// The hospital's own number of it.
    pub number: OwnNo,
    pub visit: VisitId,
    /// Numbered 1, 2, 3 …
    pub lines: Vec<ChargeLine>,
    /// What they are for.
    pub details: Details,
    /// A relative who may pay it.
    pub payer: Option<Relative>,
}

impl NewCharge {
    /// What the lines come to.
    pub(crate) fn total(&self) -> Result<Money, MoneyError> {
        let nothing = Money::zero(citygate_kernel::Currency::Cny);
        self.lines.iter().try_fold(nothing, |sum, line| sum.checked_add(line.amount))
    }

    /// Equal for equal content: tells a repetition from a change. The person stands for the
    /// identity number, and the name is no part of the content.
    pub(crate) fn content_digest(&self, keys: &Keys, payer: Option<PersonId>) -> Vec<u8> {
        let line =
            |line: &ChargeLine| json!([line.service, line.class, line.quantity, line.unit_price]);
        let lines: Vec<_> = self.lines.iter().map(line).collect();
        let content = json!([self.number, self.visit, self.details, lines, payer]);
        keys.blind_index("hospital.charges", &content.to_string())
    }
}

/// What a hospital charges for a part of a visit.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub id: ChargeId,
    pub agency: AgencyId,
    pub visit: VisitId,
    /// The hospital's own number of it.
    pub number: OwnNo,
    /// The patient.
    pub person: PersonId,
    /// A relative who may pay it.
    pub payer: Option<PersonId>,
    /// [`Details`], sealed.
    pub details_sealed: Vec<u8>,
    pub total: Money,
    pub state: ChargeState,
    /// The settlement that is under way, or done.
    pub settlement: Option<SettlementId>,
    /// Why the last settlement came to nothing: a code.
    pub open_reason: Option<String>,
    /// What the hospital sent, digested.
    pub content_digest: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

impl Charge {
    /// What bills and plans call it: they are read by others than the patient.
    pub(crate) fn name(&self) -> Text {
        Text::new(format!("Medical fees {}", self.number), format!("医疗费 {}", self.number))
    }
}

/// What others need to know of a charge.
#[derive(Debug, Clone)]
pub(crate) struct ChargeBrief {
    /// Which one.
    pub id: ChargeId,
    /// Its number, as people are told of it.
    pub title: Text,
    /// What the patient has to pay: the own part where it is known, else the whole.
    pub due: Money,
    /// Whether the visit waits for it. What is paid, or to be paid later on credit, is not open.
    pub open: bool,
}
