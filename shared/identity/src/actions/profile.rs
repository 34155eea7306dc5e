//! What citizens see of their own accounts.

use std::io;

use citygate_platform::{
    Cx, Platform,
    db::{DbError, Tx},
    gather::Gather,
};

use super::sign_in::email_of;
pub(crate) use crate::store::Profile;
use crate::{
    access::{Access, Accessor, Reason},
    error::Error,
    model::{AccountId, StepUpPurpose},
    rules::mask_email,
    step_up::{Sensitive, StepUp},
    store::{self, FullIdentity, ProfileRow},
};

/// Why people's own accounts touch their data.
pub(super) const REASON: Reason<'static> =
    Reason { purpose: "identity.real_name", legal_basis: "pipl-13-1" };
/// Why they read it whole.
const OWN_READ: Reason<'static> = Reason { purpose: "identity.real_name", legal_basis: "pipl-45" };

/// How people's own accounts are read: those that are asked for at the same time by one statement,
/// or each by its own.
#[derive(Clone)]
pub struct Profiles(Option<Gather<AccountId, ProfileRow>>);

impl Profiles {
    /// Reads together what is asked for at the same time.
    pub fn start(platform: &Platform) -> io::Result<Self> {
        let read =
            async |tx: &mut Tx<'_>, accounts: &[AccountId]| store::profile_rows(tx, accounts).await;
        Ok(Self(Some(Gather::start("identity.profiles", &platform.db, read)?)))
    }

    /// Reads each by itself.
    pub fn direct() -> Self {
        Self(None)
    }

    async fn row(&self, cx: &Cx, account: AccountId) -> Result<Option<ProfileRow>, DbError> {
        match &self.0 {
            Some(gather) => gather.get(account).await,
            None => {
                let read = async |tx: &mut Tx<'_>| store::profile_rows(tx, &[account]).await;
                Ok(cx.db.read("identity.profile", read).await?.remove(&account))
            }
        }
    }
}

/// The profile of an account.
pub(crate) async fn profile(
    cx: &Cx,
    profiles: &Profiles,
    account: AccountId,
) -> Result<Profile, Error> {
    let row = profiles.row(cx, account).await?.ok_or(Error::AccountUnknown)?;
    row.open(cx).await
}

/// The address of an account, as its owner recognises it.
pub(crate) async fn masked_email(cx: &Cx, account: AccountId) -> Result<String, Error> {
    cx.db
        .read("identity.masked_email", async |tx| {
            let account = store::account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            Ok(mask_email(email_of(cx, tx, &account).await?.as_str()))
        })
        .await
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
