//! Money that a patient sets aside.

use serde::Deserialize;

/// The rule about deposits.
pub(crate) const DEPOSIT: &str = "hospital.deposit";

/// How much may be set aside, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepositRule {
    /// In fen.
    pub max_minor: i64,
    /// After so many days it is released by itself.
    pub days: u16,
}
