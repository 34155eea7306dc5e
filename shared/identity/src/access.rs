//! Accesses to personal data: who reads or writes it, what for, and what permits it. The person
//! reads the ledger of them in plain words.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Id, Kind, Text};
use citygate_platform::Cx;
use uuid::Uuid;

use crate::{
    documents::ResidentIdNumber,
    model::{AccountId, ClientId, StaffId},
};

/// Prefix of identifiers of entries in the ledger of accesses.
pub enum AccessKind {}
impl Kind for AccessKind {
    const PREFIX: &'static str = "accs";
}
/// Identifies an entry in the ledger of accesses.
pub type AccessId = Id<AccessKind>;

/// Who reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accessor {
    pub(crate) kind: AccessorKind,
    pub(crate) id: Option<Uuid>,
    pub(crate) city: CityCode,
    pub(crate) agency: Option<Uuid>,
}

/// What kind of accessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessorKind {
    Person,
    System,
    Staff,
    City,
}

impl Accessor {
    /// A system of an agency.
    pub fn system(client: ClientId, agency: AgencyId) -> Self {
        let (kind, id) = (AccessorKind::System, Some(client.uuid()));
        Self { kind, id, city: agency.city(), agency: Some(agency.uuid()) }
    }

    /// Somebody who acts for an agency.
    pub fn staff(staff: StaffId, agency: AgencyId) -> Self {
        let (kind, id) = (AccessorKind::Staff, Some(staff.uuid()));
        Self { kind, id, city: agency.city(), agency: Some(agency.uuid()) }
    }

    /// The person, through the own account.
    pub fn person(account: AccountId, city: CityCode) -> Self {
        Self { kind: AccessorKind::Person, id: Some(account.uuid()), city, agency: None }
    }

    /// The city itself, when it prepares or carries out something without being asked.
    pub fn city(city: CityCode) -> Self {
        Self { kind: AccessorKind::City, id: None, city, agency: None }
    }
}

impl AccessorKind {
    /// As a table stores it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::System => "system",
            Self::Staff => "staff",
            Self::City => "city",
        }
    }
}

/// What data is used for and what permits it: codes of `identity.access_purposes` and
/// `identity.legal_bases`. An access with others is refused by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason<'a> {
    /// What for: `traffic.decision`.
    pub purpose: &'a str,
    /// The statute: `rtsl-107`.
    pub legal_basis: &'a str,
}

/// Why somebody's data is read or written. No function opens or writes it without one, and each
/// makes it an entry that the person can read.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    pub(crate) by: Accessor,
    pub(crate) reason: Reason<'a>,
    pub(crate) request_id: &'a str,
}

impl<'a> Access<'a> {
    /// An access in the context of its request or job.
    pub fn new(cx: &'a Cx, by: Accessor, reason: Reason<'a>) -> Self {
        Self { by, reason, request_id: &cx.request_id }
    }
}

/// Somebody as another names them.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// By which number.
    pub id_number: &'a ResidentIdNumber,
    /// By which name, if any; kept when nobody has named the person before.
    pub name: Option<&'a str>,
    /// In which case of theirs.
    pub case: Option<&'a str>,
}

/// What is done with somebody's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Somebody else named them by their number.
    Named,
    /// Somebody else looked for them and saw the masks.
    LookedUp,
    /// They have business with somebody else, who was shown whom it is with.
    Shown,
    /// They signed in to somebody else, and that one was told who they are.
    Told,
    /// They gave it themselves.
    Given,
    /// They read it themselves, with nothing hidden.
    Read,
    /// Somebody else read what they had written.
    StatementRead,
    /// A hospital recorded what an examination had found.
    ResultFiled,
    /// Somebody, or they themselves, read what an examination had found.
    ResultRead,
}

impl Act {
    pub(crate) const ALL: [Self; 9] = [
        Self::Named,
        Self::LookedUp,
        Self::Shown,
        Self::Told,
        Self::Given,
        Self::Read,
        Self::StatementRead,
        Self::ResultFiled,
        Self::ResultRead,
    ];

    /// As a table stores it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::LookedUp => "looked_up",
            Self::Shown => "shown",
            Self::Told => "told",
            Self::Given => "given",
            Self::Read => "read",
            Self::StatementRead => "statement_read",
            Self::ResultFiled => "result_filed",
            Self::ResultRead => "result_read",
        }
    }

    /// The reverse of [`Act::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }

    /// What was done, to the person.
    pub(crate) fn text(self) -> Text {
        match self {
            Self::Named => Text::new(
                "Recorded something about you, naming you by your identity number",
                "使用您的身份证件号码登记了与您有关的事项",
            ),
            Self::LookedUp => Text::new(
                "Looked you up by your identity number",
                "使用您的身份证件号码查询了您的信息",
            ),
            Self::Shown => Text::new(
                "Was shown your name, partly hidden, because you have business there",
                "因您在该处办理业务，查看了您的姓名（部分隐藏）",
            ),
            Self::Told => Text::new(
                "Was told who you are, because you signed in there and agreed",
                "经您登录并同意，获知了您的身份信息",
            ),
            Self::Given => Text::new("You gave your real name", "您提交了实名信息"),
            Self::Read => Text::new(
                "You looked at your full name and document number",
                "您查看了本人完整姓名和证件号码",
            ),
            Self::StatementRead => {
                Text::new("Read what you had written to it", "查看了您向其提交的陈述")
            }
            Self::ResultFiled => Text::new(
                "Recorded the result of an examination of yours",
                "登记了您的检查检验结果",
            ),
            Self::ResultRead => {
                Text::new("A result of an examination of yours was read", "查看了您的检查检验结果")
            }
        }
    }

    /// The class of the data: its code, and what it is to the person.
    pub(crate) fn data(self) -> (&'static str, Text) {
        match self {
            Self::Named | Self::Given | Self::Read => {
                ("real_name", Text::new("Name and identity number", "姓名和身份证件号码"))
            }
            Self::Told => (
                "profile",
                Text::new("Name, partly hidden, and address", "姓名（部分隐藏）和电子邮箱"),
            ),
            Self::Shown => ("name_masked", Text::new("Name, partly hidden", "姓名（部分隐藏）")),
            Self::LookedUp => (
                "real_name_masked",
                Text::new(
                    "Name and identity number, partly hidden",
                    "姓名和身份证件号码（部分隐藏）",
                ),
            ),
            Self::StatementRead => ("statement", Text::new("What you wrote", "您提交的陈述")),
            Self::ResultFiled | Self::ResultRead => {
                ("health_result", Text::new("Result of an examination", "检查检验结果"))
            }
        }
    }
}

/// A code, and what it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Coded {
    pub code: String,
    pub text: Text,
}

/// An entry as the person reads it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub id: AccessId,
    pub accessed_at: DateTime<Utc>,
    pub accessor: String,
    /// The agency of the accessor, and what its people call the system.
    pub agency: Option<(CityCode, Uuid, Text)>,
    pub system: Option<String>,
    pub act: Act,
    pub purpose: Coded,
    pub legal_basis: Coded,
    pub case: Option<String>,
    pub request_id: String,
}
