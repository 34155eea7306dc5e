//! Bodies of deposits.

use chrono::{DateTime, Utc};
use citygate_kernel::Money;
use citygate_payments::{Deposit, DepositId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::charge_input::{Price, price_schema};

/// Money to be set aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDeposit, example = json!({
    "amount": {"amount_minor": 20000, "currency": "CNY"},
}))]
pub(crate) struct NewDepositBody {
    #[schema(schema_with = price_schema)]
    amount: Price,
}

impl NewDepositBody {
    pub(crate) fn amount(&self) -> Money {
        self.amount.money()
    }
}

/// Money that a patient has set aside for a visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deposit)]
pub(crate) struct DepositBody {
    id: DepositId,
    /// What was set aside.
    put_down: Money,
    /// What still is; zero once it has ended.
    held: Money,
    /// What charges were paid with it.
    used: Money,
    /// When what is left of it is released by itself.
    ends_at: DateTime<Utc>,
}

impl From<Deposit> for DepositBody {
    fn from(deposit: Deposit) -> Self {
        Self {
            id: deposit.id,
            put_down: deposit.put,
            held: deposit.held,
            used: deposit.used,
            ends_at: deposit.ends_at,
        }
    }
}
