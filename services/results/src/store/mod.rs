//! Every statement of results.

pub(crate) mod observations;
pub(crate) mod orders;
pub(crate) mod releases;
pub(crate) mod reports;
pub(crate) mod searches;
pub(crate) mod versions;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

fn number(version: i32) -> Result<u32, Error> {
    version.try_into().map_err(|_| Error::Damaged("version"))
}

/// A version's number as a column holds it: beyond all that there are where it does not fit.
fn column_number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
