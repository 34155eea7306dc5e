//! Giving a place to somebody whose turn it is.

use citygate_catalogue::RuleBook;
use citygate_kernel::Problem;
use citygate_platform::db::Tx;

use super::desk::{Desk, Wish};
use crate::{error::Error, model::Appointment};

/// Gives one place in the caller's transaction, or refuses by a fact.
pub(crate) async fn grant(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    wish: &Wish,
) -> Result<Appointment, Error> {
    let mut desk = Desk::open(tx, book, wish.slot.city(), std::slice::from_ref(wish)).await?;
    // A slot that is sold out or closed is nobody's business; people are locked only for the others.
    desk.at_the_door(wish)?;
    desk.know(tx, &[wish]).await?;
    let appointment = desk.give(wish)?;
    desk.write(tx).await?;
    Ok(appointment)
}

/// Whether an error is a fact about the one who asked, so that the next may be asked; or trouble,
/// after which nothing goes on.
pub(crate) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Blocked { .. } | Error::QuotaReached { .. })
}

/// A grant that is allowed to be refused.
pub(crate) async fn try_grant(
    tx: &mut Tx<'_>,
    book: &RuleBook,
    wish: &Wish,
) -> Result<Option<Appointment>, Error> {
    match grant(tx, book, wish).await {
        Ok(appointment) => Ok(Some(appointment)),
        Err(error) if is_refusal(&error) => {
            tracing::debug!(code = Problem::from(error).kind.code, "a place was not granted");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
