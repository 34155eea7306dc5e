//! What can go wrong, named by the fact.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    jobs::JobError,
    keys::SealError,
    problems,
};

use crate::Refused;

/// Every problem of this crate.
pub const PROBLEMS: &[&ProblemType] = &[&WEBHOOK_URL_REFUSED];

const WEBHOOK_URL_REFUSED: ProblemType = ProblemType::new(
    "notify.webhook_url_refused",
    422,
    "Webhooks are not delivered to such a URL",
    "不能向该地址发送回调通知",
);

/// Why a message was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The city does not post to such a URL.
    #[error("a webhook may not go there: {0}")]
    WebhookUrlRefused(#[from] Refused),
    /// A value could not be encrypted or decrypted.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// A mail could not be written down or read again.
    #[error("a stored mail cannot be read or written: {0}")]
    Content(#[from] serde_json::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Sealing(error) => error.as_db(),
            Self::WebhookUrlRefused(_) | Self::Content(_) => None,
        }
    }
}

impl Error {
    /// The failure of a job: what does not open will not open later.
    pub(crate) fn of_job(self) -> JobError {
        match self {
            Self::Sealing(SealError::Unsealable(_)) => JobError::permanent(self),
            other => JobError::passing(other),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::WebhookUrlRefused(reason) => {
                Self::new(&WEBHOOK_URL_REFUSED).detail(reason.to_string())
            }
            Error::Sealing(error) => error.into(),
            Error::Content(cause) => Self::new(&problems::INTERNAL).cause(cause),
            Error::Db(error) => error.into(),
        }
    }
}
