//! Bodies of requests, once it is sure that nobody has altered them.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Bytes};
use citygate_fhir::{Resource, ResourceType};
use citygate_identity::Backend;
use citygate_platform::{
    Cx,
    http::{Failure, Sent},
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use url::form_urlencoded;

use super::{FhirError, negotiation::is_json};
use crate::{
    Sender,
    inbox::Protocol,
    signature::{self, Proof},
};

/// What was sent, and its signature, where it has one. Whoever holds a message may read it: it cannot
/// be had but by [`signature::check`].
pub(crate) struct Message {
    content_type: String,
    pub bytes: Bytes,
    pub proof: Option<Proof>,
}

impl FromRequest for Message {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Backend::from_request(request, payload).into_inner();
        let cx = Cx::from_request(request, payload).into_inner();
        let sent = Sent::from_request(request, payload);
        let request = request.clone();
        async move {
            let (sender, cx) = (Sender::of(&caller?), cx?);
            let Sent { content_type, bytes } = sent.await?;
            let proof = signature::check(&cx, &request, Protocol::Fhir, sender, &bytes).await?;
            Ok(Self { content_type, bytes, proof })
        }
        .boxed_local()
    }
}

impl Message {
    /// The text, where it is JSON.
    pub(crate) fn json(&self) -> Result<&str, FhirError> {
        if !is_json(&self.content_type) {
            return Err(FhirError::MediaType);
        }
        text(&self.bytes)
    }

    /// The pairs of a form.
    pub(crate) fn form(&self) -> Result<Vec<(String, String)>, FhirError> {
        let media = self.content_type.split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(FhirError::MediaType);
        }
        Ok(form_urlencoded::parse(&self.bytes).into_owned().collect())
    }

    /// A resource of the type that the address names.
    pub(crate) fn resource(&self, kind: ResourceType) -> Result<Resource, FhirError> {
        let resource = resource(self.json()?)?;
        if resource.kind() == kind {
            Ok(resource)
        } else {
            Err(FhirError::Malformed(format!("a resource of type {kind} is expected")))
        }
    }
}

/// The text of a body.
pub(super) fn text(bytes: &[u8]) -> Result<&str, FhirError> {
    str::from_utf8(bytes).map_err(|_| FhirError::Malformed("UTF-8 is expected".to_owned()))
}

/// A resource by its text.
pub(super) fn resource(text: &str) -> Result<Resource, FhirError> {
    Resource::parse(text).map_err(|error| FhirError::Malformed(error.to_string()))
}
