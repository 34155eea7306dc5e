//! Trouble with the database, and what callers are told of it.

use std::sync::Arc;

use citygate_kernel::Problem;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::deadpool::PoolError;

use crate::problems;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error(transparent)]
    Statement(#[from] DieselError),
    /// No connection came free in time, or none could be made.
    #[error("no connection to the database: {0}")]
    NoConnection(#[source] PoolError),
    /// An idempotent request met a fault of ours.
    #[error("a fault of ours: {0}")]
    Faulty(String),
    /// Another transaction wrote meanwhile what this one had not found. It may be repeated.
    #[error("another transaction was faster: {0}")]
    Overtaken(&'static str),
    /// Another transaction is claiming the same idempotency key and does not end.
    #[error("a request with the same idempotency key is under way")]
    ClaimInProgress,
    /// More callers wait for a [`crate::gather::Gather`] than it holds.
    #[error("too many wait for {0}")]
    Crowded(&'static str),
    /// The trouble of a statement that was sent for many callers.
    #[error(transparent)]
    Shared(Arc<Self>),
    /// The transaction did not end within its deadline and was abandoned before COMMIT.
    #[error("the transaction {0} ran into its deadline and was given up")]
    Deadline(&'static str),
    /// COMMIT was sent, and no answer came: it may have happened. Only a retry under the same
    /// idempotency key can tell.
    #[error("the outcome of the transaction {name} is unknown")]
    OutcomeUnknown {
        /// Which one.
        name: &'static str,
        /// What broke, where something said so.
        #[source]
        source: Option<DieselError>,
    },
}

impl DbError {
    /// The name of the unique constraint that a row violated.
    pub fn unique_violation(&self) -> Option<&str> {
        match self {
            Self::Statement(DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                info,
            )) => info.constraint_name(),
            _ => None,
        }
    }

    /// Another transaction held a row for too long.
    pub fn is_lock_timeout(&self) -> bool {
        self.says("lock timeout")
    }

    /// The transaction lost against another and may simply be repeated.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Overtaken(_)
                | Self::Statement(DieselError::DatabaseError(
                    DatabaseErrorKind::SerializationFailure,
                    _
                ))
        ) || self.says("deadlock detected")
    }

    /// diesel-async keeps no SQLSTATE of these, so the message has to do; connections ask for
    /// untranslated messages.
    fn says(&self, words: &str) -> bool {
        match self {
            Self::Statement(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info)) => {
                info.message().contains(words)
            }
            Self::Shared(trouble) => trouble.says(words),
            _ => false,
        }
    }

    /// The same transaction may succeed a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::ClaimInProgress | Self::Crowded(_))
            || self.is_lock_timeout()
            || self.is_conflict()
            || self.is_outage()
    }

    /// There was more to do than time.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self, Self::Deadline(_)) || self.says("statement timeout")
    }

    /// The connection is gone, or the server ends sessions.
    pub(super) fn is_outage(&self) -> bool {
        match self {
            Self::NoConnection(_) | Self::Deadline(_) | Self::OutcomeUnknown { .. } => true,
            Self::Statement(
                DieselError::BrokenTransactionManager
                | DieselError::DatabaseError(
                    DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                    _,
                ),
            ) => true,
            Self::Shared(trouble) => trouble.is_outage(),
            Self::ClaimInProgress | Self::Crowded(_) | Self::Faulty(_) | Self::Overtaken(_) => {
                false
            }
            Self::Statement(_) => {
                ["statement timeout", "shutting down", "terminating connection", "No space left"]
                    .iter()
                    .any(|words| self.says(words))
            }
        }
    }
}

impl DbError {
    /// Why a COMMIT failed: a server that refuses says so and nothing happened; a server that says
    /// nothing may have committed.
    pub(super) fn of_commit(name: &'static str, source: DieselError) -> Self {
        match Self::Statement(source) {
            refused if !refused.is_outage() => refused,
            Self::Statement(source) => Self::OutcomeUnknown { name, source: Some(source) },
            other => other,
        }
    }

    /// What a caller is told; the cause is still to be added.
    pub(crate) fn problem(&self) -> Problem {
        let kind = if matches!(self, Self::ClaimInProgress) {
            &problems::REQUEST_IN_PROGRESS
        } else if self.is_lock_timeout() || self.is_conflict() || matches!(self, Self::Crowded(_)) {
            &problems::BUSY
        } else if self.is_outage() {
            &problems::UNAVAILABLE
        } else {
            &problems::INTERNAL
        };
        Problem { retry_after_seconds: kind.retryable.then_some(1), ..Problem::new(kind) }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        error.problem().cause(error)
    }
}

/// The errors that a transaction body may end with: a crate's facts, or the database's trouble.
pub trait TxError: From<DbError> {
    /// The database's trouble, where that is what it is.
    fn as_db(&self) -> Option<&DbError>;
}

impl TxError for DbError {
    fn as_db(&self) -> Option<&DbError> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: DatabaseErrorKind, message: &str) -> DbError {
        DbError::Statement(DieselError::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn trouble_is_told_by_what_can_be_done_about_it() {
        use DatabaseErrorKind::{
            CheckViolation, ClosedConnection, SerializationFailure, UnableToSendCommand, Unknown,
        };
        for (kind, message, code) in [
            (ClosedConnection, "", "service.unavailable"),
            (UnableToSendCommand, "connection closed", "service.unavailable"),
            (Unknown, "canceling statement due to statement timeout", "service.unavailable"),
            (Unknown, "the database system is shutting down", "service.unavailable"),
            (Unknown, "terminating connection due to administrator command", "service.unavailable"),
            (Unknown, "could not extend file: No space left on device", "service.unavailable"),
            (Unknown, "canceling statement due to lock timeout", "service.busy"),
            (Unknown, "deadlock detected", "service.busy"),
            (SerializationFailure, "", "service.busy"),
            (CheckViolation, "terminating connection", "service.internal"),
            (Unknown, "division by zero", "service.internal"),
        ] {
            let error = failed(kind, message);
            assert_eq!(error.is_passing(), code != "service.internal", "{message}");
            assert_eq!(error.problem().kind.code, code, "{message}");
        }
        assert!(failed(Unknown, "canceling statement due to statement timeout").is_slow());
        assert!(!failed(Unknown, "canceling statement due to lock timeout").is_slow());
    }

    #[test]
    fn a_commit_that_the_server_did_not_refuse_may_have_happened() {
        let ended = |kind, message| match failed(kind, message) {
            DbError::Statement(source) => DbError::of_commit("test", source),
            other => other,
        };
        let lost = ended(DatabaseErrorKind::Unknown, "terminating connection due to a command");
        assert!(matches!(lost, DbError::OutcomeUnknown { .. }), "{lost}");
        let refused = ended(DatabaseErrorKind::SerializationFailure, "");
        assert!(matches!(refused, DbError::Statement(_)), "{refused}");
    }
}
