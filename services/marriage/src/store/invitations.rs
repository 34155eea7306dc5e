//! Invitations that wait.

use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::city;
use crate::{
    error::Error,
    model::{CaseId, Invitation},
    schema::invitations,
};

/// Writes the invitation of a case; the one before is worth nothing from then on.
pub(crate) async fn put(tx: &mut Tx<'_>, invitation: &Invitation) -> Result<(), Error> {
    let changing = (
        invitations::token_digest.eq(&invitation.token_digest),
        invitations::expires_at.eq(invitation.expires_at),
    );
    diesel::insert_into(invitations::table)
        .values((
            invitations::city.eq(invitation.case.city().number()),
            invitations::case_id.eq(invitation.case.uuid()),
            changing,
        ))
        .on_conflict((invitations::city, invitations::case_id))
        .do_update()
        .set(changing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The invitation of a token's digest.
pub(crate) async fn by_token(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<Invitation>, Error> {
    let found: Option<(i32, uuid::Uuid, _)> = invitations::table
        .filter(invitations::token_digest.eq(digest))
        .select((invitations::city, invitations::case_id, invitations::expires_at))
        .first(tx.conn())
        .await
        .optional()?;
    let Some((number, case, expires_at)) = found else { return Ok(None) };
    let case = CaseId::from_parts(city(number)?, case);
    Ok(Some(Invitation { case, token_digest: digest.to_vec(), expires_at }))
}

/// Forgets the invitation of a case.
pub(crate) async fn delete(tx: &mut Tx<'_>, case: CaseId) -> Result<(), Error> {
    diesel::delete(invitations::table.find((case.city().number(), case.uuid())))
        .execute(tx.conn())
        .await?;
    Ok(())
}
