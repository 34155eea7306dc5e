//! People who act for an agency: invited, certified, ended.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use citygate_catalogue::{AgencyId, agencies, agency};
use citygate_kernel::{Clock, Text};
use citygate_notify::{EmailAddress, send_mail};
use citygate_platform::{Cx, db::Tx, keys::random};
use uuid::Uuid;

use super::email_index;
use crate::{
    error::{Error, StaffError},
    mail,
    model::{
        AccountId, SessionId, StaffId, StaffInvitation, StaffInvitationId, StaffMember, StaffRole,
    },
    rules::staff::{INVITATION_LIFE, OPEN_INVITATIONS, may, term_from},
    sealed::INVITED_EMAIL,
    store,
};

/// Whom to invite to what.
pub struct NewStaff<'a> {
    /// At which agency.
    pub agency: AgencyId,
    /// The address of the letter; only its account can accept.
    pub email: &'a EmailAddress,
    /// As what.
    pub role: StaffRole,
}

/// Invites somebody by a letter with a code that works once, for seven days. An earlier invitation
/// to the same role at the same address works no more. `by` is none for whoever runs the city: that
/// is how an agency gets its first admin.
pub async fn invite_staff(
    cx: &Cx,
    new: &NewStaff<'_>,
    by: Option<StaffId>,
) -> Result<StaffInvitationId, Error> {
    let index = email_index(&cx.keys, new.email);
    let code = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    cx.db
        .tx("identity.invite_staff", async |tx| {
            let agency = agency(tx, new.agency).await?;
            store::replace_invitation(tx, new.agency, &index, new.role).await?;
            let open = store::open_invitations(tx, new.agency, OPEN_INVITATIONS).await?;
            if i64::try_from(open.len()).is_ok_and(|open| open >= OPEN_INVITATIONS) {
                return Err(StaffError::TooManyInvitations.into());
            }
            let now = tx.now();
            let id = StaffInvitationId::new(new.agency.city(), &Clock::manual(now));
            let email = new.email.as_str().as_bytes();
            let invitation = StaffInvitation {
                id,
                agency: new.agency,
                role: new.role,
                email_index: index.clone(),
                email_sealed: cx.keys.seal(tx, &INVITED_EMAIL, id.uuid(), email).await?,
                invited_by: by,
                created_at: now,
                expires_at: now + INVITATION_LIFE,
            };
            store::insert_invitation(tx, &invitation, &code_digest(&code)).await?;
            let letter = mail::staff_invitation(&agency.name, new.role, &code, cx.locale);
            send_mail(&cx.keys, tx, new.email, &letter).await?;
            Ok(id)
        })
        .await
}

/// An invitation that waits, as an admin sees it.
pub(crate) struct OpenInvitation {
    pub invitation: StaffInvitation,
    pub email: String,
}

/// The invitations of an agency that wait, newest first.
pub(crate) async fn open_invitations(
    cx: &Cx,
    agency: AgencyId,
) -> Result<Vec<OpenInvitation>, Error> {
    cx.db
        .read("identity.open_invitations", async |tx| {
            let mut open = Vec::new();
            for invitation in store::open_invitations(tx, agency, OPEN_INVITATIONS).await? {
                let email = address(cx, tx, invitation.id, &invitation.email_sealed).await?;
                open.push(OpenInvitation { invitation, email });
            }
            Ok(open)
        })
        .await
}

/// Takes back an invitation.
pub(crate) async fn withdraw_invitation(
    cx: &Cx,
    agency: AgencyId,
    id: StaffInvitationId,
) -> Result<(), Error> {
    let withdrawn = cx
        .db
        .tx("identity.withdraw_invitation", async |tx| {
            store::withdraw_invitation(tx, agency, id).await
        })
        .await?;
    if withdrawn { Ok(()) } else { Err(StaffError::NothingHere.into()) }
}

/// A role with the name of its agency.
pub(crate) struct Office {
    pub member: StaffMember,
    pub agency: Text,
}

/// Takes on the role of an invitation. Whoever has the role already is certified anew. The letter
/// alone is not enough: the account has to be that of the invited address.
pub(crate) async fn accept_invitation(
    cx: &Cx,
    account: AccountId,
    code: &str,
) -> Result<Office, Error> {
    let digest = code_digest(code);
    cx.db
        .tx("identity.accept_invitation", async |tx| {
            let index = store::email_index_of(tx, account).await?.ok_or(Error::AccountUnknown)?;
            let invitation = store::lock_invitation(tx, &digest).await?;
            let invitation = invitation.filter(|invitation| invitation.email_index == index);
            let invitation = invitation.ok_or(StaffError::InvitationUnknown)?;
            if let Some(by) = invitation.invited_by
                && store::account_of_staff(tx, by).await? == Some(account)
            {
                return Err(StaffError::OwnRole.into());
            }
            store::accept_invitation(tx, invitation.id).await?;
            let member = take_office(tx, account, &invitation).await?;
            let agency = agency(tx, member.agency).await?.name;
            Ok(Office { member, agency })
        })
        .await
}

async fn take_office(
    tx: &mut Tx<'_>,
    account: AccountId,
    invitation: &StaffInvitation,
) -> Result<StaffMember, Error> {
    let now = tx.now();
    let had = store::lock_role(tx, invitation.agency, account, invitation.role).await?;
    let certified = StaffMember {
        id: had.as_ref().map_or_else(
            || StaffId::new(invitation.agency.city(), &Clock::manual(now)),
            |member| member.id,
        ),
        agency: invitation.agency,
        account,
        role: invitation.role,
        invitation: invitation.id,
        created_at: had.as_ref().map_or(now, |member| member.created_at),
        certified_at: now,
        certified_by: invitation.invited_by,
        expires_at: term_from(now),
    };
    match had {
        Some(_) => store::certify_staff(tx, &certified).await?,
        None => store::insert_staff(tx, &certified).await?,
    }
    Ok(certified)
}

/// The roles that an account has now.
pub(crate) async fn offices(cx: &Cx, account: AccountId) -> Result<Vec<Office>, Error> {
    cx.db
        .read("identity.offices", async |tx| {
            let members = store::roles_of(tx, account).await?;
            let ids: Vec<AgencyId> = members.iter().map(|member| member.agency).collect();
            let named = agencies(tx, &ids).await?;
            Ok(members
                .into_iter()
                .filter_map(|member| {
                    let agency = named.get(&member.agency)?.name.clone();
                    Some(Office { member, agency })
                })
                .collect())
        })
        .await
}

/// Somebody of an agency, as its admins see it.
pub(crate) struct Colleague {
    pub member: StaffMember,
    pub email: String,
}

/// A page of an agency's staff, newest first.
pub(crate) async fn staff(
    cx: &Cx,
    agency: AgencyId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Colleague>, Error> {
    cx.db
        .read("identity.staff", async |tx| {
            let mut colleagues = Vec::new();
            for (member, sealed) in store::staff_of(tx, agency, before, limit).await? {
                let email = address(cx, tx, member.invitation, &sealed).await?;
                colleagues.push(Colleague { member, email });
            }
            Ok(colleagues)
        })
        .await
}

/// Says that a role is still right, for another ninety days. Nobody says so of their own.
pub(crate) async fn certify_staff(
    cx: &Cx,
    agency: AgencyId,
    id: StaffId,
    by: (StaffId, AccountId),
) -> Result<StaffMember, Error> {
    cx.db
        .tx("identity.certify_staff", async |tx| {
            let now = tx.now();
            let member = store::lock_staff(tx, agency, id).await?.ok_or(StaffError::NothingHere)?;
            if member.account == by.1 {
                return Err(StaffError::OwnRole.into());
            }
            let certified = StaffMember {
                certified_at: now,
                certified_by: Some(by.0),
                expires_at: term_from(now),
                ..member
            };
            store::certify_staff(tx, &certified).await?;
            Ok(certified)
        })
        .await
}

/// Ends a role, from the next request on.
pub(crate) async fn end_staff(
    cx: &Cx,
    agency: AgencyId,
    id: StaffId,
    by: StaffId,
) -> Result<(), Error> {
    cx.db
        .tx("identity.end_staff", async |tx| {
            let member = store::lock_staff(tx, agency, id).await?.ok_or(StaffError::NothingHere)?;
            store::end_staff(tx, member.id, by).await
        })
        .await
}

/// The role in which an account has a duty at an agency, in a session that still runs and in which
/// somebody has been at work of late. Whoever has no role there is told of nothing.
pub(crate) async fn on_duty(
    cx: &Cx,
    agency: AgencyId,
    (account, session): (AccountId, SessionId),
    duty: &'static str,
) -> Result<StaffMember, Error> {
    cx.db
        .tx("identity.on_duty", async |tx| {
            let desk = store::desk(tx, account, session).await?;
            let desk = desk.ok_or_else(super::session_ended)?;
            let roles = store::roles_at(tx, agency, account).await?;
            if roles.is_empty() {
                return Err(StaffError::NothingHere.into());
            }
            let role = roles.into_iter().find(|member| may(member.role, duty));
            let role = role.ok_or(StaffError::DutyMissing(duty))?;
            if !desk.is_open(tx.now()) {
                return Err(StaffError::DeskClosed.into());
            }
            if desk.is_news(tx.now()) {
                store::act_as_staff(tx, account, session).await?;
            }
            Ok(role)
        })
        .await
}

async fn address(
    cx: &Cx,
    tx: &Tx<'_>,
    invitation: StaffInvitationId,
    sealed: &[u8],
) -> Result<String, Error> {
    let bytes = cx.keys.open_sealed(tx, &INVITED_EMAIL, invitation.uuid(), sealed).await?;
    String::from_utf8(bytes).map_err(|_| citygate_platform::keys::Unsealable.into())
}

/// The code has 256 random bits: a plain digest is enough.
fn code_digest(code: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, code.as_bytes()).as_ref().to_vec()
}
