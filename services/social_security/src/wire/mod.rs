//! Bodies of social security.

mod order;
mod pension;
mod record;

pub(crate) use order::{OrderBody, PaidOrderBody, PostOrderBody, TermsBody};
pub(crate) use pension::ForecastBody;
pub(crate) use record::{AgenciesBody, GapsBody, MonthsBody, RecordBody, chart};
