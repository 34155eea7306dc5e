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

/// What kind of record about somebody a service keeps. Who files one, or opens it, notes that it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// What an examination found.
    HealthResult,
    /// An account of the housing provident fund, and what becomes of it.
    ProvidentFund,
    /// Contributions to social security.
    SocialSecurity,
    /// A marriage, or its end.
    Marriage,
    /// A certificate.
    Certificate,
    /// What a listed service has about somebody.
    Listed,
    /// What somebody applies for.
    Application,
    /// What somebody asked, reported or suggested.
    Case,
}

impl Record {
    pub(crate) const ALL: [Self; 8] = [
        Self::HealthResult,
        Self::ProvidentFund,
        Self::SocialSecurity,
        Self::Marriage,
        Self::Certificate,
        Self::Listed,
        Self::Application,
        Self::Case,
    ];

    /// The class of the data: its code, and what it is to the person.
    fn data(self) -> (&'static str, Text) {
        match self {
            Self::HealthResult => {
                ("health_result", Text::new("Result of an examination", "检查检验结果"))
            }
            Self::ProvidentFund => {
                ("provident_fund", Text::new("Housing provident fund", "住房公积金信息"))
            }
            Self::SocialSecurity => (
                "social_security",
                Text::new("Contributions to social security", "社会保险缴费信息"),
            ),
            Self::Marriage => ("marriage", Text::new("Marriage registration", "婚姻登记信息")),
            Self::Certificate => ("certificate", Text::new("Certificate", "证明文件")),
            Self::Listed => ("listed", Text::new("Record of a listed service", "政务服务登记信息")),
            Self::Application => ("application", Text::new("Application", "申请材料")),
            Self::Case => ("case", Text::new("Question, complaint or suggestion", "反映的诉求")),
        }
    }

    fn filed(self) -> (&'static str, Text) {
        match self {
            Self::HealthResult => (
                "result_filed",
                Text::new(
                    "Recorded the result of an examination of yours",
                    "登记了您的检查检验结果",
                ),
            ),
            Self::ProvidentFund => (
                "provident_fund_filed",
                Text::new(
                    "Recorded something about your housing provident fund",
                    "登记了您的住房公积金信息",
                ),
            ),
            Self::SocialSecurity => (
                "social_security_filed",
                Text::new(
                    "Recorded something about your contributions to social security",
                    "登记了您的社会保险缴费信息",
                ),
            ),
            Self::Marriage => (
                "marriage_filed",
                Text::new(
                    "Recorded something about the registration of your marriage",
                    "登记了您的婚姻登记信息",
                ),
            ),
            Self::Certificate => (
                "certificate_filed",
                Text::new("Issued or changed a certificate of yours", "签发或变更了您的证明文件"),
            ),
            Self::Listed => (
                "listed_filed",
                Text::new(
                    "Recorded something about you for a listed service",
                    "登记了您的政务服务信息",
                ),
            ),
            Self::Application => (
                "application_filed",
                Text::new(
                    "Recorded something about an application of yours",
                    "登记了您的申请办理情况",
                ),
            ),
            Self::Case => (
                "case_filed",
                Text::new(
                    "Recorded something about what you asked, reported or suggested",
                    "登记了您反映诉求的办理情况",
                ),
            ),
        }
    }

    fn read(self) -> (&'static str, Text) {
        match self {
            Self::HealthResult => (
                "result_read",
                Text::new("A result of an examination of yours was read", "查看了您的检查检验结果"),
            ),
            Self::ProvidentFund => (
                "provident_fund_read",
                Text::new("Your housing provident fund was read", "查看了您的住房公积金信息"),
            ),
            Self::SocialSecurity => (
                "social_security_read",
                Text::new(
                    "Your contributions to social security were read",
                    "查看了您的社会保险缴费信息",
                ),
            ),
            Self::Marriage => (
                "marriage_read",
                Text::new("The registration of your marriage was read", "查看了您的婚姻登记信息"),
            ),
            Self::Certificate => (
                "certificate_read",
                Text::new("A certificate of yours was read", "查看了您的证明文件"),
            ),
            Self::Listed => (
                "listed_read",
                Text::new(
                    "What a listed service has about you was read",
                    "查看了您的政务服务登记信息",
                ),
            ),
            Self::Application => (
                "application_read",
                Text::new("An application of yours was read", "查看了您的申请材料"),
            ),
            Self::Case => (
                "case_read",
                Text::new("What you asked, reported or suggested was read", "查看了您反映的诉求"),
            ),
        }
    }
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
    /// Somebody else was given their full name and number, for a register or a certificate.
    Disclosed,
    /// Somebody recorded something about them.
    Filed(Record),
    /// Somebody, or they themselves, read what is recorded about them.
    RecordRead(Record),
}

impl Act {
    const PLAIN: [Self; 8] = [
        Self::Named,
        Self::LookedUp,
        Self::Shown,
        Self::Told,
        Self::Given,
        Self::Read,
        Self::StatementRead,
        Self::Disclosed,
    ];

    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let of_records = Record::ALL
            .into_iter()
            .flat_map(|record| [Self::Filed(record), Self::RecordRead(record)]);
        Self::PLAIN.into_iter().chain(of_records)
    }

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
            Self::Disclosed => "disclosed",
            Self::Filed(record) => record.filed().0,
            Self::RecordRead(record) => record.read().0,
        }
    }

    /// The reverse of [`Act::code`].
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|act| act.code() == code)
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
            Self::Disclosed => Text::new(
                "Was given your full name and identity number",
                "获知了您的完整姓名和证件号码",
            ),
            Self::Filed(record) => record.filed().1,
            Self::RecordRead(record) => record.read().1,
        }
    }

    /// The class of the data: its code, and what it is to the person.
    pub(crate) fn data(self) -> (&'static str, Text) {
        match self {
            Self::Named | Self::Given | Self::Read | Self::Disclosed => {
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
            Self::Filed(record) | Self::RecordRead(record) => record.data(),
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
