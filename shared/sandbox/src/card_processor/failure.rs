//! Why there is no charge to answer with.

/// A refusal or a breakdown; its text is the code that the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The body is not of the documented form.
    #[error("invalid_request")]
    InvalidRequest,
    /// No card has this token.
    #[error("unknown_token")]
    UnknownToken,
    /// The reference was charged before, for another amount or card.
    #[error("reference_reused")]
    ReferenceReused,
    /// Nothing was booked under the reference.
    #[error("no_such_charge")]
    NoSuchCharge,
    /// The path or its method is not of the contract. Its code differs from that of a missing
    /// charge, so that a wrong address is not read as "nothing was booked".
    #[error("no_such_operation")]
    NoSuchOperation,
    /// The processor broke down, on request.
    #[error("internal_error")]
    Internal,
}
