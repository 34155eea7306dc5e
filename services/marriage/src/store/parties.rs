//! The two of a case.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_identity::{AccountId, PersonId, StaffId};
use citygate_kernel::{CityCode, Masked};
use citygate_platform::{
    db::Tx,
    keys::{Keys, Unsealable},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{CaseId, Couple, Party, Side},
    schema::parties,
    sealed::NAME,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = parties)]
struct PartyRow {
    city: i32,
    id: Uuid,
    case_id: Uuid,
    side: String,
    person_id: Uuid,
    account_id: Uuid,
    name_sealed: Vec<u8>,
    seen_at: Option<DateTime<Utc>>,
    seen_by: Option<Uuid>,
}

async fn opened(keys: &Keys, tx: &Tx<'_>, row: PartyRow) -> Result<Party, Error> {
    let name = keys.open_sealed(tx, &NAME, row.id, &row.name_sealed).await?;
    let city = super::city(row.city)?;
    let seen = row.seen_at.zip(row.seen_by);
    Ok(Party {
        id: row.id,
        side: Side::parse(&row.side).ok_or(Error::Damaged("side"))?,
        person: PersonId::from_uuid(row.person_id),
        account: AccountId::from_uuid(row.account_id),
        name: Masked::new(String::from_utf8(name).map_err(|_| Error::Sealing(Unsealable.into()))?),
        seen: seen.map(|(at, by)| (at, StaffId::from_parts(city, by))),
    })
}

/// Writes somebody into a case.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    case: CaseId,
    party: &Party,
) -> Result<(), Error> {
    let sealed = keys.seal(tx, &NAME, party.id, party.name.expose().as_bytes()).await?;
    let now = tx.now();
    diesel::insert_into(parties::table)
        .values((
            parties::city.eq(case.city().number()),
            parties::id.eq(party.id),
            parties::case_id.eq(case.uuid()),
            parties::side.eq(party.side.code()),
            parties::person_id.eq(party.person.uuid()),
            parties::account_id.eq(party.account.uuid()),
            parties::name_sealed.eq(sealed),
            parties::joined_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that a registrar has seen somebody.
pub(crate) async fn seen(
    tx: &mut Tx<'_>,
    case: CaseId,
    party: Uuid,
    by: StaffId,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(parties::table.find((case.city().number(), party)))
        .set((parties::seen_at.eq(now), parties::seen_by.eq(by.uuid())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Has somebody be seen anew.
pub(crate) async fn unsee(tx: &mut Tx<'_>, case: CaseId, party: Uuid) -> Result<(), Error> {
    diesel::update(parties::table.find((case.city().number(), party)))
        .set((parties::seen_at.eq(None::<DateTime<Utc>>), parties::seen_by.eq(None::<Uuid>)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Who is in a case.
pub(crate) async fn of_case(keys: &Keys, tx: &mut Tx<'_>, case: CaseId) -> Result<Couple, Error> {
    let mut couples = of_cases(keys, tx, case.city(), &[case]).await?;
    couples.remove(&case).ok_or(Error::Damaged("a case without people"))
}

/// Who is in some cases of a city.
pub(crate) async fn of_cases(
    keys: &Keys,
    tx: &mut Tx<'_>,
    city: CityCode,
    cases: &[CaseId],
) -> Result<BTreeMap<CaseId, Couple>, Error> {
    let rows: Vec<PartyRow> = parties::table
        .filter(parties::city.eq(city.number()))
        .filter(parties::case_id.eq_any(cases.iter().map(|case| case.uuid())))
        // The first of a case is who began it.
        .order((parties::case_id, parties::side))
        .select(PartyRow::as_select())
        .load(tx.conn())
        .await?;
    let mut couples: BTreeMap<CaseId, Couple> = BTreeMap::new();
    for row in rows {
        let case = CaseId::from_parts(city, row.case_id);
        let party = opened(keys, tx, row).await?;
        match couples.get_mut(&case) {
            Some(couple) => couple.b = Some(party),
            None => {
                couples.insert(case, Couple { a: party, b: None });
            }
        }
    }
    Ok(couples)
}
