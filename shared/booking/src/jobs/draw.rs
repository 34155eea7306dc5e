//! Draws that are due.

use citygate_catalogue::RuleBook;
use citygate_platform::jobs::{Job, Retries, Task};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{self},
    model::SessionId,
};

/// A session whose lots are to be drawn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DrawLots {
    pub session: SessionId,
}
pub(crate) const DRAW_LOTS: Task<DrawLots> = Task::new("booking.draw_lots");

/// Draws lots. It may be done twice: the second time finds them drawn.
pub(crate) fn draw_lots(book: RuleBook) -> Job {
    DRAW_LOTS.done_by(Retries::INQUIRY, move |cx, job| {
        let book = book.clone();
        async move { Ok(actions::draw_lots(&cx, &book, job.session).await?) }
    })
}
