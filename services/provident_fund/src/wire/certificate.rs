//! Certificates of what was paid in.

use citygate_certificates::CertificateId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{actions::certificate::IssuedCertificate, model::AccountId};

/// A certificate that was issued.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundCertificate)]
pub(crate) struct CertificateBody {
    account_id: AccountId,
    /// It is read, printed and verified as every certificate is.
    certificate_id: CertificateId,
    /// What it is called by.
    number: String,
}

impl From<IssuedCertificate> for CertificateBody {
    fn from(issued: IssuedCertificate) -> Self {
        Self { account_id: issued.account, certificate_id: issued.id, number: issued.number }
    }
}
