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
    /// A withdrawal from the housing provident fund; the object is the account, and the amount what is
    /// withdrawn.
    #[serde(rename = "provident_fund.apply")]
    ProvidentFundApply,
    /// What is known of one's social security.
    #[serde(rename = "social_security.read")]
    SocialSecurityRead,
    /// A statement in the case of a marriage; the object is the case.
    #[serde(rename = "marriage.sign")]
    MarriageSign,
    /// What a listed service has about oneself; the object is the listing.
    #[serde(rename = "listed.read")]
    ListedRead,
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
    pub const ALL: [Self; 8] = [
        Self::IdentityRead,
        Self::ProvidentFundRead,
        Self::HealthResultRead,
        Self::ProvidentFundApply,
        Self::SocialSecurityRead,
        Self::MarriageSign,
        Self::ListedRead,
        Self::PaymentConfirm,
    ];

    /// As on the wire and in the tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::IdentityRead => "identity.read",
            Self::ProvidentFundRead => "provident_fund.read",
            Self::HealthResultRead => "health_result.read",
            Self::ProvidentFundApply => "provident_fund.apply",
            Self::SocialSecurityRead => "social_security.read",
            Self::MarriageSign => "marriage.sign",
            Self::ListedRead => "listed.read",
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
            Self::ProvidentFundApply => {
                Text::new("withdraw from the housing provident fund", "提取住房公积金")
            }
            Self::SocialSecurityRead => {
                Text::new("show your contributions to social security", "查询社会保险缴费信息")
            }
            Self::MarriageSign => {
                Text::new("sign a statement for the registration of marriage", "签署婚姻登记声明")
            }
            Self::ListedRead => {
                Text::new("show what a register has about you", "查询本人的登记信息或应缴费用")
            }
            Self::PaymentConfirm => Text::new("confirm a payment", "确认支付"),
        }
    }

    pub(crate) fn bound(self) -> Bound {
        match self {
            Self::IdentityRead | Self::ProvidentFundRead | Self::SocialSecurityRead => Bound::Whole,
            Self::HealthResultRead | Self::MarriageSign | Self::ListedRead => Bound::Object,
            Self::ProvidentFundApply | Self::PaymentConfirm => Bound::ObjectAndAmount,
        }
    }
}
