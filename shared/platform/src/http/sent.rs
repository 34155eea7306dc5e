//! Bodies of requests, before anybody has read them.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use citygate_kernel::Problem;
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};

use super::Failure;
use crate::problems;

/// A body, byte for byte as it was received, for what is not JSON.
#[derive(Debug)]
pub struct Sent {
    /// As the header has it; empty where there is none.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl Sent {
    /// Whether it is of a media type, whatever the parameters.
    pub fn is(&self, media_type: &str) -> bool {
        let own = self.content_type.split(';').next().unwrap_or_default();
        own.trim().eq_ignore_ascii_case(media_type)
    }
}

impl FromRequest for Sent {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let mut payload = payload.take();
        async move {
            // The edge has read and limited the body: what is left here is one chunk.
            let mut bytes = BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let cut = |error| Problem::new(&problems::MALFORMED_JSON).cause(error);
                bytes.extend_from_slice(&chunk.map_err(cut)?);
            }
            Ok(Self { content_type, bytes: bytes.freeze() })
        }
        .boxed_local()
    }
}
