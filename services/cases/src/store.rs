//! Every statement of cases.

pub(crate) mod answers;
pub(crate) mod cases;
pub(crate) mod events;
pub(crate) mod figures;
pub(crate) mod followers;
pub(crate) mod lists;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}
