//! Bodies of requests, before anybody has read them.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use citygate_kernel::Problem;
use citygate_platform::{http::Failure, problems};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};

/// A body, byte for byte as it was received.
pub(crate) struct Sent {
    pub content_type: String,
    pub bytes: Bytes,
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
