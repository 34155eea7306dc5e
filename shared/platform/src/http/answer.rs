//! Answers that may be repetitions.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{StatusCode, header},
};

use crate::idempotency::Answer;

/// An [`Answer`] on its way out.
pub struct Idempotent(pub Answer);

impl Responder for Idempotent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CONTENT_TYPE, self.0.content_type));
        if self.0.replayed {
            answer.insert_header(("idempotent-replayed", "true"));
        }
        answer.body(self.0.body)
    }
}
