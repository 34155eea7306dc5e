//! Judgments that ended marriages from their beginning.

use citygate_kernel::{Clock, Id};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    model::Annulment,
    schema::annulments,
    sealed::{AnnulmentIdKind, JUDGMENT},
};

/// Writes a judgment, with the number of the court's case.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    annulment: &Annulment,
    judgment_no: &str,
) -> Result<(), Error> {
    let now = tx.now();
    let id = Id::<AnnulmentIdKind>::new(&Clock::manual(now)).uuid();
    let sealed = keys.seal(tx, &JUDGMENT, id, judgment_no.as_bytes()).await?;
    diesel::insert_into(annulments::table)
        .values((
            annulments::city.eq(annulment.case.city().number()),
            annulments::id.eq(id),
            annulments::case_id.eq(annulment.case.uuid()),
            annulments::ground.eq(annulment.ground.code()),
            annulments::judgment_sealed.eq(sealed),
            annulments::judged_on.eq(annulment.judged_on),
            annulments::entered_by.eq(annulment.entered_by.uuid()),
            annulments::entered_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
