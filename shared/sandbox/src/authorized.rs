//! Clients show the key that the party gave them.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::json;

/// The key that clients of a party show; part of its server's state.
pub(crate) struct ApiKey(pub(crate) String);

/// The caller has shown the API key.
pub(crate) struct Authorized;

/// The API key is missing or not ours.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("unauthorized")]
pub(crate) struct Unauthorized;

impl ResponseError for Unauthorized {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({"error": self.to_string()}))
    }
}

impl FromRequest for Authorized {
    type Error = Unauthorized;
    type Future = Ready<Result<Self, Unauthorized>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let expected = request.app_data::<Data<ApiKey>>().map(|key| key.0.as_str());
        let given = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        ready(match given.is_some() && given == expected {
            true => Ok(Self),
            false => Err(Unauthorized),
        })
    }
}
