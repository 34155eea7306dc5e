//! What applicants have handed in.

use chrono::{DateTime, Utc};
use citygate_kernel::{Clock, Id, Kind};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{ApplicationId, Content, Filing},
    schema::filings,
    sealed::CONTENT,
};

/// Filings have ids that nobody is shown.
enum FilingKind {}
impl Kind for FilingKind {
    const PREFIX: &'static str = "afil";
}

/// Writes what was handed in for a locked application.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    application: ApplicationId,
    content: &Content,
) -> Result<(), Error> {
    let now = tx.now();
    let id = Id::<FilingKind>::new(&Clock::manual(now)).uuid();
    let sealed = keys.seal_json(tx, &CONTENT, id, content).await?;
    let (city, of) = (application.city().number(), application.uuid());
    let last: Option<i32> = filings::table
        .filter(filings::city.eq(city))
        .filter(filings::application_id.eq(of))
        .select(max(filings::n))
        .first(tx.conn())
        .await?;
    diesel::insert_into(filings::table)
        .values((
            filings::city.eq(city),
            filings::id.eq(id),
            filings::application_id.eq(of),
            filings::n.eq(last.unwrap_or(0).saturating_add(1)),
            filings::content_sealed.eq(sealed),
            filings::filed_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What was handed in for an application, oldest first. Nothing, where it was forgotten.
pub(crate) async fn of(
    keys: &Keys,
    tx: &mut Tx<'_>,
    application: ApplicationId,
) -> Result<Vec<Filing>, Error> {
    let rows: Vec<(Uuid, Vec<u8>, DateTime<Utc>)> = filings::table
        .filter(filings::city.eq(application.city().number()))
        .filter(filings::application_id.eq(application.uuid()))
        .order(filings::n)
        .select((filings::id, filings::content_sealed, filings::filed_at))
        .load(tx.conn())
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, sealed, filed_at) in rows {
        let content: Content = keys.open_json(tx, &CONTENT, id, &sealed).await?;
        found.push(Filing { filed_at, content });
    }
    Ok(found)
}

/// Notes that an application came to nothing: what was handed in for it is forgotten after a while.
pub(crate) async fn end(tx: &mut Tx<'_>, application: ApplicationId) -> Result<(), Error> {
    let now = tx.now();
    let of = filings::table
        .filter(filings::city.eq(application.city().number()))
        .filter(filings::application_id.eq(application.uuid()));
    diesel::update(of).set(filings::ended_at.eq(now)).execute(tx.conn()).await?;
    Ok(())
}
