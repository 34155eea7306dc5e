//! Every statement of marriage registration.

pub(crate) mod annulments;
pub(crate) mod cases;
pub(crate) mod corrections;
pub(crate) mod divorces;
pub(crate) mod engagements;
pub(crate) mod events;
pub(crate) mod invitations;
pub(crate) mod parties;
pub(crate) mod statements;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}
