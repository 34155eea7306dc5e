//! Fresh proofs of who somebody is (RFC 9470).

use citygate_kernel::{Id, Kind, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Prefix of step-up identifiers.
pub enum StepUpKind {}
impl Kind for StepUpKind {
    const PREFIX: &'static str = "stup";
}
/// Identifies a fresh proof.
pub(crate) type StepUpId = Id<StepUpKind>;

/// What a citizen has to prove themselves anew for. What is not in this list cannot ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum StepUpPurpose {
    /// Name and document, not masked.
    #[serde(rename = "identity.read")]
    IdentityRead,
    /// The balance of the housing provident fund.
    #[serde(rename = "provident_fund.read")]
    ProvidentFundRead,
    /// One result of an examination; the object is its identifier.
    #[serde(rename = "health_result.read")]
    HealthResultRead,
    /// One payment; the object is the bill, and the amount what is paid.
    #[serde(rename = "payment.confirm")]
    PaymentConfirm,
}

/// How closely a purpose binds its proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// There is one such thing in an account.
    Whole,
    /// To one thing.
    Object,
    /// To one thing and an amount.
    ObjectAndAmount,
}

impl StepUpPurpose {
    /// Every one of them.
    pub const ALL: [Self; 4] =
        [Self::IdentityRead, Self::ProvidentFundRead, Self::HealthResultRead, Self::PaymentConfirm];

    /// As on the wire and in the tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::IdentityRead => "identity.read",
            Self::ProvidentFundRead => "provident_fund.read",
            Self::HealthResultRead => "health_result.read",
            Self::PaymentConfirm => "payment.confirm",
        }
    }

    /// What the citizen is told that the code is for, to go after "to" and 用于.
    pub fn text(self) -> Text {
        match self {
            Self::IdentityRead => {
                Text::new("show your full name and document number", "查看本人完整姓名和证件号码")
            }
            Self::ProvidentFundRead => {
                Text::new("show your housing provident fund balance", "查询住房公积金余额")
            }
            Self::HealthResultRead => {
                Text::new("show a result of an examination", "查看检查检验结果")
            }
            Self::PaymentConfirm => Text::new("confirm a payment", "确认支付"),
        }
    }

    pub(crate) fn bound(self) -> Bound {
        match self {
            Self::IdentityRead | Self::ProvidentFundRead => Bound::Whole,
            Self::HealthResultRead => Bound::Object,
            Self::PaymentConfirm => Bound::ObjectAndAmount,
        }
    }
}
