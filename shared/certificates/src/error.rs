//! What can go wrong with certificates.

use citygate_kernel::{Problem, ProblemType};
use citygate_paper::pdf::PrintError;
use citygate_platform::{
    db::{DbError, TxError},
    keys::SealError,
    problems,
};

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such certificate, or the caller has not what it takes to see it.
    #[error("there is no such certificate")]
    CertificateUnknown,
    /// It was revoked or replaced before.
    #[error("the certificate has ended already")]
    CertificateEnded,
    /// A service would issue what is none; this is what would hold of a sound one.
    #[error("the certificate is not sound: {0}")]
    CertificateUnsound(&'static str),
    /// Documents are being made for others.
    #[error("too many documents are being made")]
    DocumentsBusy,
    /// A document did not come to be.
    #[error("a document could not be made: {0}")]
    Document(PrintError),
    /// No key could be made.
    #[error("a key to sign with could not be made")]
    KeyNotMade,
    /// A key does not sign.
    #[error("a certificate could not be signed: {0}")]
    Signature(#[from] jsonwebtoken::errors::Error),
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// A value does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<PrintError> for Error {
    fn from(error: PrintError) -> Self {
        match error {
            PrintError::Busy => Self::DocumentsBusy,
            PrintError::Pdf(_) | PrintError::Interrupted => Self::Document(error),
        }
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Seal(error) => error.as_db(),
            Self::CertificateUnknown
            | Self::CertificateEnded
            | Self::CertificateUnsound(_)
            | Self::DocumentsBusy
            | Self::Document(_)
            | Self::KeyNotMade
            | Self::Signature(_)
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[&UNKNOWN, &ENDED, &DOCUMENTS_BUSY];

const UNKNOWN: ProblemType = ProblemType::new(
    "certificates.unknown",
    404,
    "There is no such certificate, or the code is not its code",
    "证明不存在，或者验证码不正确",
);
const ENDED: ProblemType = ProblemType::new(
    "certificates.ended",
    409,
    "The certificate has been revoked or replaced already",
    "证明已被撤销或者取代",
);
const DOCUMENTS_BUSY: ProblemType = ProblemType::new(
    "certificates.documents_busy",
    503,
    "Too many documents are being made; try again in a moment",
    "正在生成的文档过多，请稍后再试",
)
.passing();

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::CertificateUnknown => Self::new(&UNKNOWN),
            Error::CertificateEnded => Self::new(&ENDED),
            Error::DocumentsBusy => Self::new(&DOCUMENTS_BUSY),
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Seal(error) => error.into(),
            // What a service issues and revokes is its own to get right.
            Error::CertificateUnsound(_)
            | Error::Document(_)
            | Error::KeyNotMade
            | Error::Signature(_)
            | Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
