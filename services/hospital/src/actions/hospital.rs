//! What hospitals say of themselves, and who sees it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, Utc};
use citygate_booking::next_free;
use citygate_catalogue::{AgencyId, agency};
use citygate_kernel::{CityCode, Text};
use citygate_platform::{Cx, db::Tx};
use serde::Serialize;

use super::SERVICE;
use crate::{
    error::{DirectoryError, Error},
    model::{
        Hospital, HospitalEvent, HospitalState, Location, NewHospital, PhysicalType, Position,
        Specialty, SpecialtyCode,
    },
    rules::{
        hospital::{metres, next},
        searchable,
    },
    store::{self, Put},
};

/// A hospital with the name of its agency.
#[derive(Debug)]
pub(crate) struct NamedHospital {
    pub hospital: Hospital,
    pub name: Text,
}

/// A hospital in a list.
#[derive(Debug)]
pub(crate) struct ListedHospital {
    pub named: NamedHospital,
    /// How far away it is, if somebody said where they are.
    pub metres: Option<u64>,
    /// Its earliest free place: in the departments that were asked for, or in any.
    pub next_free: Option<DateTime<Utc>>,
}

/// Which hospitals somebody wants to see.
#[derive(Debug)]
pub(crate) struct HospitalFilter {
    pub city: CityCode,
    /// With a department for this subject or a part of it.
    pub specialty: Option<SpecialtyCode>,
    /// The nearest first.
    pub near: Option<Position>,
    /// With a free place before this instant.
    pub free_before: Option<DateTime<Utc>>,
}

/// Equal for equal content: tells a repetition from a change.
pub(super) fn digest(cx: &Cx, field: &str, content: &impl Serialize) -> Result<Vec<u8>, Error> {
    let content = serde_json::to_string(content).map_err(|_| Error::Damaged("content"))?;
    Ok(cx.keys.blind_index(field, &content))
}

/// Writes what a hospital says of itself. A new one is a draft.
pub(crate) async fn put_hospital(
    cx: &Cx,
    id: AgencyId,
    new: &NewHospital,
) -> Result<(NamedHospital, Put), Error> {
    cx.db.tx("hospital.put_profile", async |tx| record_hospital(cx, tx, id, new).await).await
}

/// The same in the transaction of the caller.
pub(crate) async fn record_hospital(
    cx: &Cx,
    tx: &mut Tx<'_>,
    id: AgencyId,
    new: &NewHospital,
) -> Result<(NamedHospital, Put), Error> {
    let digest = digest(cx, "hospital.hospitals", new)?;
    let name = agency(tx, id).await?.name;
    let names = [name.zh.as_str(), &name.en, new.pinyin.as_deref().unwrap_or_default()];
    let put = store::put_hospital(tx, id, new, &searchable(names), &digest).await?;
    let hospital = store::hospital(tx, id).await?.ok_or(Error::HospitalUnknown)?;
    Ok((NamedHospital { hospital, name }, put))
}

/// Shows a hospital to everybody, or takes it out. The same again changes nothing.
pub(crate) async fn move_hospital(
    cx: &Cx,
    id: AgencyId,
    event: HospitalEvent,
) -> Result<NamedHospital, Error> {
    cx.db.tx("hospital.move_hospital", async |tx| record_listing(tx, id, event).await).await
}

/// The same in the transaction of the caller.
pub(crate) async fn record_listing(
    tx: &mut Tx<'_>,
    id: AgencyId,
    event: HospitalEvent,
) -> Result<NamedHospital, Error> {
    let mut hospital = locked(tx, id).await?;
    let name = agency(tx, id).await?.name;
    let state = next(hospital.state, event).ok_or(DirectoryError::ListingRefused(
        "a draft is not suspended, and who was taken out for good stays out",
    ))?;
    if state != hospital.state {
        if state == HospitalState::Listed {
            has_something_to_show(tx, id).await?;
        }
        store::set_state(tx, id, state).await?;
        hospital.state = state;
    }
    Ok(NamedHospital { hospital, name })
}

async fn has_something_to_show(tx: &mut Tx<'_>, id: AgencyId) -> Result<(), Error> {
    let campus = |location: &Location| location.physical_type == PhysicalType::Campus;
    let somewhere = store::locations_of(tx, id).await?.iter().any(campus);
    let somebody = store::departments_of(tx, id).await?.iter().any(|one| one.active);
    if somewhere && somebody {
        Ok(())
    } else {
        let reason = "a hospital that is listed has a campus and an active department";
        Err(DirectoryError::ListingRefused(reason).into())
    }
}

/// The hospital, kept for this transaction.
pub(super) async fn locked(tx: &mut Tx<'_>, id: AgencyId) -> Result<Hospital, Error> {
    store::lock_hospital(tx, id).await?.ok_or(Error::HospitalUnknown)
}

/// A hospital that people can see.
pub(super) async fn visible(tx: &mut Tx<'_>, id: AgencyId) -> Result<Hospital, Error> {
    let found = store::hospital(tx, id).await?;
    found.filter(|one| one.state == HospitalState::Listed).ok_or(Error::HospitalUnknown)
}

/// A hospital that people can see, and where it is.
pub(crate) async fn hospital(
    cx: &Cx,
    id: AgencyId,
) -> Result<(ListedHospital, Vec<Location>), Error> {
    cx.db
        .tx("hospital.get_hospital", async |tx| {
            let hospital = visible(tx, id).await?;
            let name = agency(tx, id).await?.name;
            let locations = store::locations_of(tx, id).await?;
            let after = tx.now();
            let free = next_free(tx, id.city(), SERVICE, after).await?;
            let own = free.iter().filter(|one| one.agency == id).map(|one| one.starts_at);
            let named = NamedHospital { hospital, name };
            Ok((ListedHospital { named, metres: None, next_free: own.min() }, locations))
        })
        .await
}

/// The hospitals of a city: the nearest first, if somebody said where they are, else the highest
/// grade first.
pub(crate) async fn hospitals(
    cx: &Cx,
    filter: &HospitalFilter,
) -> Result<Vec<ListedHospital>, Error> {
    cx.db
        .tx("hospital.list_hospitals", async |tx| {
            citygate_catalogue::city(tx, filter.city).await?;
            let found = store::listed(tx, filter.city).await?;
            let ids: Vec<_> = found.iter().map(|one| one.id).collect();
            let names = citygate_catalogue::agencies(tx, &ids).await?;
            let free = earliest(tx, filter).await?;
            let mut listed = Vec::new();
            for hospital in found {
                let Some(next_free) = free.of(&hospital) else { continue };
                if filter.free_before.is_some_and(|by| next_free.is_none_or(|at| at >= by)) {
                    continue;
                }
                let metres = filter.near.map(|from| metres(from, hospital.position));
                let name = names.get(&hospital.id).map(|agency| agency.name.clone());
                let name = name.ok_or(Error::Damaged("agency"))?;
                let named = NamedHospital { hospital, name };
                listed.push(ListedHospital { named, metres, next_free });
            }
            let grade = |one: &ListedHospital| one.named.hospital.grade;
            listed.sort_by_key(|one| (one.metres, grade(one), Reverse(one.named.hospital.id)));
            Ok(listed)
        })
        .await
}

/// The earliest free place of each hospital.
struct Earliest {
    /// The hospitals that have what was asked for; nothing, if nothing was.
    having: Option<BTreeSet<AgencyId>>,
    free: BTreeMap<AgencyId, DateTime<Utc>>,
}

impl Earliest {
    /// The earliest place of a hospital, if it has what was asked for.
    fn of(&self, hospital: &Hospital) -> Option<Option<DateTime<Utc>>> {
        let has = self.having.as_ref().is_none_or(|having| having.contains(&hospital.id));
        has.then(|| self.free.get(&hospital.id).copied())
    }
}

async fn earliest(tx: &mut Tx<'_>, filter: &HospitalFilter) -> Result<Earliest, Error> {
    let departments = match &filter.specialty {
        Some(code) => Some(store::departments_of_specialty(tx, filter.city, code).await?),
        None => None,
    };
    let units = departments.as_ref().map(|all| all.iter().map(|one| one.id.uuid()).collect());
    let units: Option<BTreeSet<_>> = units;
    let after = tx.now();
    let mut free = BTreeMap::new();
    for one in next_free(tx, filter.city, SERVICE, after).await? {
        if units.as_ref().is_none_or(|units| units.contains(&one.unit)) {
            let earliest = free.entry(one.agency).or_insert(one.starts_at);
            *earliest = one.starts_at.min(*earliest);
        }
    }
    let having = departments.map(|all| all.into_iter().map(|one| one.agency).collect());
    Ok(Earliest { having, free })
}

/// The national list of subjects.
pub(crate) async fn specialties(cx: &Cx) -> Result<Vec<Specialty>, Error> {
    cx.db.tx("hospital.list_specialties", async |tx| store::specialties(tx).await).await
}
