//! What can go wrong with draws.

use citygate_kernel::{Problem, ProblemType};

/// A fact.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// Nothing is drawn for the session.
    #[error("nothing is drawn for the session")]
    Unknown,
    /// The lots are drawn, or about to be.
    #[error("entries have closed")]
    Closed,
    /// As many take part as can.
    #[error("the draw is full")]
    Full,
}

pub(super) const DRAW_UNKNOWN: ProblemType = ProblemType::new(
    "booking.draw_unknown",
    404,
    "The places of this session are not given by lot",
    "该场次号源不采用抽签方式分配",
);
pub(super) const DRAW_CLOSED: ProblemType = ProblemType::new(
    "booking.draw_closed",
    409,
    "Entries have closed; the lots are drawn",
    "抽签登记已截止",
);
pub(super) const DRAW_FULL: ProblemType = ProblemType::new(
    "booking.draw_full",
    409,
    "As many take part in this draw as can",
    "参加抽签的人数已达上限",
);

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        match error {
            DrawError::Unknown => Self::new(&DRAW_UNKNOWN),
            DrawError::Closed => Self::new(&DRAW_CLOSED),
            DrawError::Full => Self::new(&DRAW_FULL),
        }
    }
}
