//! Cases as registrars see them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_certificates::{CertificateId, Issued};
use citygate_identity::{DocumentType, FullName, PersonId, StaffId};
use citygate_kernel::{Words, wire};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::case::VenueBody;
use crate::{
    actions::{
        correct::Wanted,
        office::{DayLine, OpenedCase},
    },
    model::{
        AnnulmentGround, Case, CaseEvent, CaseId, CaseState, Correction, CorrectionId,
        CorrectionKind, CorrectionState, Couple, Illness, Kinship, MaritalStatus, Party, Sex, Side,
        SignedStatement,
    },
};

/// Which day of which registry.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Path)]
pub(crate) struct DayPath {
    /// The registry.
    #[serde(rename = "agency_id")]
    _agency_id: AgencyId,
    /// The day in the city.
    #[serde(deserialize_with = "wire::date")]
    #[param(example = "2027-05-20")]
    pub on: NaiveDate,
}

/// What a registrar has before them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeePartyRequest, example = json!({"side": "a", "document_sex": "female"}))]
pub(crate) struct SeeBody {
    /// Which of the two.
    pub side: Side,
    /// As the document says.
    pub document_sex: Sex,
}

/// Why the registry refuses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefuseMarriageRequest, example = json!({"reason": "papers"}))]
pub(crate) struct RefuseBody {
    /// A code of the rule `marriage.refusal`: `under_age`, `not_voluntary`, `has_spouse`, `kinship`,
    /// `papers`, `not_both_present`, `statement_withdrawn`, `not_designated`.
    pub reason: Words<40>,
}

/// What is to be corrected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectMarriageRequest, example = json!({
    "kind": "registered_on", "registered_on": "2026-11-23", "grounds": "The day was entered wrongly.",
}))]
pub(crate) struct CorrectBody {
    kind: CorrectionKind,
    /// The right day; only where it is about that.
    #[serde(default, deserialize_with = "given_day")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    /// Stored encrypted.
    grounds: Words<500>,
}

/// A day that may be absent, but not null.
fn given_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    wire::date(deserializer).map(Some)
}

impl CorrectBody {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        let Self { kind, registered_on, grounds } = self;
        Wanted { kind: *kind, registered_on: *registered_on, grounds: grounds.as_str() }
    }
}

/// Whether a correction is right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecideMarriageCorrectionRequest, example = json!({"approved": true}))]
pub(crate) struct DecideCorrectionBody {
    pub approved: bool,
}

/// A court's judgment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnulMarriageRequest, example = json!({
    "ground": "coerced", "judgment_no": "（2027）沪0101民初123号", "judged_on": "2027-06-01",
}))]
pub(crate) struct AnnulBody {
    pub ground: AnnulmentGround,
    /// The number of the court's case. Stored encrypted.
    pub judgment_no: Words<64>,
    #[serde(deserialize_with = "wire::date")]
    pub judged_on: NaiveDate,
}

/// A case in the list of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageDayLine)]
pub(crate) struct DayLineBody {
    case_id: CaseId,
    state: CaseState,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = VenueBody)]
    appointment: Option<VenueBody>,
    parties: Vec<DayPartyBody>,
}

/// One of the two, partly hidden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageDayParty)]
struct DayPartyBody {
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    name: Option<String>,
    /// When a registrar saw them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    seen_at: Option<DateTime<Utc>>,
}

impl DayLineBody {
    pub(crate) fn new(mut line: DayLine) -> Self {
        let both = line.couple.both().into_iter().flatten();
        let parties = both.map(|party| DayPartyBody {
            side: party.side,
            name: line.names.remove(&party.person),
            seen_at: party.seen.map(|(at, _)| at),
        });
        let parties = parties.collect();
        Self {
            case_id: line.case.id,
            state: line.case.state,
            appointment: line.case.venue.map(VenueBody::from),
            parties,
        }
    }

    /// A case alone, without names.
    pub(crate) fn of(case: Case, couple: Couple) -> Self {
        Self::new(DayLine { case, couple, names: BTreeMap::new() })
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.case_id.uuid()
    }
}

/// A case as a registrar opens it.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedMarriageCase)]
pub(crate) struct OpenedCaseBody {
    case_id: CaseId,
    state: CaseState,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = VenueBody)]
    appointment: Option<VenueBody>,
    parties: Vec<OpenedPartyBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CertificateId)]
    certificate_id: Option<CertificateId>,
    /// Newest first.
    corrections: Vec<CorrectionBody>,
    /// Oldest first.
    history: Vec<EventBody>,
}

/// One of the two, with nothing hidden.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedMarriageParty)]
struct OpenedPartyBody {
    side: Side,
    /// Absent where the register knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DocumentType)]
    document_type: Option<DocumentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DeclaredBody)]
    statement: Option<DeclaredBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    seen_at: Option<DateTime<Utc>>,
}

/// What somebody has declared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeclaredForMarriage)]
struct DeclaredBody {
    sex: Sex,
    marital_status: MaritalStatus,
    kinship: Kinship,
    illness: Illness,
    signed_at: DateTime<Utc>,
}

/// A line of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageCaseEvent)]
struct EventBody {
    event: CaseEvent,
    at: DateTime<Utc>,
}

impl OpenedPartyBody {
    fn new(
        party: &Party,
        names: &BTreeMap<PersonId, FullName>,
        signed: &[SignedStatement],
    ) -> Self {
        let full = names.get(&party.person);
        let statement = signed.iter().find(|signed| signed.side == party.side);
        Self {
            side: party.side,
            name: full.map(|full| full.name.expose().clone()),
            document_type: full.map(|full| full.document.kind()),
            document_number: full.map(|full| full.document.expose().to_owned()),
            statement: statement.map(|signed| DeclaredBody {
                sex: signed.declared.sex,
                marital_status: signed.declared.marital_status,
                kinship: signed.declared.kinship,
                illness: signed.declared.illness,
                signed_at: signed.signed_at,
            }),
            seen_at: party.seen.map(|(at, _)| at),
        }
    }
}

impl From<OpenedCase> for OpenedCaseBody {
    fn from(opened: OpenedCase) -> Self {
        let OpenedCase { case, couple, names, signed, history, corrections } = opened;
        let both = couple.both().into_iter().flatten();
        Self {
            case_id: case.id,
            state: case.state,
            appointment: case.venue.map(VenueBody::from),
            parties: both.map(|party| OpenedPartyBody::new(party, &names, &signed)).collect(),
            registered_on: case.registered_on,
            certificate_id: case.certificate,
            corrections: corrections.into_iter().map(CorrectionBody::from).collect(),
            history: history.into_iter().map(|(event, at)| EventBody { event, at }).collect(),
        }
    }
}

/// A marriage that was just registered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredMarriage)]
pub(crate) struct RegisteredBody {
    case_id: CaseId,
    registered_on: NaiveDate,
    certificate_id: CertificateId,
    certificate_number: String,
}

impl RegisteredBody {
    pub(crate) fn new(case: CaseId, registered_on: NaiveDate, issued: Issued) -> Self {
        Self {
            case_id: case,
            registered_on,
            certificate_id: issued.id,
            certificate_number: issued.number,
        }
    }
}

/// A correction, without its grounds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageCorrection)]
pub(crate) struct CorrectionBody {
    id: CorrectionId,
    case_id: CaseId,
    kind: CorrectionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    state: CorrectionState,
    proposed_by: StaffId,
    proposed_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = StaffId)]
    decided_by: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    decided_at: Option<DateTime<Utc>>,
}

impl From<Correction> for CorrectionBody {
    fn from(correction: Correction) -> Self {
        let (decided_by, decided_at) = correction.decided.unzip();
        Self {
            id: correction.id,
            case_id: correction.case,
            kind: correction.kind,
            registered_on: correction.registered_on,
            state: correction.state,
            proposed_by: correction.proposed_by,
            proposed_at: correction.proposed_at,
            decided_by,
            decided_at,
        }
    }
}

/// A correction with its grounds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedMarriageCorrection)]
pub(crate) struct OpenedCorrectionBody {
    correction: CorrectionBody,
    grounds: String,
}

impl From<(Correction, String)> for OpenedCorrectionBody {
    fn from((correction, grounds): (Correction, String)) -> Self {
        Self { correction: correction.into(), grounds }
    }
}
