//! Why there is no record to answer with.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde_json::json;

/// A refusal or a breakdown; its text is the code that the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The body is not of the documented form.
    #[error("invalid_request")]
    InvalidRequest,
    /// Nothing is on file.
    #[error("no_such_record")]
    NoSuchRecord,
    /// It does not say, on request.
    #[error("not_today")]
    NotToday,
    /// The path or its method is not of the contract.
    #[error("no_such_operation")]
    NoSuchOperation,
    /// The office broke down, on request.
    #[error("internal_error")]
    Internal,
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NoSuchRecord | Self::NoSuchOperation => StatusCode::NOT_FOUND,
            Self::NotToday => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({"error": self.to_string()}))
    }
}
