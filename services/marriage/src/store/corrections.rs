//! Corrections of registrations.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, StaffId};
use citygate_platform::{
    db::Tx,
    keys::{Keys, Unsealable},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{CaseId, Correction, CorrectionId, CorrectionKind, CorrectionState},
    schema::{cases, corrections},
    sealed::GROUNDS,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = corrections)]
struct CorrectionRow {
    city: i32,
    id: Uuid,
    case_id: Uuid,
    kind: String,
    registered_on: Option<NaiveDate>,
    state: String,
    proposed_by: Uuid,
    proposed_account: Uuid,
    proposed_at: DateTime<Utc>,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
}

impl TryFrom<CorrectionRow> for Correction {
    type Error = Error;

    fn try_from(row: CorrectionRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let decided = row.decided_by.zip(row.decided_at);
        Ok(Self {
            id: CorrectionId::from_parts(city, row.id),
            case: CaseId::from_parts(city, row.case_id),
            kind: CorrectionKind::parse(&row.kind).ok_or(Error::Damaged("kind"))?,
            registered_on: row.registered_on,
            state: CorrectionState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            proposed_by: StaffId::from_parts(city, row.proposed_by),
            proposed_account: AccountId::from_uuid(row.proposed_account),
            proposed_at: row.proposed_at,
            decided: decided.map(|(by, at)| (StaffId::from_parts(city, by), at)),
        })
    }
}

/// Writes a proposal with its grounds. False when another is open.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    new: &Correction,
    grounds: &str,
) -> Result<bool, Error> {
    let sealed = keys.seal(tx, &GROUNDS, new.id.uuid(), grounds.as_bytes()).await?;
    let inserted = diesel::insert_into(corrections::table)
        .values((
            corrections::city.eq(new.id.city().number()),
            corrections::id.eq(new.id.uuid()),
            corrections::case_id.eq(new.case.uuid()),
            corrections::kind.eq(new.kind.code()),
            corrections::registered_on.eq(new.registered_on),
            corrections::grounds_sealed.eq(sealed),
            corrections::state.eq(new.state.code()),
            corrections::proposed_by.eq(new.proposed_by.uuid()),
            corrections::proposed_account.eq(new.proposed_account.uuid()),
            corrections::proposed_at.eq(new.proposed_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Writes what was decided.
pub(crate) async fn save(tx: &mut Tx<'_>, correction: &Correction) -> Result<(), Error> {
    let (by, at) = correction.decided.unzip();
    let id = correction.id;
    diesel::update(corrections::table.find((id.city().number(), id.uuid())))
        .set((
            corrections::state.eq(correction.state.code()),
            corrections::decided_by.eq(by.map(|staff| staff.uuid())),
            corrections::decided_at.eq(at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A correction of an agency's case, and why it is wanted. The case is locked before.
pub(crate) async fn by_id(
    keys: &Keys,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    id: CorrectionId,
) -> Result<Option<(Correction, String)>, Error> {
    let found: Option<(CorrectionRow, Vec<u8>)> = corrections::table
        .inner_join(
            cases::table
                .on(cases::city.eq(corrections::city).and(cases::id.eq(corrections::case_id))),
        )
        .filter(corrections::city.eq(id.city().number()))
        .filter(corrections::id.eq(id.uuid()))
        .filter(cases::agency_id.eq(agency.uuid()))
        .select((CorrectionRow::as_select(), corrections::grounds_sealed))
        .first(tx.conn())
        .await
        .optional()?;
    let Some((row, sealed)) = found else { return Ok(None) };
    let grounds = keys.open_sealed(tx, &GROUNDS, row.id, &sealed).await?;
    let grounds = String::from_utf8(grounds).map_err(|_| Error::Sealing(Unsealable.into()))?;
    Ok(Some((row.try_into()?, grounds)))
}

/// The corrections of a case, newest first. One is open at a time, and each takes two registrars.
pub(crate) async fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Correction>, Error> {
    /// More than anybody reads.
    const SHOWN: i64 = 50;
    let rows: Vec<CorrectionRow> = corrections::table
        .filter(corrections::city.eq(case.city().number()))
        .filter(corrections::case_id.eq(case.uuid()))
        .order(corrections::id.desc())
        .limit(SHOWN)
        .select(CorrectionRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Correction::try_from).collect()
}
