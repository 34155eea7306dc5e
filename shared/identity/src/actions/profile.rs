//! What citizens see of their own accounts.

use chrono::{DateTime, Utc};
use citygate_kernel::{CityCode, Locale};
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, Unsealable},
};

use crate::{
    access::{Access, Accessor, Reason},
    error::Error,
    model::{Account, AccountId, StepUpPurpose, VerificationState},
    rules::mask_email,
    sealed::EMAIL,
    step_up::{Sensitive, StepUp},
    store::{self, FullIdentity},
};

/// Why people's own accounts touch their data.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "identity.real_name", legal_basis: "pipl-13-1" };
/// Why they read it whole.
const OWN_READ: Reason<'static> = Reason { purpose: "identity.real_name", legal_basis: "pipl-45" };

/// An account as its owner sees it; what is personal is masked.
pub(crate) struct Profile {
    pub account: AccountId,
    pub city: CityCode,
    pub email_masked: String,
    pub locale: Locale,
    pub real_name: Option<RealNameFacts>,
    /// The newest claim to a real name, and since when it is so.
    pub verification: Option<(VerificationState, DateTime<Utc>)>,
}

/// A real name as its owner sees it.
pub(crate) struct RealNameFacts {
    pub name_masked: String,
    pub id_number_masked: String,
    pub since: DateTime<Utc>,
}

/// The profile of an account.
pub(crate) async fn profile(cx: &Cx, account: AccountId) -> Result<Profile, Error> {
    cx.db
        .tx("identity.profile", async |tx| {
            let account = store::account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            profile_of(&cx.keys, tx, account).await
        })
        .await
}

pub(super) async fn profile_of(
    keys: &Keys,
    tx: &mut Tx<'_>,
    account: Account,
) -> Result<Profile, Error> {
    let email = keys.open_sealed(tx, &EMAIL, account.id.uuid(), &account.email_sealed).await?;
    let email = String::from_utf8(email).map_err(|_| Unsealable)?;
    let real_name = match (account.person, account.real_name_at) {
        (Some(person), Some(since)) => {
            let own = store::own_masked(keys, tx, person).await?.ok_or(Error::AccountUnknown)?;
            Some(RealNameFacts { name_masked: own.name, id_number_masked: own.id_number, since })
        }
        _ => None,
    };
    let latest = store::latest_verification(tx, account.id).await?;
    let verification =
        latest.map(|latest| (latest.state, latest.resolved_at.unwrap_or(latest.created_at)));
    Ok(Profile {
        account: account.id,
        city: account.city,
        email_masked: mask_email(&email),
        locale: account.locale,
        real_name,
        verification,
    })
}

/// Shows the own name and document, not masked.
#[derive(Debug)]
pub(crate) struct IdentityRead;
impl Sensitive for IdentityRead {
    const PURPOSE: StepUpPurpose = StepUpPurpose::IdentityRead;
}

/// Somebody's own name and document. The proof is used up, and the ledger of accesses gets an
/// entry.
pub(crate) async fn own_identity(
    cx: &Cx,
    step_up: &StepUp<IdentityRead>,
) -> Result<FullIdentity, Error> {
    let caller = *step_up.caller();
    cx.db
        .tx("identity.own_identity", async |tx| {
            step_up.consume(tx, None, None).await?;
            let access = Access::new(cx, Accessor::person(caller.account, caller.city), OWN_READ);
            store::own_identity(&cx.keys, tx, &access, caller.person).await
        })
        .await
}
