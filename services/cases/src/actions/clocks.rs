//! What happens to cases without anybody asking: nobody rates an answer, an announcement moves a time.

use citygate_listings::version;
use citygate_platform::Cx;

use super::step::{ended, set_due, step};
use crate::{
    error::Error,
    jobs::Asked,
    model::{CaseId, CaseStanding, CaseTurn},
    rules::state::outcome_of,
    store,
};

/// Closes a case whose person was asked and has not answered. One that has gone on is left alone.
pub(crate) async fn lapse(cx: &Cx, asked: &Asked) -> Result<(), Error> {
    cx.db
        .tx("cases.lapse", async |tx| {
            let Some(mut case) = store::cases::lock(tx, asked.case).await? else { return Ok(()) };
            let answer = store::answers::last(tx, asked.case).await?;
            let answer = answer.filter(|answer| answer.id == asked.answer);
            let (Some(answer), CaseStanding::Replied) = (answer, case.state) else { return Ok(()) };
            if answer.ask_until.is_none_or(|until| until > tx.now()) {
                return Ok(());
            }
            case.outcome = Some(outcome_of(answer.outcome, None));
            step(cx, tx, &mut case, (CaseTurn::Lapse, None), None).await?;
            ended(cx, tx, &case).await
        })
        .await
}

/// Counts anew when cases are answered whose time an announcement may have moved. Returns how many
/// have another last day.
pub(crate) async fn recount(cx: &Cx) -> Result<usize, Error> {
    const BATCH: i64 = 100;
    let (mut after, mut moved): (Option<CaseId>, usize) = (None, 0);
    loop {
        let batch = cx.db.tx("cases.recount", async |tx| {
            let found = store::lists::lock_provisional(tx, after, BATCH).await?;
            let (last, mut moves) = (found.last().map(|case| case.id), 0);
            for mut case in found {
                let published = version(tx, case.listing, case.version).await?;
                let before = case.due_on;
                set_due(tx, &mut case, &published).await?;
                store::cases::save(tx, &case).await?;
                moves += usize::from(case.due_on != before);
            }
            Ok::<_, Error>((last, moves))
        });
        let (last, moves) = batch.await?;
        moved += moves;
        if last.is_none() {
            return Ok(moved);
        }
        after = last;
    }
}
