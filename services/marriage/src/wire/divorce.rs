//! Divorces.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::Deadline;
use citygate_catalogue::RuleId;
use citygate_certificates::CertificateId;
use citygate_identity::PersonId;
use citygate_kernel::Locale;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::divorce::DivorceView,
    model::{CaseId, Couple, Divorce, DivorceState, Side},
};

/// What two people apply for who are there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EnterDivorceRequest, example = json!({
    "marriage_id": "mcas_310000_01999999000070008000000000000001", "present": ["a", "b"],
}))]
pub(crate) struct EnterDivorceBody {
    /// The case that their marriage was registered with.
    pub marriage_id: CaseId,
    /// Who is there in person, with their documents: both.
    #[schema(min_items = 1, max_items = 2)]
    pub present: Vec<Side>,
}

/// Who has come for the certificate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertifyDivorceRequest, example = json!({"present": ["a", "b"]}))]
pub(crate) struct CertifyDivorceBody {
    /// Who is there in person, with their documents: both.
    #[schema(min_items = 1, max_items = 2)]
    pub present: Vec<Side>,
}

/// Which text is signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignDivorceRequest)]
pub(crate) struct SignDivorceBody {
    /// The version, as the divorce names it.
    pub version: RuleId,
}

/// A divorce, without names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnteredDivorce)]
pub(crate) struct EnteredDivorceBody {
    id: CaseId,
    marriage_id: CaseId,
    state: DivorceState,
    /// Who has signed.
    signed: Vec<Side>,
    /// The day on which both had applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    received_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    entered_at: DateTime<Utc>,
}

impl EnteredDivorceBody {
    pub(crate) fn new(one: &Divorce, couple: &Couple) -> Self {
        let sides = Side::ALL.iter().copied();
        let signed = sides.filter(|side| couple.on(*side).is_some() && one.has_signed(*side));
        Self {
            id: one.id,
            marriage_id: one.marriage,
            state: one.state,
            signed: signed.collect(),
            received_on: one.received_on,
            registered_on: one.registered_on,
            entered_at: one.created_at,
        }
    }
}

/// A divorce as a registrar opens it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedDivorce)]
pub(crate) struct OpenedDivorceBody {
    #[serde(flatten)]
    entered: EnteredDivorceBody,
    /// Partly hidden: who it is, by side.
    parties: Vec<DivorcePartyBody>,
}

/// One of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DivorceParty)]
struct DivorcePartyBody {
    side: Side,
    /// Partly hidden.
    name: String,
}

impl OpenedDivorceBody {
    pub(crate) fn new(
        one: &Divorce,
        couple: &Couple,
        mut names: BTreeMap<PersonId, String>,
    ) -> Self {
        let party = |side: &Side| {
            let name = couple.on(*side).and_then(|party| names.remove(&party.person));
            DivorcePartyBody { side: *side, name: name.unwrap_or_default() }
        };
        let parties = Side::ALL.iter().map(party).collect();
        Self { entered: EnteredDivorceBody::new(one, couple), parties }
    }
}

/// A divorce as one of the two sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Divorce)]
pub(crate) struct DivorceBody {
    id: CaseId,
    state: DivorceState,
    /// Which of the two the caller is.
    side: Side,
    /// The other's name, partly hidden.
    other: String,
    /// The version of the text that each of them signs.
    version: RuleId,
    /// The text, in the language of the answer.
    statement: String,
    /// Where it is written, in the language of the answer.
    citation: String,
    /// Whether the caller has signed.
    signed: bool,
    /// Whether the other has.
    other_signed: bool,
    /// In which either may withdraw; present once both have applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DivorcePeriodBody)]
    withdrawal: Option<DivorcePeriodBody>,
    /// In which both come for the certificate; present once both have applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DivorcePeriodBody)]
    certificate: Option<DivorcePeriodBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    /// Present once they are divorced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CertificateId)]
    certificate_id: Option<CertificateId>,
}

/// A period on the legal clock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DivorcePeriod)]
struct DivorcePeriodBody {
    /// The day that is not counted.
    after: NaiveDate,
    /// The last day; it ends at midnight.
    until: NaiveDate,
    /// When that is.
    ends_at: DateTime<Utc>,
    /// Whether holidays that are not announced yet can move it.
    provisional: bool,
    /// How it is counted, in plain words in the language of the answer.
    explanation: String,
}

impl DivorceBody {
    pub(crate) fn new(view: DivorceView, locale: Locale) -> Self {
        let DivorceView { one, side, other, clock, rule, city, today } = view;
        let period = |deadline: Deadline| DivorcePeriodBody {
            after: deadline.trigger_on(),
            until: deadline.due_on(),
            ends_at: deadline.ends_at(city.time_zone),
            provisional: deadline.provisional(),
            explanation: deadline.explain(locale, today, Some(&rule.citation)),
        };
        let (withdrawal, certificate) =
            clock.map(|clock| (clock.withdrawal, clock.certificate)).unzip();
        Self {
            id: one.id,
            state: one.state,
            side,
            other: other.expose().clone(),
            version: one.rule,
            statement: rule.params.statement().get(locale).to_owned(),
            citation: rule.citation.get(locale).to_owned(),
            signed: one.has_signed(side),
            other_signed: one.has_signed(side.other()),
            withdrawal: withdrawal.map(period),
            certificate: certificate.map(period),
            registered_on: one.registered_on,
            certificate_id: one.certificate,
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}
