//! The departments of hospitals.

use citygate_booking::next_free;
use citygate_catalogue::AgencyId;
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};

use super::{
    SERVICE,
    hospital::{digest, locked, visible},
};
use crate::{
    error::{DirectoryError, Error},
    model::{Department, DepartmentId, Location, NewDepartment},
    rules::{
        department::{Branch, TreeFault, tree, under},
        searchable,
    },
    store::{self, Put},
};

/// Departments that a hospital can describe.
const MOST: usize = 500;

/// Writes a department of the hospital under its number.
pub(crate) async fn put_department(
    cx: &Cx,
    hospital: AgencyId,
    new: &NewDepartment,
) -> Result<(Department, Put), Error> {
    cx.db
        .tx("hospital.put_department", async |tx| record_department(cx, tx, hospital, new).await)
        .await
}

/// The same in the transaction of the caller.
pub(crate) async fn record_department(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewDepartment,
) -> Result<(Department, Put), Error> {
    let digest = digest(cx, "hospital.departments", new)?;
    locked(tx, hospital).await?;
    let all = store::departments_of(tx, hospital).await?;
    let department = described(tx, hospital, &all, new).await?;
    let Department { id, part_of, location, .. } = department;
    let pinyin = new.pinyin.as_deref().unwrap_or_default();
    let search = searchable([new.name.zh.as_str(), &new.name.en, pinyin]);
    let (key, within) = ((hospital, id), (part_of, location));
    let put = store::put_department(tx, key, within, new, &search, &digest).await?;
    Ok((department, put))
}

/// The department with what it names, if it fits into the tree.
async fn described(
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    all: &[Department],
    new: &NewDepartment,
) -> Result<Department, Error> {
    let known = all.iter().find(|one| one.number == new.number);
    if known.is_none() && all.len() >= MOST {
        return Err(DirectoryError::Full.into());
    }
    let parent = match &new.part_of {
        None => None,
        Some(number) => {
            let parent = all.iter().find(|one| one.number == *number);
            Some(parent.ok_or(DirectoryError::NotNamed("/part_of"))?.id)
        }
    };
    let clock = Clock::manual(tx.now());
    let id = known.map_or_else(|| DepartmentId::new(hospital.city(), &clock), |one| one.id);
    under(all, id, parent).map_err(|fault| {
        DirectoryError::DepartmentMisplaced(match fault {
            TreeFault::Circle => "it would belong to itself",
            TreeFault::TooDeep => "it would lie more than four deep",
        })
    })?;
    if !store::specialty_is_known(tx, &new.specialty).await? {
        return Err(DirectoryError::NotNamed("/specialty").into());
    }
    let locations = store::locations_of(tx, hospital).await?;
    let location = locations.iter().find(|one| one.number == new.location);
    Ok(Department {
        id,
        agency: hospital,
        number: new.number.clone(),
        part_of: parent,
        specialty: new.specialty.clone(),
        name: new.name.clone(),
        location: location.ok_or(DirectoryError::NotNamed("/location_no"))?.id,
        active: new.active,
    })
}

/// The departments of a hospital that people can see, and where they are.
pub(crate) async fn departments(
    cx: &Cx,
    hospital: AgencyId,
) -> Result<(Vec<Branch>, Vec<Location>), Error> {
    cx.db
        .tx("hospital.list_departments", async |tx| {
            visible(tx, hospital).await?;
            let after = tx.now();
            let mut free = next_free(tx, hospital.city(), SERVICE, after).await?;
            free.retain(|one| one.agency == hospital);
            let branches = tree(store::departments_of(tx, hospital).await?, &free);
            Ok((branches, store::locations_of(tx, hospital).await?))
        })
        .await
}

/// A department that people can see.
pub(super) async fn visible_department(
    tx: &mut Tx<'_>,
    id: DepartmentId,
) -> Result<Department, Error> {
    let found = store::department(tx, id).await?.filter(|one| one.active);
    let found = found.ok_or(DirectoryError::DepartmentUnknown)?;
    match visible(tx, found.agency).await {
        Ok(_) => Ok(found),
        Err(Error::HospitalUnknown) => Err(DirectoryError::DepartmentUnknown.into()),
        Err(error) => Err(error),
    }
}
