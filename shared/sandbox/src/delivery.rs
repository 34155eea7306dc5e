//! How an answer reaches the client, or does not.

use std::time::Duration;

use actix_web::{HttpResponse, ResponseError};
use tokio::time::sleep;

use crate::hang_up::HangUp;

/// How late a late answer is.
const LATE: Duration = Duration::from_secs(2);

/// What some proxy in between might say.
const GARBAGE: &str = "<html><body>The page you are looking for has moved.";

/// What goes back to the client, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery<T> {
    /// The answer, at once.
    Prompt(T),
    /// The answer, late.
    Late(T),
    /// No answer.
    Never,
    /// The end of the connection, at once.
    Cut,
    /// A breakdown.
    Breakdown,
    /// Nothing that can be read.
    Garbage,
}

impl<T, F: ResponseError> Delivery<Result<T, F>> {
    /// Answers, or fails to. Everything is booked by now: a client that hangs up ends this here.
    pub(crate) async fn answer(
        self,
        hold: Duration,
        breakdown: F,
        render: fn(T) -> HttpResponse,
    ) -> HttpResponse {
        let answer = |result: Result<T, F>| match result {
            Ok(value) => render(value),
            Err(failure) => failure.error_response(),
        };
        match self {
            Self::Prompt(result) => answer(result),
            Self::Late(result) => {
                sleep(LATE).await;
                answer(result)
            }
            Self::Never => {
                sleep(hold).await;
                HttpResponse::Ok().body(HangUp)
            }
            Self::Cut => HttpResponse::Ok().body(HangUp),
            Self::Breakdown => breakdown.error_response(),
            Self::Garbage => HttpResponse::Ok().content_type("text/html").body(GARBAGE),
        }
    }
}
