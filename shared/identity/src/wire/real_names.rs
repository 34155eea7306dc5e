//! Bodies of real names.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use citygate_kernel::{Masked, Problem, Words, wire};
use citygate_platform::problems;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::sign_in::given;
use crate::{
    documents::{Country, Document, DocumentType, InvalidDocument, Mrz},
    model::VerificationState,
    store::FullIdentity,
};

/// An identity document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentRequest, example = json!({
    "type": "resident_id", "number": "11010519491231002X",
}))]
pub(crate) struct DocumentBody {
    #[serde(rename = "type")]
    pub kind: DocumentType,
    /// As it stands on the document.
    #[schema(value_type = String, pattern = "^[0-9A-Za-z]{6,18}$")]
    pub number: Masked<NumberText>,
    /// Of foreign passports: who issued it.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Country)]
    pub issuer: Option<Country>,
    /// Of passports whose machine-readable zone was read: the zone. Its check digits have to be
    /// right, and it has to be of the same passport.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Mrz)]
    pub mrz: Option<Mrz>,
}

impl DocumentBody {
    /// The document, or which member of the body is wrong. `pointer` is where the body stands.
    pub(crate) fn parse(&self, pointer: &str) -> Result<Document, Problem> {
        let wrong = |fault: InvalidDocument| {
            Problem::new(&problems::INVALID_BODY)
                .field(format!("{pointer}/{}", fault.member()), fault.to_string())
        };
        let number = &self.number.expose().0;
        let document = Document::parse(self.kind, number, self.issuer).map_err(wrong)?;
        if let Some(mrz) = &self.mrz {
            mrz.check(&document).map_err(wrong)?;
        }
        Ok(document)
    }
}

/// Letters and digits, not yet known to be a number of anything.
pub(crate) struct NumberText(String);

impl FromStr for NumberText {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (6..=18).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("6 to 18 letters and digits are expected")
        }
    }
}

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// Name and document, as they stand on it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RealNameRequest, example = json!({
    "name": "王芳", "document": {"type": "resident_id", "number": "11010519491231002X"},
}))]
pub(crate) struct RealNameBody {
    #[schema(value_type = Words<64>)]
    pub name: Masked<Words<64>>,
    pub document: DocumentBody,
}

/// The newest claim of an account to a real name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verification)]
pub(crate) struct VerificationBody {
    /// `pending` until the register has answered, then `verified` or `refused`. Why a claim was
    /// refused is not told: anybody could ask about anybody.
    #[schema(pattern = "^(pending|verified|refused)$")]
    state: &'static str,
    /// Since when.
    since: DateTime<Utc>,
}

impl From<(VerificationState, DateTime<Utc>)> for VerificationBody {
    fn from((state, since): (VerificationState, DateTime<Utc>)) -> Self {
        Self { state: state.code(), since }
    }
}

/// The caller's own name and document, with nothing hidden.
#[derive(Serialize, ToSchema)]
#[schema(as = Identity)]
pub(crate) struct IdentityBody {
    name: String,
    document: FullDocumentBody,
}

/// A document with its whole number.
#[derive(Serialize, ToSchema)]
#[schema(as = Document)]
pub(crate) struct FullDocumentBody {
    #[serde(rename = "type")]
    kind: DocumentType,
    number: String,
    /// Of foreign passports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Country)]
    issuer: Option<Country>,
}

impl From<FullIdentity> for IdentityBody {
    fn from(FullIdentity { name, document }: FullIdentity) -> Self {
        let number = document.expose().to_owned();
        let (kind, issuer) = (document.kind(), document.issuer());
        Self { name, document: FullDocumentBody { kind, number, issuer } }
    }
}
