//! Following a case that everybody may know of.

use citygate_identity::Citizen;
use citygate_platform::Cx;

use super::view::{CaseView, view};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseId},
    store,
};

/// How many cases somebody may follow.
const FOLLOWED: i64 = 200;

/// Follows a public case. Doing it again changes nothing.
pub(crate) async fn follow(cx: &Cx, caller: &Citizen, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.follow", async |tx| {
            let case = store::cases::by_id(tx, id).await?.filter(Case::is_public);
            let case = case.ok_or(CaseError::Unknown)?;
            if store::followers::followed_by(tx, caller.account).await? >= FOLLOWED {
                return Err(CaseError::TooMany.into());
            }
            store::followers::insert(tx, id, (caller.account, caller.person)).await?;
            view(tx, case).await
        })
        .await
}

/// Follows a case no more. Doing it again changes nothing.
pub(crate) async fn unfollow(cx: &Cx, caller: &Citizen, id: CaseId) -> Result<(), Error> {
    cx.db
        .tx("cases.unfollow", async |tx| {
            store::cases::by_id(tx, id).await?.filter(Case::is_public).ok_or(CaseError::Unknown)?;
            store::followers::delete(tx, id, caller.account).await
        })
        .await
}
