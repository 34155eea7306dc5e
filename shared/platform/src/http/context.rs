//! The context of a request, as an extractor.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use citygate_kernel::{Locale, Problem};

use super::Failure;
use crate::{Cx, Platform, problems};

/// What the edge learned about a request and its handlers may want to know.
#[derive(Debug, Clone)]
pub(super) struct RequestFacts {
    pub locale: Locale,
    pub request_id: String,
}

impl FromRequest for Cx {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let facts = request.extensions().get::<RequestFacts>().cloned();
        let platform = request.app_data::<Data<Platform>>();
        ready(match (platform, facts) {
            (Some(platform), Some(facts)) => Ok(platform.cx(facts.locale, facts.request_id)),
            _ => Err(Problem::new(&problems::INTERNAL)
                .cause("the handler runs outside the edge")
                .into()),
        })
    }
}
