//! Every statement of the gateway.

mod bills;
mod deposits;
mod payments;
mod refunds;
mod shares;
mod top_ups;

use citygate_kernel::{CityCode, Money};

pub(crate) use self::{bills::*, deposits::*, payments::*, refunds::*, shares::*, top_ups::*};
use crate::error::Error;

fn city(number: i32) -> Result<CityCode, Error> {
    number.try_into().map_err(|_| Error::Damaged("city"))
}

fn money(minor: i64, currency: &str) -> Result<Money, Error> {
    Ok(Money::new(minor, currency.parse().map_err(|_| Error::Damaged("currency"))?))
}
