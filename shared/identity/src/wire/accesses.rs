//! Bodies of look-ups and of the ledger of accesses.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Locale, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::real_names::DocumentBody;
use crate::{
    access::{AccessId, Coded, Entry},
    model::PersonId,
    store::MaskedRealName,
};

/// Whom an agency looks for, and why. The person reads all of it but the number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonLookupRequest, example = json!({
    "document": {"type": "resident_id", "number": "11010519491231002X"},
    "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": "2026-0815",
}))]
pub(crate) struct LookupBody {
    pub document: DocumentBody,
    /// What for: the code of a purpose.
    pub purpose: Words<64>,
    /// What permits it: the code of a statute.
    pub legal_basis: Words<64>,
    /// The agency's own reference.
    pub case: Words<128>,
}

/// Somebody, as an agency sees them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundPerson)]
pub(crate) struct FoundPersonBody {
    person_id: PersonId,
    /// Empty when nobody has given one.
    #[schema(example = "王*")]
    name: String,
    #[schema(example = "1101**********002X")]
    document_number: String,
}

impl From<(PersonId, MaskedRealName)> for FoundPersonBody {
    fn from((person_id, found): (PersonId, MaskedRealName)) -> Self {
        Self { person_id, name: found.name, document_number: found.id_number }
    }
}

/// A code, and what it stands for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Coded)]
struct CodedBody {
    code: String,
    text: String,
}

impl CodedBody {
    fn new(coded: Coded, locale: Locale) -> Self {
        Self { text: coded.text.get(locale).to_owned(), code: coded.code }
    }
}

/// An agency by its name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessAgency)]
struct AccessAgencyBody {
    id: AgencyId,
    name: String,
}

/// Somebody has read or written the caller's data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessEntry)]
pub(crate) struct AccessBody {
    pub id: AccessId,
    at: DateTime<Utc>,
    /// Who: the person, a system or a member of staff of an agency, or the city itself.
    #[schema(pattern = "^(person|system|staff|city)$")]
    by: String,
    /// Of systems and staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AccessAgencyBody)]
    agency: Option<AccessAgencyBody>,
    /// What its agency calls the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    system: Option<String>,
    /// What was done.
    action: CodedBody,
    /// To which class of data.
    data: CodedBody,
    /// What for.
    purpose: CodedBody,
    /// What permits it.
    legal_basis: CodedBody,
    /// The agency's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    case: Option<String>,
    /// Under which the request is found in the logs.
    request_id: String,
}

impl AccessBody {
    pub(crate) fn new(entry: Entry, locale: Locale) -> Self {
        let (data, data_text) = entry.act.data();
        let coded =
            |code: &str, text| CodedBody::new(Coded { code: code.to_owned(), text }, locale);
        Self {
            id: entry.id,
            at: entry.accessed_at,
            by: entry.accessor,
            agency: entry.agency.map(|(city, id, name)| AccessAgencyBody {
                id: AgencyId::from_parts(city, id),
                name: name.get(locale).to_owned(),
            }),
            system: entry.system,
            action: coded(entry.act.code(), entry.act.text()),
            data: coded(data, data_text),
            purpose: CodedBody::new(entry.purpose, locale),
            legal_basis: CodedBody::new(entry.legal_basis, locale),
            case: entry.case,
            request_id: entry.request_id,
        }
    }
}
