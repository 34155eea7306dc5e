//! What somebody has to be, to say, to show and to pay.

use citygate_kernel::{Currency, Money, Text, words};
use serde::{Deserialize, Serialize};

use super::{Citation, Code, Condition};

words! {
    /// Where a service can be used.
    ChannelKind {
        /// The app.
        App = "app" ("App", "手机应用"),
        /// A mini-programme of another app.
        MiniProgramme = "mini_programme" ("Mini-programme", "小程序"),
        /// A page.
        Web = "web" ("Website", "网站"),
        /// A machine in a hall. Offline: it takes cash and documents.
        Kiosk = "kiosk" ("Kiosk", "自助终端"),
        /// A counter.
        Counter = "counter" ("Counter", "窗口"),
        /// A telephone.
        Phone = "phone" ("Telephone", "电话"),
        /// A letter.
        Post = "post" ("Post", "邮寄"),
    }
}

impl ChannelKind {
    /// Whether somebody without a telephone of their own can use it.
    pub fn is_offline(self) -> bool {
        matches!(self, Self::Kiosk | Self::Counter | Self::Post)
    }
}

/// Where a service can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// What it is.
    pub kind: ChannelKind,
    /// What has to be known of it: an address, hours, a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// What somebody is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Conditions call it `fact.CODE`.
    pub code: Code,
    /// The question.
    pub question: Text,
    /// What an answer is.
    pub kind: FactKind,
    /// Of a choice: what can be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<FactChoice>,
}

words! {
    /// What an answer is.
    FactKind {
        /// Yes or no.
        Boolean = "boolean",
        /// A whole number.
        Integer = "integer",
        /// A day.
        Date = "date",
        /// One of the choices.
        Choice = "choice",
    }
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactChoice {
    /// Conditions compare with it.
    pub code: Code,
    /// What people read.
    pub name: Text,
}

/// A condition on who may use a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// What the condition is called by.
    pub code: Code,
    /// What has to hold.
    pub when: Condition,
    /// What somebody reads of whom it does not.
    pub otherwise: Text,
    /// By which law.
    pub citation: Citation,
    /// Whether somebody is told that it is this one. Where the law forbids it, they are referred to a
    /// counter, and the public listing does not show the condition.
    #[serde(default = "yes")]
    pub disclosed: bool,
}

fn yes() -> bool {
    true
}

words! {
    /// Where a document comes from.
    DocumentSource {
        /// The citizen brings it.
        Citizen = "citizen" ("You bring it", "申请人提供"),
        /// A register has it: nobody is asked for it.
        Register = "register" ("A register has it", "数据共享获取，无需提交"),
    }
}

/// What has to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentNeeded {
    /// What it is called by.
    pub code: Code,
    /// What people call it.
    pub name: Text,
    /// Where it comes from.
    pub source: DocumentSource,
    /// Only if that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// What it is called by.
    pub code: Code,
    /// What people call it.
    pub name: Text,
    /// In fen.
    pub amount_minor: i64,
    /// Only if that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// By which law or price list.
    pub citation: Citation,
}

impl Fee {
    /// In the currency in which fees are set.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_minor, Currency::Cny)
    }
}
