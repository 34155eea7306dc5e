//! Issuing certificates, and ending them.

use chrono::NaiveDate;
use citygate_identity::{Access, Accessor, PersonId, Reason, Record, note_filed};
use citygate_kernel::{CityCode, Masked};
use citygate_platform::{Cx, db::Tx, keys::Keys};

use super::keys::signer;
use crate::{
    credential,
    error::Error,
    model::{
        Certificate, CertificateId, CertificateNumber, CertificateState, Content, NewCertificate,
        Revocation, VerificationCode,
    },
    rules,
    store::{self, certificates::Written},
};

/// Why the city writes a certificate about people: for the agency, when that has decided to.
const ISSUING: Reason<'static> = Reason { purpose: "certificates.issue", legal_basis: "ogs-10" };

/// A certificate that was issued.
#[derive(Debug)]
pub struct Issued {
    /// Which one.
    pub id: CertificateId,
    /// What it is called by.
    pub number: String,
    /// The secret beside the number, sixteen symbols. For its holders alone.
    pub code: Masked<String>,
    /// The day it was issued on, in the city.
    pub issued_on: NaiveDate,
}

/// Issues a certificate and signs it, in the caller's transaction. The holders' ledger of accesses
/// gets an entry with the case.
///
/// # Errors
///
/// [`Error::CertificateUnsound`], with what would hold of a sound one.
pub async fn issue(cx: &Cx, tx: &mut Tx<'_>, new: &NewCertificate<'_>) -> Result<Issued, Error> {
    let city = citygate_catalogue::city(tx, new.agency.city()).await?;
    let agency = citygate_catalogue::agency(tx, new.agency).await?;
    let issued_on = city.date(tx.now());
    rules::check(new, issued_on).map_err(Error::CertificateUnsound)?;
    let certificate = Certificate {
        id: CertificateId::new(city.code, &cx.clock),
        agency: new.agency,
        kind: new.kind.to_owned(),
        number: CertificateNumber::fresh(city.code, issued_on),
        case: new.case.to_owned(),
        title: new.title.clone(),
        issued_at: tx.now(),
        issued_on,
        valid_until: new.valid_until,
        state: CertificateState::Valid,
        replaced_by: None,
    };
    let code = VerificationCode::fresh();
    let signer = signer(cx, tx).await?;
    let written = Written {
        certificate: &certificate,
        holders: &new.holders,
        code_digest: &digest(&cx.keys, &certificate.number, &code),
        kid: &signer.kid,
        content: &Content {
            statements: new.statements.clone(),
            code: code.expose().to_owned(),
            credential: credential::signed(
                &signer,
                &certificate,
                (&city, &agency),
                &new.statements,
            )?,
        },
    };
    store::certificates::insert(&cx.keys, tx, written).await?;
    note(cx, tx, city.code, &new.holders, new.case).await?;
    let (id, number) = (certificate.id, certificate.number.to_string());
    Ok(Issued { id, number, code: Masked::new(code.expose().to_owned()), issued_on })
}

/// Ends a certificate in the caller's transaction. Whether the agency may is for the caller to know.
///
/// # Errors
///
/// [`Error::CertificateUnknown`]; [`Error::CertificateEnded`] where it has ended before;
/// [`Error::CertificateUnsound`] where it would be replaced by itself or by one of another city.
pub async fn revoke(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: CertificateId,
    because: Revocation,
) -> Result<(), Error> {
    if because.replaced_by().is_some_and(|by| by == id || by.city() != id.city()) {
        return Err(Error::CertificateUnsound("another one of its city stands in its place"));
    }
    let certificate = store::certificates::lock(tx, id).await?.ok_or(Error::CertificateUnknown)?;
    let state = rules::next(certificate.state, because.ending()).ok_or(Error::CertificateEnded)?;
    store::certificates::end(tx, id, state, because).await?;
    let holders = store::certificates::holders_of(tx, id).await?;
    note(cx, tx, id.city(), &holders, &certificate.case).await
}

async fn note(
    cx: &Cx,
    tx: &mut Tx<'_>,
    city: CityCode,
    holders: &[PersonId],
    case: &str,
) -> Result<(), Error> {
    let access = Access::new(cx, Accessor::city(city), ISSUING);
    let filed: Vec<_> = holders.iter().map(|person| (*person, case)).collect();
    Ok(note_filed(tx, &access, Record::Certificate, &filed).await?)
}

/// By what a certificate is found: its number and its code at once, so that nobody learns of one
/// without the other.
pub(super) fn digest(keys: &Keys, number: &CertificateNumber, code: &VerificationCode) -> Vec<u8> {
    keys.blind_index("certificates.code", &format!("{number} {}", code.expose()))
}
