//! Anybody verifies a certificate.

use citygate_catalogue::Agency;
use citygate_platform::Cx;

use super::issue::digest;
use crate::{
    error::Error,
    model::{Certificate, CertificateNumber, CertificateStatus, Statement, VerificationCode},
    rules, store,
};

/// What whoever has a certificate's number and code sees of it.
pub(crate) struct Verified {
    pub certificate: Certificate,
    pub agency: Agency,
    pub status: CertificateStatus,
    /// Those that are public.
    pub statements: Vec<Statement>,
}

/// The certificate of a number and a code. Of what is not found nobody learns which of them is wrong:
/// both are looked for together, by one digest.
pub(crate) async fn verify(
    cx: &Cx,
    number: &CertificateNumber,
    code: &VerificationCode,
) -> Result<Verified, Error> {
    let digest = digest(&cx.keys, number, code);
    cx.db
        .read("certificates.verify", async |tx| {
            let found = store::certificates::by_code(&cx.keys, tx, number.city(), &digest).await?;
            let (certificate, content) = found.ok_or(Error::CertificateUnknown)?;
            let city = citygate_catalogue::city(tx, number.city()).await?;
            let agency = citygate_catalogue::agency(tx, certificate.agency).await?;
            let today = city.date(tx.now());
            let status = rules::status(certificate.state, certificate.valid_until, today);
            let statements = content.statements.into_iter().filter(|said| said.public).collect();
            Ok(Verified { certificate, agency, status, statements })
        })
        .await
}
