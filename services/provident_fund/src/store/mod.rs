//! Every statement of the provident fund.

pub(crate) mod accounts;
pub(crate) mod batches;
pub(crate) mod dispute;
pub(crate) mod employers;
pub(crate) mod interest;
pub(crate) mod loans;
pub(crate) mod postings;
pub(crate) mod reads;
pub(crate) mod statement;
pub(crate) mod steps;
pub(crate) mod transfer;
pub(crate) mod withdrawal;

use citygate_kernel::CityCode;

use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

/// A rate in basis points as a column holds it.
fn basis_points(rate: i32) -> Result<u16, Error> {
    rate.try_into().map_err(|_| Error::Damaged("rate"))
}
