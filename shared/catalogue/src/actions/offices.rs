//! What other crates ask of offices.

use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{Office, OfficeFilter, OfficeId},
    store,
};

/// Lists an office of an agency, or writes what has changed of it.
pub async fn put_office(tx: &mut Tx<'_>, office: &Office) -> Result<(), Error> {
    if office.agency.city() != office.id.city() {
        return Err(Error::AgencyUnknown);
    }
    super::agency(tx, office.agency).await?;
    Ok(store::put_office(tx, office).await?)
}

/// An office, whether it still receives people or not.
pub async fn office(tx: &mut Tx<'_>, id: OfficeId) -> Result<Office, Error> {
    let found = store::offices_by_id(tx, id.city(), &[id.uuid()]).await?.pop();
    found.ok_or(Error::OfficeUnknown)
}

/// Some offices of a city, in the order of their ids. Those that do not exist are absent.
pub async fn offices_by_id(
    tx: &mut Tx<'_>,
    code: CityCode,
    ids: &[Uuid],
) -> Result<Vec<Office>, Error> {
    store::offices_by_id(tx, code, ids).await
}

/// The offices of a city that receive people, those that were added first at the top; 500 at most.
pub async fn offices(tx: &mut Tx<'_>, filter: &OfficeFilter) -> Result<Vec<Office>, Error> {
    city(tx, filter.city).await?;
    store::offices(tx, filter).await
}
