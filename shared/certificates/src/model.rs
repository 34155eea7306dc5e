//! Nouns of certificates.

mod code;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityId, Id, Kind, Text, words};
use serde::{Deserialize, Serialize};

pub(crate) use code::{CertificateNumber, VerificationCode};

/// Prefix of certificate identifiers.
pub enum CertificateKind {}
impl Kind for CertificateKind {
    const PREFIX: &'static str = "cert";
}
/// Identifies a certificate.
pub type CertificateId = CityId<CertificateKind>;

/// Prefix of identifiers of keys that sign.
pub(crate) enum SigningKeyKind {}
impl Kind for SigningKeyKind {
    const PREFIX: &'static str = "ckey";
}
/// Identifies a key that signs.
pub(crate) type SigningKeyId = Id<SigningKeyKind>;

words! {
    /// What became of a certificate.
    CertificateState {
        /// It stands.
        Valid = "valid",
        /// It was ended, and nothing stands in its place.
        Revoked = "revoked",
        /// Another one stands in its place.
        Replaced = "replaced",
    }
}

words! {
    /// Whether a certificate holds today.
    CertificateStatus {
        /// It holds.
        Valid = "valid" ("Valid", "有效"),
        /// The agency has ended it.
        Revoked = "revoked" ("Revoked", "已撤销"),
        /// The agency has issued another one in its place.
        Replaced = "replaced" ("Replaced by a corrected one", "已由更正后的证明取代"),
        /// Its time is over.
        Expired = "expired" ("Expired", "已过期"),
    }
}

words! {
    /// Why a certificate ends.
    Ending {
        /// It said something wrong; a corrected one stands in its place.
        Corrected = "corrected",
        /// It should not have been issued.
        Annulled = "annulled",
        /// It was right, and holds no longer.
        Withdrawn = "withdrawn",
    }
}

/// Why a certificate ends, and what stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// It said something wrong; this one of the same city stands in its place.
    Corrected(CertificateId),
    /// It should not have been issued.
    Annulled,
    /// It was right, and holds no longer.
    Withdrawn,
}

impl Revocation {
    /// Its word.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Corrected(_) => Ending::Corrected,
            Self::Annulled => Ending::Annulled,
            Self::Withdrawn => Ending::Withdrawn,
        }
    }

    /// What stands in the place of the certificate.
    pub(crate) fn replaced_by(self) -> Option<CertificateId> {
        match self {
            Self::Corrected(by) => Some(by),
            Self::Annulled | Self::Withdrawn => None,
        }
    }
}

/// Something that a certificate says. It may be about people: it does not print itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it is about: "Months paid". Up to 64 characters in each language.
    pub name: Text,
    /// What is said of it. Up to 1,000 characters.
    pub value: String,
    /// Whether it is shown to whoever verifies the certificate by number and code.
    pub public: bool,
}

/// A certificate to be issued.
pub struct NewCertificate<'a> {
    /// Who certifies, in its own city.
    pub agency: AgencyId,
    /// What is certified, as `service.kind` in lower-case letters: `marriage.registration`.
    pub kind: &'static str,
    /// Whom it is about, one or two: who may read it.
    pub holders: Vec<PersonId>,
    /// The service's own case, up to 128 characters; it stands in the holders' ledger of accesses.
    pub case: &'a str,
    /// What it is called. Up to 64 characters in each language.
    pub title: Text,
    /// What it says, up to forty statements.
    pub statements: Vec<Statement>,
    /// The last day on which it holds, in the city; none where it holds for good.
    pub valid_until: Option<NaiveDate>,
}

/// A certificate, without what it says.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub id: CertificateId,
    pub agency: AgencyId,
    pub kind: String,
    pub number: CertificateNumber,
    pub case: String,
    pub title: Text,
    pub issued_at: DateTime<Utc>,
    pub issued_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub state: CertificateState,
    pub replaced_by: Option<CertificateId>,
}

/// What a certificate says, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Content {
    pub statements: Vec<Statement>,
    pub code: String,
    /// The signed form, a compact JWS.
    pub credential: String,
}
