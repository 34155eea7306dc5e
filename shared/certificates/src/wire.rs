//! Bodies of requests and answers.

use chrono::NaiveDate;
use citygate_catalogue::{Agency, AgencyId};
use citygate_kernel::Locale;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    actions::{Listed, Reading, Verified},
    model::{CertificateId, CertificateNumber, CertificateStatus, Statement, VerificationCode},
};

/// What somebody holds in their hands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerifyCertificateRequest, example = json!({
    "number": "330100-20261123-7K3M9QX2VD", "code": "7K3M-9QX2-VD4T-0HPB"
}))]
pub(crate) struct VerifyBody {
    pub number: CertificateNumber,
    pub code: VerificationCode,
}

/// Who certifies.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateIssuer)]
pub(crate) struct IssuerBody {
    agency_id: AgencyId,
    #[schema(example = "杭州市政务服务中心")]
    name: String,
}

impl IssuerBody {
    fn new(agency: &Agency, locale: Locale) -> Self {
        Self { agency_id: agency.id, name: agency.name.get(locale).to_owned() }
    }
}

/// A public statement of a certificate.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicStatement)]
pub(crate) struct PublicStatementBody {
    /// What it is about.
    name: String,
    /// What is said of it.
    value: String,
}

/// What whoever has number and code sees.
#[derive(Serialize, ToSchema)]
#[schema(as = VerifiedCertificate)]
pub(crate) struct VerifiedBody {
    status: CertificateStatus,
    #[schema(example = "marriage.registration")]
    kind: String,
    title: String,
    issuer: IssuerBody,
    issued_on: NaiveDate,
    /// The last day on which it holds; none where it holds for good.
    valid_until: Option<NaiveDate>,
    statements: Vec<PublicStatementBody>,
}

impl VerifiedBody {
    pub(crate) fn new(verified: Verified, locale: Locale) -> Self {
        let Verified { certificate, agency, status, statements } = verified;
        let public = |said: Statement| PublicStatementBody {
            name: said.name.get(locale).to_owned(),
            value: said.value,
        };
        Self {
            status,
            kind: certificate.kind,
            title: certificate.title.get(locale).to_owned(),
            issuer: IssuerBody::new(&agency, locale),
            issued_on: certificate.issued_on,
            valid_until: certificate.valid_until,
            statements: statements.into_iter().map(public).collect(),
        }
    }
}

/// A certificate on its holder's list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedCertificate)]
pub(crate) struct ListedBody {
    certificate_id: CertificateId,
    #[schema(example = "330100-20261123-7K3M9QX2VD")]
    number: String,
    status: CertificateStatus,
    #[schema(example = "marriage.registration")]
    kind: String,
    title: String,
    issuer: IssuerBody,
    issued_on: NaiveDate,
    /// The last day on which it holds; none where it holds for good.
    valid_until: Option<NaiveDate>,
    /// What stands in its place, where it was corrected.
    replaced_by: Option<CertificateId>,
}

impl ListedBody {
    pub(crate) fn new(listed: Listed, locale: Locale) -> Self {
        let Listed { certificate, agency, status } = listed;
        Self {
            certificate_id: certificate.id,
            number: certificate.number.to_string(),
            status,
            kind: certificate.kind,
            title: certificate.title.get(locale).to_owned(),
            issuer: IssuerBody::new(&agency, locale),
            issued_on: certificate.issued_on,
            valid_until: certificate.valid_until,
            replaced_by: certificate.replaced_by,
        }
    }
}

/// A statement of a certificate.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateStatement)]
pub(crate) struct StatementBody {
    /// What it is about.
    name: String,
    /// What is said of it.
    value: String,
    /// Whether it is shown to whoever verifies the certificate by number and code.
    public: bool,
}

/// A certificate as its holder reads it.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateBody {
    #[serde(flatten)]
    listed: ListedBody,
    /// Give it, with the number, to whoever should verify the certificate.
    #[schema(example = "7K3M9QX2VD4T0HPB")]
    code: String,
    statements: Vec<StatementBody>,
    /// A W3C Verifiable Credential 2.0 as a JWT (`vc+jwt`), with all statements. It verifies with
    /// the published keys, without asking anybody.
    credential: String,
}

impl CertificateBody {
    pub(crate) fn new(reading: Reading, locale: Locale) -> Self {
        let Reading { listed, content } = reading;
        let body = |said: Statement| StatementBody {
            name: said.name.get(locale).to_owned(),
            value: said.value,
            public: said.public,
        };
        Self {
            listed: ListedBody::new(listed, locale),
            code: content.code,
            statements: content.statements.into_iter().map(body).collect(),
            credential: content.credential,
        }
    }
}

/// The keys that verify credentials.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateKeys)]
pub(crate) struct KeysBody {
    /// JSON Web Keys (RFC 7517), those that began last first.
    pub keys: Vec<Value>,
}
