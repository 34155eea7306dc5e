//! What can go wrong with listings.

use citygate_kernel::{Problem, ProblemType};
use citygate_platform::{
    db::{DbError, TxError},
    problems,
};

use crate::file::FileFault;
pub use crate::rules::state::WrongState;

/// A fact, or the database's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such listing, or nothing of it is public.
    #[error("there is no such listing")]
    Unknown,
    /// It cannot be used today: suspended, retired, not yet or no more in effect.
    #[error("the listing is not in force")]
    NotInForce,
    /// There is no such version, or it is not public.
    #[error("the listing has no such version")]
    VersionUnknown,
    /// Who has written a version does not review it.
    #[error("a version is reviewed by somebody else than its author")]
    OwnVersion,
    /// A version that was written later is public already.
    #[error("a version that was written later is published already")]
    VersionOvertaken,
    /// The last day of a version is over before it is published.
    #[error("effective_to is over")]
    PeriodOver,
    /// Something cannot happen to it as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongState),
    /// What is wrong with a file.
    #[error("the file has faults")]
    Faulty(Vec<FileFault>),
    /// The catalogue has no such item.
    #[error("the catalogue has no such item")]
    ItemUnknown,
    /// There is no such item to be shown.
    #[error("there is no such item")]
    ItemNotFound,
    /// There is no such type of items.
    #[error("the catalogue has no type {0}")]
    TypeUnknown(String),
    /// What somebody says of themselves is not what a listing asks: pointers, and what is expected.
    #[error("what is said is not what is asked")]
    FactsUnsuitable(Vec<(String, String)>),
    /// Two listings are not of one item.
    #[error("the listings are not of one item")]
    ItemsDiffer,
    /// Nobody is told what holds on that day.
    #[error("the day is not within a year from today")]
    DayOutOfRange,
    /// A listing keeps the engine by which it was published first.
    #[error("a listing keeps its engine")]
    EngineDiffers,
    /// A row holds what this program cannot read.
    #[error("a row is damaged: {0}")]
    Damaged(&'static str),
    /// The catalogue's facts.
    #[error(transparent)]
    Catalogue(#[from] citygate_catalogue::Error),
    /// Identity's facts.
    #[error(transparent)]
    Identity(#[from] citygate_identity::Error),
    /// What usage is told.
    #[error(transparent)]
    Usage(#[from] citygate_usage::Error),
    /// The database's trouble.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl TxError for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            Self::Catalogue(error) => error.as_db(),
            Self::Identity(error) => error.as_db(),
            Self::Usage(error) => error.as_db(),
            Self::Unknown
            | Self::NotInForce
            | Self::VersionUnknown
            | Self::OwnVersion
            | Self::VersionOvertaken
            | Self::PeriodOver
            | Self::WrongState(_)
            | Self::Faulty(_)
            | Self::ItemUnknown
            | Self::ItemNotFound
            | Self::TypeUnknown(_)
            | Self::EngineDiffers
            | Self::FactsUnsuitable(_)
            | Self::ItemsDiffer
            | Self::DayOutOfRange
            | Self::Damaged(_) => None,
        }
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &UNKNOWN,
    &NOT_IN_FORCE,
    &VERSION_UNKNOWN,
    &OWN_VERSION,
    &VERSION_OVERTAKEN,
    &PERIOD_OVER,
    &WRONG_STATE,
    &FILE_FAULTY,
    &ITEM_UNKNOWN,
    &ITEM_NOT_FOUND,
    &TYPE_UNKNOWN,
    &ENGINE_DIFFERS,
    &FACTS_UNSUITABLE,
    &ITEMS_DIFFER,
    &DAY_OUT_OF_RANGE,
];

const UNKNOWN: ProblemType =
    ProblemType::new("listings.unknown", 404, "There is no such listing", "服务事项不存在");
const NOT_IN_FORCE: ProblemType = ProblemType::new(
    "listings.not_in_force",
    409,
    "The listing cannot be used today",
    "该服务事项目前未开放办理",
);
const VERSION_UNKNOWN: ProblemType = ProblemType::new(
    "listings.version_unknown",
    404,
    "The listing has no such version",
    "该服务事项没有此版本",
);
const OWN_VERSION: ProblemType = ProblemType::new(
    "listings.own_version",
    409,
    "Somebody else has to review what you have written",
    "本人提交的版本须由他人审核",
);
const VERSION_OVERTAKEN: ProblemType = ProblemType::new(
    "listings.version_overtaken",
    409,
    "A version that was written later is published already",
    "已发布更新的版本，不能再发布较早提交的版本",
);
const PERIOD_OVER: ProblemType = ProblemType::new(
    "listings.period_over",
    422,
    "The last day on which the version would be in force is over",
    "该版本的有效期已经届满",
);
const WRONG_STATE: ProblemType = ProblemType::new(
    "listings.wrong_state",
    409,
    "That cannot be done as the listing or the version stands",
    "服务事项或者版本的当前状态不允许此操作",
);
const FILE_FAULTY: ProblemType = ProblemType::new(
    "listings.file_faulty",
    422,
    "Something is wrong with the file",
    "服务事项文件有误",
);
const ITEM_NOT_FOUND: ProblemType =
    ProblemType::new("listings.item_not_found", 404, "There is no such item", "事项不存在");
const TYPE_UNKNOWN: ProblemType = ProblemType::new(
    "listings.type_unknown",
    422,
    "The catalogue has no such type",
    "事项目录中没有该类型",
);
const ITEM_UNKNOWN: ProblemType = ProblemType::new(
    "listings.item_unknown",
    422,
    "The catalogue has no such item",
    "事项目录中没有该事项",
);
const FACTS_UNSUITABLE: ProblemType = ProblemType::new(
    "listings.facts_unsuitable",
    422,
    "What was said is not what the listing asks",
    "所填内容与服务事项所询问的不符",
);
const ITEMS_DIFFER: ProblemType = ProblemType::new(
    "listings.items_differ",
    422,
    "Only listings of one item can be compared",
    "只能比较同一事项的服务",
);
const DAY_OUT_OF_RANGE: ProblemType = ProblemType::new(
    "listings.day_out_of_range",
    422,
    "The day is to be from today to a year from now",
    "日期应当在今日起一年之内",
);
const ENGINE_DIFFERS: ProblemType = ProblemType::new(
    "listings.engine_differs",
    422,
    "A listing keeps working in the way in which it was published first",
    "已发布的服务事项不能更换办理方式",
);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unknown => Self::new(&UNKNOWN),
            Error::NotInForce => Self::new(&NOT_IN_FORCE),
            Error::VersionUnknown => Self::new(&VERSION_UNKNOWN),
            Error::OwnVersion => Self::new(&OWN_VERSION),
            Error::VersionOvertaken => Self::new(&VERSION_OVERTAKEN),
            Error::PeriodOver => Self::new(&PERIOD_OVER),
            Error::WrongState(wrong) => Self::new(&WRONG_STATE).detail(wrong.to_string()),
            Error::Faulty(faults) => {
                let faulty = Self::new(&FILE_FAULTY);
                let add =
                    |problem: Self, fault: FileFault| problem.field("/file", fault.to_string());
                faults.into_iter().fold(faulty, add)
            }
            Error::ItemNotFound => Self::new(&ITEM_NOT_FOUND),
            Error::TypeUnknown(_) => Self::new(&TYPE_UNKNOWN).detail(error.to_string()),
            Error::ItemUnknown => {
                let expected = "an item of the catalogue is expected";
                Self::new(&ITEM_UNKNOWN).field("/file", format!("item: {expected}"))
            }
            Error::FactsUnsuitable(faults) => {
                let problem = Self::new(&FACTS_UNSUITABLE);
                let add = |problem: Self, (pointer, expected): (String, String)| {
                    problem.field(pointer, expected)
                };
                faults.into_iter().fold(problem, add)
            }
            Error::ItemsDiffer => Self::new(&ITEMS_DIFFER),
            Error::DayOutOfRange => Self::new(&DAY_OUT_OF_RANGE),
            Error::EngineDiffers => {
                let expected = "the engine of the published versions is expected";
                Self::new(&ENGINE_DIFFERS).field("/file", expected)
            }
            Error::Catalogue(error) => error.into(),
            Error::Identity(error) => error.into(),
            Error::Usage(error) => error.into(),
            Error::Damaged(_) => Self::new(&problems::INTERNAL).cause(error),
            Error::Db(error) => error.into(),
        }
    }
}
