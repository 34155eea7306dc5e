//! Where hospitals receive people.

use citygate_catalogue::AgencyId;
use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx};

use super::hospital::{digest, locked};
use crate::{
    error::{DirectoryError, Error},
    model::{Location, LocationId, NewLocation, PhysicalType},
    store::{self, Put},
};

/// Locations that a hospital can describe.
const MOST: usize = 500;

/// Writes a location of the hospital under its number.
pub(crate) async fn put_location(
    cx: &Cx,
    hospital: AgencyId,
    new: &NewLocation,
) -> Result<(Location, Put), Error> {
    cx.db.tx("hospital.put_location", async |tx| record_location(cx, tx, hospital, new).await).await
}

/// The same in the transaction of the caller.
pub(crate) async fn record_location(
    cx: &Cx,
    tx: &mut Tx<'_>,
    hospital: AgencyId,
    new: &NewLocation,
) -> Result<(Location, Put), Error> {
    let digest = digest(cx, "hospital.locations", new)?;
    locked(tx, hospital).await?;
    let all = store::locations_of(tx, hospital).await?;
    let known = all.iter().find(|one| one.number == new.number);
    if known.is_none() && all.len() >= MOST {
        return Err(DirectoryError::Full.into());
    }
    let part_of = place_within(&all, new)?;
    if let Some(known) = known {
        stays_larger(&all, known, new)?;
    }
    let clock = Clock::manual(tx.now());
    let id = known.map_or_else(|| LocationId::new(hospital.city(), &clock), |one| one.id);
    let put = store::put_location(tx, (hospital, id, part_of), new, &digest).await?;
    let location = Location {
        id,
        number: new.number.clone(),
        part_of,
        physical_type: new.physical_type,
        name: new.name.clone(),
        address: new.address.clone(),
        position: new.position,
    };
    Ok((location, put))
}

/// The location that another is in: something larger, or nothing for a campus.
fn place_within(all: &[Location], new: &NewLocation) -> Result<Option<LocationId>, Error> {
    let Some(number) = &new.part_of else {
        let campus = new.physical_type == PhysicalType::Campus;
        return if campus { Ok(None) } else { Err(DirectoryError::LocationMisplaced.into()) };
    };
    let parent = all.iter().find(|one| one.number == *number);
    let parent = parent.ok_or(DirectoryError::NotNamed("/part_of"))?;
    if parent.physical_type < new.physical_type {
        Ok(Some(parent.id))
    } else {
        Err(DirectoryError::LocationMisplaced.into())
    }
}

/// What is in a location stays smaller than it is.
fn stays_larger(all: &[Location], known: &Location, new: &NewLocation) -> Result<(), Error> {
    let within = |one: &Location| one.part_of == Some(known.id);
    let larger = |one: &Location| one.physical_type > new.physical_type;
    if all.iter().filter(|one| within(one)).all(larger) {
        Ok(())
    } else {
        Err(DirectoryError::LocationMisplaced.into())
    }
}
