//! Statements about people who act for an agency.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{
        Account, AccountId, StaffId, StaffInvitation, StaffInvitationId, StaffMember, StaffRole,
    },
    schema::{accounts, staff, staff_invitations},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff)]
struct StaffRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_id: Uuid,
    role: String,
    invitation_id: Uuid,
    created_at: DateTime<Utc>,
    certified_at: DateTime<Utc>,
    certified_by: Option<Uuid>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<StaffRow> for StaffMember {
    type Error = Error;

    fn try_from(row: StaffRow) -> Result<Self, Error> {
        let city = row.city.try_into().map_err(|_| Error::CityUnknown)?;
        Ok(Self {
            id: StaffId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            account: AccountId::from_uuid(row.account_id),
            role: StaffRole::from_name(&row.role).ok_or(Error::Forbidden)?,
            invitation: StaffInvitationId::from_parts(city, row.invitation_id),
            created_at: row.created_at,
            certified_at: row.certified_at,
            certified_by: row.certified_by.map(|id| StaffId::from_parts(city, id)),
            expires_at: row.expires_at,
        })
    }
}

fn members(rows: Vec<StaffRow>) -> Result<Vec<StaffMember>, Error> {
    rows.into_iter().map(StaffMember::try_from).collect()
}

/// The roles that an account has now at an agency.
pub(crate) async fn roles_at(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    account: AccountId,
) -> Result<Vec<StaffMember>, Error> {
    let now = tx.now();
    let rows = staff::table
        .filter(staff::city.eq(agency.city().number()))
        .filter(staff::agency_id.eq(agency.uuid()))
        .filter(staff::account_id.eq(account.uuid()))
        .filter(staff::ended_at.is_null())
        .filter(staff::expires_at.gt(now))
        .select(StaffRow::as_select())
        .load(tx.conn())
        .await?;
    members(rows)
}

/// The roles that an account has now, at any agency.
pub(crate) async fn roles_of(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Vec<StaffMember>, Error> {
    let now = tx.now();
    let rows = staff::table
        .filter(staff::account_id.eq(account.uuid()))
        .filter(staff::ended_at.is_null())
        .filter(staff::expires_at.gt(now))
        .order(staff::id)
        .select(StaffRow::as_select())
        .load(tx.conn())
        .await?;
    members(rows)
}

/// A page of the staff of an agency that has not ended, newest first; also whose term is over.
pub(crate) async fn staff_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(StaffMember, Vec<u8>)>, Error> {
    let mut query = staff::table
        .inner_join(
            staff_invitations::table.on(staff_invitations::city
                .eq(staff::city)
                .and(staff_invitations::id.eq(staff::invitation_id))),
        )
        .filter(staff::city.eq(agency.city().number()))
        .filter(staff::agency_id.eq(agency.uuid()))
        .filter(staff::ended_at.is_null())
        .order(staff::id.desc())
        .limit(limit)
        .select((StaffRow::as_select(), staff_invitations::email_sealed))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(staff::id.lt(before));
    }
    let rows: Vec<(StaffRow, Vec<u8>)> = query.load(tx.conn()).await?;
    rows.into_iter().map(|(row, email)| Ok((row.try_into()?, email))).collect()
}

/// One of the staff of an agency that has not ended, locked.
pub(crate) async fn lock_staff(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: StaffId,
) -> Result<Option<StaffMember>, Error> {
    let row: Option<StaffRow> = staff::table
        .find((id.city().number(), id.uuid()))
        .filter(staff::city.eq(agency.city().number()))
        .filter(staff::agency_id.eq(agency.uuid()))
        .filter(staff::ended_at.is_null())
        .select(StaffRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(StaffMember::try_from).transpose()
}

/// The account in a role at an agency that has not ended, locked; also if its term is over.
pub(crate) async fn lock_role(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    account: AccountId,
    role: StaffRole,
) -> Result<Option<StaffMember>, Error> {
    let row: Option<StaffRow> = staff::table
        .filter(staff::city.eq(agency.city().number()))
        .filter(staff::agency_id.eq(agency.uuid()))
        .filter(staff::account_id.eq(account.uuid()))
        .filter(staff::role.eq(role.name()))
        .filter(staff::ended_at.is_null())
        .select(StaffRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(StaffMember::try_from).transpose()
}

/// Whose account a staff identifier stands for.
pub(crate) async fn account_of_staff(
    tx: &mut Tx<'_>,
    id: StaffId,
) -> Result<Option<AccountId>, Error> {
    let account: Option<Uuid> = staff::table
        .find((id.city().number(), id.uuid()))
        .select(staff::account_id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(account.map(AccountId::from_uuid))
}

/// The account behind a role, while the role is in office.
pub(crate) async fn account_in_office(
    tx: &mut Tx<'_>,
    id: StaffId,
) -> Result<Option<Account>, Error> {
    let now = tx.now();
    let account: Option<Uuid> = staff::table
        .find((id.city().number(), id.uuid()))
        .filter(staff::ended_at.is_null())
        .filter(staff::expires_at.gt(now))
        .select(staff::account_id)
        .first(tx.conn())
        .await
        .optional()?;
    match account {
        Some(account) => super::account(tx, AccountId::from_uuid(account)).await,
        None => Ok(None),
    }
}

/// The accounts that are in a role at an agency, fifty at most.
pub(crate) async fn accounts_in_role(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    role: StaffRole,
) -> Result<Vec<Account>, Error> {
    let now = tx.now();
    let ids: Vec<Uuid> = staff::table
        .filter(staff::city.eq(agency.city().number()))
        .filter(staff::agency_id.eq(agency.uuid()))
        .filter(staff::role.eq(role.name()))
        .filter(staff::ended_at.is_null())
        .filter(staff::expires_at.gt(now))
        .order(staff::id)
        .limit(50)
        .select(staff::account_id)
        .load(tx.conn())
        .await?;
    let mut accounts = Vec::with_capacity(ids.len());
    for id in ids {
        accounts.extend(super::account(tx, AccountId::from_uuid(id)).await?);
    }
    Ok(accounts)
}

pub(crate) async fn insert_staff(tx: &mut Tx<'_>, member: &StaffMember) -> Result<(), Error> {
    diesel::insert_into(staff::table)
        .values((
            staff::city.eq(member.agency.city().number()),
            staff::id.eq(member.id.uuid()),
            staff::agency_id.eq(member.agency.uuid()),
            staff::account_id.eq(member.account.uuid()),
            staff::role.eq(member.role.name()),
            staff::invitation_id.eq(member.invitation.uuid()),
            staff::created_at.eq(member.created_at),
            staff::certified_at.eq(member.certified_at),
            staff::certified_by.eq(member.certified_by.map(StaffId::uuid)),
            staff::expires_at.eq(member.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes that a role is certified anew, as its member says.
pub(crate) async fn certify_staff(tx: &mut Tx<'_>, member: &StaffMember) -> Result<(), Error> {
    diesel::update(staff::table.find((member.id.city().number(), member.id.uuid())))
        .set((
            staff::invitation_id.eq(member.invitation.uuid()),
            staff::certified_at.eq(member.certified_at),
            staff::certified_by.eq(member.certified_by.map(StaffId::uuid)),
            staff::expires_at.eq(member.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn end_staff(tx: &mut Tx<'_>, id: StaffId, by: StaffId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(staff::table.find((id.city().number(), id.uuid())))
        .set((staff::ended_at.eq(now), staff::ended_by.eq(by.uuid())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff_invitations)]
struct InvitationRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    role: String,
    email_index: Vec<u8>,
    email_sealed: Vec<u8>,
    invited_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<InvitationRow> for StaffInvitation {
    type Error = Error;

    fn try_from(row: InvitationRow) -> Result<Self, Error> {
        let city = row.city.try_into().map_err(|_| Error::CityUnknown)?;
        Ok(Self {
            id: StaffInvitationId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            role: StaffRole::from_name(&row.role).ok_or(Error::Forbidden)?,
            email_index: row.email_index,
            email_sealed: row.email_sealed,
            invited_by: row.invited_by.map(|id| StaffId::from_parts(city, id)),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// Takes back the invitations to the same role at the same address, if there are any.
pub(crate) async fn replace_invitation(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    email_index: &[u8],
    role: StaffRole,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(staff_invitations::table)
        .filter(staff_invitations::city.eq(agency.city().number()))
        .filter(staff_invitations::agency_id.eq(agency.uuid()))
        .filter(staff_invitations::email_index.eq(email_index))
        .filter(staff_invitations::role.eq(role.name()))
        .filter(staff_invitations::accepted_at.is_null())
        .filter(staff_invitations::withdrawn_at.is_null())
        .set(staff_invitations::withdrawn_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_invitation(
    tx: &mut Tx<'_>,
    invitation: &StaffInvitation,
    code_digest: &[u8],
) -> Result<(), Error> {
    diesel::insert_into(staff_invitations::table)
        .values((
            staff_invitations::city.eq(invitation.agency.city().number()),
            staff_invitations::id.eq(invitation.id.uuid()),
            staff_invitations::agency_id.eq(invitation.agency.uuid()),
            staff_invitations::role.eq(invitation.role.name()),
            staff_invitations::email_index.eq(&invitation.email_index),
            staff_invitations::email_sealed.eq(&invitation.email_sealed),
            staff_invitations::code_digest.eq(code_digest),
            staff_invitations::invited_by.eq(invitation.invited_by.map(StaffId::uuid)),
            staff_invitations::created_at.eq(invitation.created_at),
            staff_invitations::expires_at.eq(invitation.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The invitations of an agency that can still be accepted, newest first.
pub(crate) async fn open_invitations(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    limit: i64,
) -> Result<Vec<StaffInvitation>, Error> {
    let now = tx.now();
    let rows: Vec<InvitationRow> = staff_invitations::table
        .filter(staff_invitations::city.eq(agency.city().number()))
        .filter(staff_invitations::agency_id.eq(agency.uuid()))
        .filter(staff_invitations::accepted_at.is_null())
        .filter(staff_invitations::withdrawn_at.is_null())
        .filter(staff_invitations::expires_at.gt(now))
        .order(staff_invitations::id.desc())
        .limit(limit)
        .select(InvitationRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(StaffInvitation::try_from).collect()
}

/// The invitation of a code that can still be accepted, locked.
pub(crate) async fn lock_invitation(
    tx: &mut Tx<'_>,
    code_digest: &[u8],
) -> Result<Option<StaffInvitation>, Error> {
    let now = tx.now();
    let row: Option<InvitationRow> = staff_invitations::table
        .filter(staff_invitations::code_digest.eq(code_digest))
        .filter(staff_invitations::accepted_at.is_null())
        .filter(staff_invitations::withdrawn_at.is_null())
        .filter(staff_invitations::expires_at.gt(now))
        .select(InvitationRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(StaffInvitation::try_from).transpose()
}

pub(crate) async fn accept_invitation(tx: &mut Tx<'_>, id: StaffInvitationId) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(staff_invitations::table.find((id.city().number(), id.uuid())))
        .set(staff_invitations::accepted_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes back an invitation of an agency. False when there is none that could be accepted.
pub(crate) async fn withdraw_invitation(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: StaffInvitationId,
) -> Result<bool, Error> {
    let now = tx.now();
    let withdrawn = diesel::update(staff_invitations::table.find((id.city().number(), id.uuid())))
        .filter(staff_invitations::city.eq(agency.city().number()))
        .filter(staff_invitations::agency_id.eq(agency.uuid()))
        .filter(staff_invitations::accepted_at.is_null())
        .filter(staff_invitations::withdrawn_at.is_null())
        .set(staff_invitations::withdrawn_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(withdrawn == 1)
}

/// By what the address of an account is found.
pub(crate) async fn email_index_of(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<Vec<u8>>, Error> {
    let index = accounts::table.find(account.uuid()).select(accounts::email_index);
    Ok(index.first(tx.conn()).await.optional()?)
}
