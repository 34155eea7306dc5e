//! Whether two people can be registered on a day, and what each has to do. Each learns everything
//! about themselves, and of the other one word that says no more than a closed counter would.

use std::collections::BTreeMap;

use citygate_identity::DocumentType;
use serde::Deserialize;

use crate::model::{Declarations, Sex};

/// Which rule sets the age of marriage.
pub(crate) const AGE: &str = "marriage.age";
/// Which rule lists the papers.
pub(crate) const PAPERS: &str = "marriage.papers";

/// Completed years on the day (Civil Code, article 1047).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgeRule {
    male: u32,
    female: u32,
}

impl AgeRule {
    /// The age that somebody has to have; the lower one while their sex is not declared.
    fn least(self, sex: Option<Sex>) -> u32 {
        match sex {
            Some(Sex::Male) => self.male,
            Some(Sex::Female) => self.female,
            None => self.male.min(self.female),
        }
    }
}

citygate_kernel::words! {
    /// What somebody is to the law of registration (Order 804, articles 2 and 8).
    PersonStatus {
        /// Resident of the mainland.
        Resident = "resident",
        /// Resident of Hong Kong, Macao or Taiwan.
        HkMoTw = "hk_mo_tw",
        /// Chinese citizen settled abroad.
        OverseasChinese = "overseas_chinese",
        /// Citizen of another country.
        Foreigner = "foreigner",
    }
}

impl From<DocumentType> for PersonStatus {
    fn from(document: DocumentType) -> Self {
        match document {
            DocumentType::ResidentId => Self::Resident,
            DocumentType::ResidencePermit
            | DocumentType::HkMacaoTravelPermit
            | DocumentType::TaiwanTravelPermit => Self::HkMoTw,
            DocumentType::PrcPassport => Self::OverseasChinese,
            DocumentType::PermanentResidenceCard | DocumentType::ForeignPassport => Self::Foreigner,
        }
    }
}

citygate_kernel::words! {
    /// What a designated office is designated for, as offices publish it.
    Designation {
        /// Foreigners, and Chinese citizens settled abroad.
        Foreign = "foreign",
        /// Residents of Hong Kong, Macao and Taiwan.
        HkMoTw = "hk_mo_tw",
    }
}

citygate_kernel::words! {
    /// What somebody brings.
    Paper {
        /// 户口簿.
        HouseholdBook = "household_book" ("household book", "本人的户口簿"),
        /// 居民身份证.
        ResidentId = "resident_id" ("resident identity card", "本人的居民身份证"),
        /// Signed here.
        SignedStatement = "signed_statement" (
            "signed statement of no spouse and no kinship within three degrees",
            "本人无配偶以及与对方当事人没有直系血亲和三代以内旁系血亲关系的签字声明"
        ),
        /// 通行证.
        TravelPermit = "travel_permit" ("valid travel permit", "本人的有效通行证"),
        /// 通行证 or 居住证.
        TravelOrResidencePermit = "travel_or_residence_permit" (
            "valid travel permit, or residence permit for residents of Hong Kong, Macao and Taiwan",
            "本人的有效通行证或者港澳台居民居住证"
        ),
        /// 身份证 of the region.
        OwnId = "own_id" ("identity card of the region", "本人的身份证"),
        /// From a notary of the place of residence.
        NotarisedStatement = "notarised_statement" (
            "statement of no spouse and no kinship, notarised where you live",
            "经居住地公证机构公证的本人无配偶以及与对方当事人没有直系血亲和三代以内旁系血亲关系的声明"
        ),
        /// 护照.
        Passport = "passport" ("valid passport", "本人的有效护照"),
        /// From abroad.
        AuthenticatedStatement = "authenticated_statement" (
            "statement of no spouse and no kinship from the country of residence, authenticated, or \
             from a Chinese embassy or consulate there",
            "居住国出具并经认证的，或者中国驻该国使（领）馆出具的本人无配偶以及与对方当事人没有直系血亲和三代以内旁系血亲关系的证明"
        ),
        /// 护照 or another document of travel.
        PassportOrPermit = "passport_or_permit" (
            "valid passport or other document of international travel, or permanent resident card",
            "本人的有效护照或者其他有效的国际旅行证件，或者外国人永久居留身份证"
        ),
        /// From the own country.
        AuthenticatedSingleStatus = "authenticated_single_status" (
            "certificate of no spouse from your country, authenticated, or from its embassy or \
             consulate in China",
            "所在国出具并经认证的，或者所在国驻华使（领）馆出具的本人无配偶的证明"
        ),
    }
}

/// What people bring, and where they go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PapersRule {
    /// Whether residents may go to any office; else to where one of them is registered.
    anywhere: bool,
    kinds: BTreeMap<PersonStatus, PapersOfKind>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PapersOfKind {
    /// What their office has to be designated for, if it has to be.
    designated: Option<Designation>,
    papers: Vec<Paper>,
}

/// The rules of a day.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub age: AgeRule,
    pub papers: PapersRule,
}

/// What is known of one of the two, for the day in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub status: PersonStatus,
    /// Completed years on the day; none where the document does not say.
    pub age: Option<u32>,
    /// What they have declared, if their signature stands.
    pub declared: Option<Declarations>,
    /// Whether a marriage of theirs is on record that has not ended.
    pub has_spouse: bool,
}

citygate_kernel::words! {
    /// What somebody is told of themselves.
    Finding {
        /// Their signature is missing.
        Unsigned = "unsigned" (
            "You have yet to sign the statement.", "您尚未签署声明。"
        ),
        /// Too young on the day.
        UnderAge = "under_age" (
            "On that day you will not have reached the age of marriage.",
            "您届时未达到法定结婚年龄。"
        ),
        /// The document does not say how old they are.
        AgeUnknown = "age_unknown" (
            "The office will read your date of birth from your document.",
            "婚姻登记机关将核对您证件上的出生日期。"
        ),
        /// A marriage is on record.
        HasSpouse = "has_spouse" (
            "A marriage of yours is on record that has not ended. If that is wrong, have it \
             corrected first.",
            "登记信息显示您的婚姻关系尚未解除；如有错误，请先办理更正。"
        ),
        /// Not every office can do it.
        Designated = "designated_office" (
            "With your document you need an office that is designated for it.",
            "您须到有权办理该类业务的婚姻登记机关办理。"
        ),
        /// Not every office could, once.
        Household = "household_office" (
            "The office has to be where one of you is registered.",
            "须到一方当事人常住户口所在地的婚姻登记机关办理。"
        ),
    }
}

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Something to know.
    Note,
    /// Something to do first.
    ToDo,
    /// Nothing can be done about it before that day.
    Bar,
}

impl Finding {
    fn weight(self) -> Weight {
        match self {
            Self::UnderAge | Self::HasSpouse => Weight::Bar,
            Self::Unsigned => Weight::ToDo,
            Self::AgeUnknown | Self::Designated | Self::Household => Weight::Note,
        }
    }

    /// Whether it is in the way.
    pub(crate) fn blocks(self) -> bool {
        self.weight() != Weight::Note
    }
}

citygate_kernel::words! {
    /// All that somebody is told of the other.
    OtherSide {
        /// Nothing is in the way.
        Ready = "ready" ("The other has done everything.", "对方已完成。"),
        /// It is the other's turn.
        Waiting = "waiting" ("The other has something to do yet.", "等待对方完成。"),
        /// Something is in the way.
        ContactOffice = "contact_office" (
            "This cannot proceed here. Contact the office.",
            "暂无法在此办理，请联系婚姻登记机关。"
        ),
    }
}

/// What somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// About themselves.
    pub findings: Vec<Finding>,
    /// What they bring.
    pub papers: Vec<Paper>,
    /// What their office has to be designated for.
    pub designated: Option<Designation>,
    pub other: OtherSide,
}

impl Told {
    /// Whether nothing is in the way, on either side.
    pub(crate) fn is_ready(&self) -> bool {
        self.other == OtherSide::Ready && !self.findings.iter().any(|finding| finding.blocks())
    }
}

/// What each of two is told, in their order.
pub(crate) fn precheck(rules: &Rules, two: [&Facts; 2]) -> [Told; 2] {
    let [a, b] = two;
    // One man and one woman (Civil Code, articles 1042 and 1046). It is about neither alone.
    let sexes = a.declared.zip(b.declared).map(|(a, b)| (a.sex, b.sex));
    let pair = sexes.is_none_or(|(a, b)| a != b);
    let told = |own: &Facts, other: &Facts| Told {
        findings: findings(rules, own),
        papers: rules.of(own).map(|of| of.papers.clone()).unwrap_or_default(),
        designated: rules.of(own).and_then(|of| of.designated),
        other: if pair { outside(rules, other) } else { OtherSide::ContactOffice },
    };
    [told(a, b), told(b, a)]
}

impl Rules {
    fn of(&self, facts: &Facts) -> Option<&PapersOfKind> {
        self.papers.kinds.get(&facts.status)
    }
}

fn findings(rules: &Rules, own: &Facts) -> Vec<Finding> {
    let least = rules.age.least(own.declared.map(|declared| declared.sex));
    let age = match own.age {
        None => Some(Finding::AgeUnknown),
        Some(age) if age < least => Some(Finding::UnderAge),
        Some(_) => None,
    };
    let resident = own.status == PersonStatus::Resident;
    let designated = rules.of(own).is_some_and(|of| of.designated.is_some());
    [
        own.declared.is_none().then_some(Finding::Unsigned),
        age,
        own.has_spouse.then_some(Finding::HasSpouse),
        designated.then_some(Finding::Designated),
        (resident && !rules.papers.anywhere).then_some(Finding::Household),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What may be said of somebody to the other.
fn outside(rules: &Rules, of: &Facts) -> OtherSide {
    let weights = findings(rules, of).into_iter().map(Finding::weight);
    weights.fold(OtherSide::Ready, |so_far, weight| match (so_far, weight) {
        (OtherSide::ContactOffice, _) | (_, Weight::Bar) => OtherSide::ContactOffice,
        (OtherSide::Waiting, _) | (_, Weight::ToDo) => OtherSide::Waiting,
        (OtherSide::Ready, Weight::Note) => OtherSide::Ready,
    })
}

#[cfg(test)]
mod tests;
