//! Every statement of applications.

pub(crate) mod applicants;
pub(crate) mod applications;
pub(crate) mod desk;
pub(crate) mod events;
pub(crate) mod filings;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}
