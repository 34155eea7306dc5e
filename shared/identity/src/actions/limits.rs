//! Counting what is limited.

use chrono::TimeDelta;
use citygate_platform::db::Tx;

use crate::{error::Error, rules::Counter, store};

/// Counts something under a key, if the rule lets it. `Err` is how long to wait.
pub(super) async fn count(
    tx: &mut Tx<'_>,
    key: &[u8],
    rule: impl FnOnce(Counter) -> Result<Counter, TimeDelta>,
) -> Result<Result<(), TimeDelta>, Error> {
    Ok(match rule(store::lock_counter(tx, key).await?) {
        Ok(counter) => {
            store::update_counter(tx, key, counter).await?;
            Ok(())
        }
        Err(wait) => Err(wait),
    })
}
