//! How the second comes to a case: a code, and what it opens.

use citygate_identity::{RealName, Sensitive, StepUp, StepUpPurpose, require_session};
use citygate_kernel::{Masked, wire};
use citygate_notify::EmailAddress;
use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, random},
};

use super::{
    begin::join,
    letters,
    read::{self, CaseView},
    step::{limits, lock_own, step, wait_until},
};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseEvent, CaseId, Invitation, Side},
    store,
};

/// Whatever somebody states or confirms in a case takes a fresh proof for that case.
#[derive(Debug)]
pub(crate) struct CaseSign;
impl Sensitive for CaseSign {
    const PURPOSE: StepUpPurpose = StepUpPurpose::MarriageSign;
}

/// A code that was made, and is known to nobody else.
pub(crate) struct NewInvitation {
    pub token: Masked<String>,
    pub view: CaseView,
}

/// An invitation as whoever has its code sees it.
pub(crate) struct OpenedInvitation {
    pub invitation: Invitation,
    /// Who invites, partly hidden.
    pub name: Masked<String>,
}

/// 128 random bits, as 32 digits of base 16.
fn new_token() -> Masked<String> {
    Masked::new(wire::hex(&random::<16>()))
}

fn digest(keys: &Keys, token: &str) -> Vec<u8> {
    keys.blind_index("marriage.invitations", token)
}

/// Invites the other. With an address the code is mailed there; the address is kept by nobody.
/// Inviting again makes a new code, and the one before is worth nothing.
pub(crate) async fn invite(
    cx: &Cx,
    proof: &StepUp<CaseSign>,
    id: CaseId,
    address: Option<&EmailAddress>,
) -> Result<NewInvitation, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("marriage.invite", async |tx| {
            let (mut case, _, _) = lock_own(cx, tx, &caller, id).await?;
            proof.consume(tx, Some(&id.to_string()), None).await?;
            let rule = limits(tx, id.city()).await?;
            let sent = store::events::count(tx, id, CaseEvent::Invite).await?;
            if sent >= i64::from(rule.params.invitations_per_case) {
                return Err(CaseError::TooManyInvitations { citation: rule.citation }.into());
            }
            let (token, expires_at) = (new_token(), rule.params.answer_by(tx.now()));
            let token_digest = digest(&cx.keys, token.expose());
            wait_until(tx, &mut case, expires_at).await?;
            step(tx, &mut case, CaseEvent::Invite, None).await?;
            let invitation = Invitation { case: id, token_digest, expires_at };
            store::invitations::put(tx, &invitation).await?;
            if let Some(address) = address {
                letters::invite(cx, tx, address, &token, expires_at).await?;
            }
            Ok(NewInvitation { token, view: read::view(cx, tx, &caller, case).await? })
        })
        .await
}

/// Shows an invitation to whoever has its code. Nothing is written: that it was looked at leaves no
/// trace.
pub(crate) async fn open(
    cx: &Cx,
    caller: &RealName,
    token: &str,
) -> Result<OpenedInvitation, Error> {
    cx.db
        .read("marriage.open_invitation", async |tx| {
            let invitation = found(cx, tx, token).await?;
            let couple = store::parties::of_case(&cx.keys, tx, invitation.case).await?;
            // Whoever tries the own code learns as little as if it were over.
            if couple.side_of(caller.person).is_some() {
                return Err(CaseError::InvitationUnknown.into());
            }
            Ok(OpenedInvitation { invitation, name: couple.a.name })
        })
        .await
}

async fn found(cx: &Cx, tx: &mut Tx<'_>, token: &str) -> Result<Invitation, Error> {
    let invitation = store::invitations::by_token(tx, &digest(&cx.keys, token)).await?;
    let now = tx.now();
    let invitation = invitation.filter(|invitation| invitation.is_open(now));
    Ok(invitation.ok_or(CaseError::InvitationUnknown)?)
}

/// Confirms: from then on the caller is the second of the case, and the code is gone. A is told that
/// the other has confirmed.
pub(crate) async fn confirm(
    cx: &Cx,
    proof: &StepUp<CaseSign>,
    id: CaseId,
    token: &str,
) -> Result<CaseView, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("marriage.confirm", async |tx| {
            require_session(tx, &caller).await?;
            let mut case = invited(cx, tx, &caller, (id, token)).await?;
            proof.consume(tx, Some(&id.to_string()), None).await?;
            if !store::engagements::insert(tx, (caller.city, caller.person), id).await? {
                return Err(CaseError::CaseOpen.into());
            }
            join(cx, tx, &caller, (id, Side::B)).await?;
            store::invitations::delete(tx, id).await?;
            let rule = limits(tx, id.city()).await?;
            let until = rule.params.book_by(tx.now());
            wait_until(tx, &mut case, until).await?;
            step(tx, &mut case, CaseEvent::Confirm, None).await?;
            let couple = store::parties::of_case(&cx.keys, tx, id).await?;
            letters::confirmed(cx, tx, couple.a.person).await?;
            read::view(cx, tx, &caller, case).await
        })
        .await
}

/// Locks the case that a code is for. Another case, and one that the caller has begun, is none.
async fn invited(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    (id, token): (CaseId, &str),
) -> Result<Case, Error> {
    let unknown = || Error::from(CaseError::InvitationUnknown);
    let case = store::cases::lock(tx, id).await?.ok_or_else(unknown)?;
    // Of two who confirm at once, the second finds the code gone.
    let invitation = found(cx, tx, token).await?;
    let couple = store::parties::of_case(&cx.keys, tx, id).await?;
    if invitation.case != id || couple.side_of(caller.person).is_some() {
        return Err(unknown());
    }
    Ok(case)
}
