//! Who pays what of a line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who pays what of a line, in fen. All of it together is the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct LineSplit {
    /// The number of the line in its charge.
    pub n: i16,
    /// What is not in the catalogue; the patient pays it.
    pub out_of_catalogue: i64,
    /// What the patient pays of the B class before anything else is counted.
    pub category_b_self: i64,
    /// What counts towards the deductible of the year; the patient pays it.
    pub deductible_used: i64,
    /// What the pool pays.
    pub pool: i64,
    /// What the fund for large amounts pays.
    pub large_amount: i64,
    /// What medical assistance pays.
    pub assistance: i64,
    /// What is taken from the patient's personal account at the insurer.
    pub account: i64,
    /// What the patient pays besides.
    pub cash: i64,
}

impl LineSplit {
    /// A line that the patient pays alone.
    pub(crate) fn self_paid(n: i16, amount: i64) -> Self {
        Self { n, cash: amount, ..Self::default() }
    }

    /// All parts, in the order in which they stand above.
    pub(crate) fn parts(&self) -> [i64; 8] {
        let Self { n: _, out_of_catalogue, category_b_self, deductible_used, .. } = *self;
        let Self { pool, large_amount, assistance, account, cash, .. } = *self;
        let own = [out_of_catalogue, category_b_self, deductible_used];
        let [a, b, c] = own;
        [a, b, c, pool, large_amount, assistance, account, cash]
    }

    /// All of it together; none where that is more than can be counted.
    pub(crate) fn total(&self) -> Option<i64> {
        self.parts().into_iter().try_fold(0_i64, i64::checked_add)
    }

    /// What the patient pays to the hospital.
    pub(crate) fn own(&self) -> i64 {
        let Self { out_of_catalogue, category_b_self, deductible_used, cash, .. } = *self;
        [category_b_self, deductible_used, cash]
            .into_iter()
            .fold(out_of_catalogue, i64::saturating_add)
    }

    /// What the insurer pays to the hospital.
    pub(crate) fn insured(&self) -> i64 {
        let Self { pool, large_amount, assistance, account, .. } = *self;
        [large_amount, assistance, account].into_iter().fold(pool, i64::saturating_add)
    }
}
