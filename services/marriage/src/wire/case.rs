//! Cases as the two see them.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::{AppointmentId, SessionId};
use citygate_catalogue::{AgencyId, OfficeId, Rule, RuleId};
use citygate_certificates::CertificateId;
use citygate_kernel::{CityCode, Locale, Masked, wire};
use citygate_notify::EmailAddress;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use uuid::Uuid;

use crate::{
    actions::{
        invite::{NewInvitation, OpenedInvitation},
        read::{CaseView, Refusal},
    },
    model::{
        CaseId, CaseState, Declarations, Illness, Kinship, MaritalStatus, Sex, StatementText, Venue,
    },
};

/// In which city the two want to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MarriageCaseRequest, example = json!({"city": "330100"}))]
pub(crate) struct BeginBody {
    /// The division code; since 10 May 2025 any.
    pub city: CityCode,
}

/// Where the code of an invitation goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MarriageInvitationRequest, example = json!({}))]
pub(crate) struct InviteBody {
    /// An address of the other, to which the code is mailed. It is kept by nobody. Absent where the
    /// caller gives the code by hand.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = EmailAddress)]
    pub address: Option<EmailAddress>,
}

/// A member that may be absent, but not null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The code of an invitation.
#[derive(Debug)]
pub(crate) struct Token(pub Masked<String>);

impl PartialSchema for Token {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{32}$")).into()
    }
}
impl ToSchema for Token {}

/// No code.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the 32 digits of a code are expected")]
pub(crate) struct InvalidToken;

impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let whole = text.len() == 32 && text.bytes().all(digit);
        if whole { Ok(Self(Masked::new(text.to_owned()))) } else { Err(InvalidToken) }
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// A code to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenMarriageInvitationRequest,
    example = json!({"code": "0123456789abcdef0123456789abcdef"}))]
pub(crate) struct OpenBody {
    pub code: Token,
}

/// A code that the caller confirms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfirmMarriageRequest,
    example = json!({"code": "0123456789abcdef0123456789abcdef"}))]
pub(crate) struct ConfirmBody {
    pub code: Token,
}

/// An invitation that was just made. The code is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewMarriageInvitation)]
pub(crate) struct InvitationBody {
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    code: Masked<String>,
    case: CaseBody,
}

impl InvitationBody {
    pub(crate) fn new(new: NewInvitation, locale: Locale) -> Self {
        Self { code: new.token, case: CaseBody::new(new.view, locale) }
    }
}

/// An invitation, as whoever has its code sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = MarriageInvitation)]
pub(crate) struct OpenedInvitationBody {
    case_id: CaseId,
    /// Who invites, partly hidden.
    #[schema(value_type = String)]
    name: Masked<String>,
    /// Until when it can be confirmed.
    expires_at: DateTime<Utc>,
}

impl From<OpenedInvitation> for OpenedInvitationBody {
    fn from(opened: OpenedInvitation) -> Self {
        let OpenedInvitation { invitation, name } = opened;
        Self { case_id: invitation.case, name, expires_at: invitation.expires_at }
    }
}

/// The statement that each of the two signs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageStatement)]
pub(crate) struct StatementBody {
    /// To be sent with the signature.
    version: RuleId,
    /// In the language of the answer.
    text: String,
    /// What is signed: the Chinese text is the one that counts.
    text_zh: String,
    citation: String,
}

impl StatementBody {
    pub(crate) fn new(rule: Rule<StatementText>, locale: Locale) -> Self {
        let StatementText { en, zh } = rule.params;
        let text = match locale {
            Locale::En => en,
            Locale::ZhCn => zh.clone(),
        };
        let citation = rule.citation.get(locale).to_owned();
        Self { version: rule.id, text, text_zh: zh, citation }
    }
}

/// What the caller declares, and under which version of the statement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignMarriageStatementRequest, example = json!({
    "version": "rule_01999999000070008000000000216005",
    "sex": "female", "marital_status": "never_married", "kinship": "none", "illness": "none",
}))]
pub(crate) struct SignBody {
    pub version: RuleId,
    /// As the document says.
    sex: Sex,
    marital_status: MaritalStatus,
    /// How the two are related by blood.
    kinship: Kinship,
    /// Whether there is a serious illness, and the other knows.
    illness: Illness,
}

impl SignBody {
    pub(crate) fn declared(&self) -> Declarations {
        let Self { version: _, sex, marital_status, kinship, illness } = *self;
        Declarations { sex, marital_status, kinship, illness }
    }
}

/// A slot at an office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MarriageSlotRequest)]
pub(crate) struct SlotBody {
    pub session_id: SessionId,
    /// When the slot begins.
    #[serde(deserialize_with = "wire::instant")]
    pub starts_at: DateTime<Utc>,
}

/// A case, as one of the two sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = MarriageCase)]
pub(crate) struct CaseBody {
    id: CaseId,
    state: CaseState,
    city: CityCode,
    created_at: DateTime<Utc>,
    /// The caller's own name, partly hidden, as the other sees it; absent in an answer that is kept
    /// under an idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    name: Option<Masked<String>>,
    /// The other's name, partly hidden; absent until they have confirmed, and where the own is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    other_name: Option<Masked<String>>,
    /// When the case ends by itself unless it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    lapses_at: Option<DateTime<Utc>>,
    /// When the caller signed, if the signature stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    signed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = VenueBody)]
    appointment: Option<VenueBody>,
    /// Why the registry refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = RefusalBody)]
    refusal: Option<RefusalBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    registered_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CertificateId)]
    certificate_id: Option<CertificateId>,
}

impl CaseBody {
    pub(crate) fn new(view: CaseView, locale: Locale) -> Self {
        let CaseView { case, city, name, other, signed, refusal, .. } = view;
        Self {
            id: case.id,
            state: case.state,
            city: city.code,
            created_at: case.created_at,
            name: Some(name),
            other_name: other,
            lapses_at: case.lapses_at,
            signed_at: signed.map(|signed| signed.signed_at),
            appointment: case.venue.map(VenueBody::from),
            refusal: refusal.map(|refusal| RefusalBody::new(refusal, locale)),
            registered_on: case.registered_on,
            certificate_id: case.certificate,
        }
    }

    /// For an answer that is kept: as a plain text, for months.
    pub(crate) fn kept(view: CaseView, locale: Locale) -> Self {
        Self { name: None, other_name: None, ..Self::new(view, locale) }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// Where the two come to, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageAppointment)]
pub(crate) struct VenueBody {
    id: AppointmentId,
    agency_id: AgencyId,
    office_id: OfficeId,
    session_id: SessionId,
    /// The day in the city.
    on: NaiveDate,
    starts_at: DateTime<Utc>,
}

impl From<Venue> for VenueBody {
    fn from(venue: Venue) -> Self {
        Self {
            id: venue.appointment,
            agency_id: venue.agency,
            office_id: OfficeId::from_parts(venue.agency.city(), venue.office),
            session_id: venue.session,
            on: venue.on,
            starts_at: venue.starts_at,
        }
    }
}

/// Why the registry refused, and what can be done about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarriageRefusal)]
struct RefusalBody {
    code: String,
    reason: String,
    remedy: String,
    citation: String,
}

impl RefusalBody {
    fn new(refusal: Refusal, locale: Locale) -> Self {
        Self {
            code: refusal.code,
            reason: refusal.reason.get(locale).to_owned(),
            remedy: refusal.remedy.get(locale).to_owned(),
            citation: refusal.citation.get(locale).to_owned(),
        }
    }
}
