//! Every statement of listings.

pub(crate) mod events;
pub(crate) mod items;
pub(crate) mod listings;
pub(crate) mod search;
pub(crate) mod versions;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}
