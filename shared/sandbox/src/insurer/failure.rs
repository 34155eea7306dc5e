//! Why there is no settlement to answer with.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde_json::json;

/// A refusal or a breakdown; its text is the code that the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The body is not of the documented form.
    #[error("invalid_request")]
    InvalidRequest,
    /// Nobody has this credential.
    #[error("not_insured")]
    NotInsured,
    /// The time of the credential is over.
    #[error("credential_expired")]
    CredentialExpired,
    /// The insurance of the person is suspended; on request.
    #[error("suspended")]
    Suspended,
    /// The reference stands for another settlement, or for other lines.
    #[error("reference_reused")]
    ReferenceReused,
    /// It was done already, the insurer says; on request.
    #[error("duplicate")]
    Duplicate,
    /// It was reversed, or not confirmed yet.
    #[error("not_pre_settled")]
    NotPreSettled,
    /// Lines are taken back of what is confirmed, each once.
    #[error("not_returnable")]
    NotReturnable,
    /// Nothing was settled under the reference.
    #[error("no_such_settlement")]
    NoSuchSettlement,
    /// The path or its method is not of the contract.
    #[error("no_such_operation")]
    NoSuchOperation,
    /// The insurer broke down, on request.
    #[error("internal_error")]
    Internal,
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NotInsured | Self::CredentialExpired | Self::Suspended => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::ReferenceReused | Self::Duplicate | Self::NotPreSettled | Self::NotReturnable => {
                StatusCode::CONFLICT
            }
            Self::NoSuchSettlement | Self::NoSuchOperation => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({"error": self.to_string()}))
    }
}
