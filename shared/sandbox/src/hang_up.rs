//! Ends a connection without an answer.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::Bytes,
};

/// A body that fails before its first byte. A handler cannot close its connection, but the server
/// drops a connection whose body fails, and with it the headers that were not flushed yet: the
/// client reads the end of the stream and nothing else.
pub(crate) struct HangUp;

impl MessageBody for HangUp {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
