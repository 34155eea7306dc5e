//! Facts of cases.

use citygate_kernel::{Problem, ProblemType, Text};
use citygate_listings::NotTaken;

use crate::rules::state::WrongStanding;

/// Why something cannot be done with a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// There is no such case, or it is somebody else's.
    #[error("there is no such case")]
    Unknown,
    /// It cannot happen to the case as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongStanding),
    /// The listing works in another way.
    #[error("the listing takes no cases")]
    OtherKind,
    /// The listing has no such category.
    #[error("the listing has no such category")]
    CategoryUnknown,
    /// The category is not for that.
    #[error("the category does not take the intent")]
    IntentNotTaken,
    /// Something of that kind is not taken here.
    #[error("it is not taken here: {}", .0.code)]
    NotTaken(Box<NotTaken>),
    /// Too many within a day, or too many in all.
    #[error("too many")]
    TooMany,
    /// The place is not in the city.
    #[error("the district is not one of the city")]
    PlaceElsewhere,
    /// The answer was rated.
    #[error("the answer is rated")]
    RatedAlready,
    /// There is no answer that could be rated, or from which something could begin anew.
    #[error("there is no answer")]
    NotAnswered,
    /// It was opened again as often as the listing allows.
    #[error("it was reopened too often")]
    ReopenedTooOften,
    /// It has been closed for longer than the listing allows.
    #[error("it is too late to reopen it")]
    TooLateToReopen,
    /// Nobody acts in a case of their own.
    #[error("it is the clerk's own case")]
    OwnCase,
    /// Nobody decides what they have disputed.
    #[error("it is the clerk's own dispute")]
    OwnDispute,
    /// The listing has no such desk.
    #[error("the listing has no such desk")]
    DeskUnknown,
    /// The desk has had the case for too long.
    #[error("it is too late to dispute it")]
    TooLateToDispute,
    /// A reply is extended once.
    #[error("it is extended already")]
    ExtendedAlready,
    /// What is late is not extended.
    #[error("it is too late to extend it")]
    TooLateToExtend,
    /// The case cannot be the parent of that one.
    #[error("it cannot be linked to that case")]
    ParentUnsound,
}

pub(super) const CASE_UNKNOWN: ProblemType =
    ProblemType::new("cases.case_unknown", 404, "There is no such case", "诉求事项不存在");
pub(super) const WRONG_STATE: ProblemType = ProblemType::new(
    "cases.wrong_state",
    409,
    "That cannot be done with the case as it stands",
    "诉求事项当前状态不允许此操作",
);
pub(super) const OTHER_KIND: ProblemType = ProblemType::new(
    "cases.other_kind",
    409,
    "The listing does not take questions, complaints or suggestions",
    "该服务事项不受理咨询、投诉或建议",
);
pub(super) const CATEGORY_UNKNOWN: ProblemType = ProblemType::new(
    "cases.category_unknown",
    422,
    "The listing has no such category",
    "该服务事项没有此诉求类别",
);
pub(super) const INTENT_NOT_TAKEN: ProblemType = ProblemType::new(
    "cases.intent_not_taken",
    422,
    "The category is not for what you want of it",
    "该类别不受理此种诉求",
);
pub(super) const NOT_TAKEN: ProblemType = ProblemType::new(
    "cases.not_taken",
    422,
    "That is not taken here; nothing was stored",
    "该事项不属于受理范围，内容未被保存",
);
pub(super) const TOO_MANY: ProblemType =
    ProblemType::new("cases.too_many", 409, "That is too many", "数量超过限制");
pub(super) const PLACE_ELSEWHERE: ProblemType = ProblemType::new(
    "cases.place_elsewhere",
    422,
    "The district is not one of the city",
    "所填区县不属于该城市",
);
pub(super) const RATED_ALREADY: ProblemType =
    ProblemType::new("cases.rated_already", 409, "The answer was rated already", "该答复已评价");
pub(super) const NOT_ANSWERED: ProblemType = ProblemType::new(
    "cases.not_answered",
    409,
    "There is no answer of the agency",
    "该事项没有承办单位的答复",
);
pub(super) const REOPENED_TOO_OFTEN: ProblemType = ProblemType::new(
    "cases.reopened_too_often",
    409,
    "The case was opened again as often as it can be",
    "该事项重新办理次数已达上限",
);
pub(super) const TOO_LATE_TO_REOPEN: ProblemType = ProblemType::new(
    "cases.too_late_to_reopen",
    409,
    "The case has been closed for too long",
    "已超过申请重新办理的期限",
);
pub(super) const OWN_CASE: ProblemType = ProblemType::new(
    "cases.own_case",
    409,
    "Somebody else has to look after a case of your own",
    "须由其他工作人员办理您本人的诉求",
);
pub(super) const OWN_DISPUTE: ProblemType = ProblemType::new(
    "cases.own_dispute",
    409,
    "Somebody else has to decide what you have disputed",
    "须由其他工作人员审核您提出的派单争议",
);
pub(super) const DESK_UNKNOWN: ProblemType = ProblemType::new(
    "cases.desk_unknown",
    422,
    "The listing has no such desk, or the case is there already",
    "该服务事项没有此承办岗位，或者事项已在该岗位",
);
pub(super) const TOO_LATE_TO_DISPUTE: ProblemType = ProblemType::new(
    "cases.too_late_to_dispute",
    409,
    "The desk has had the case for too long to dispute it",
    "已超过提出派单争议的期限",
);
pub(super) const EXTENDED_ALREADY: ProblemType = ProblemType::new(
    "cases.extended_already",
    409,
    "The time of the reply was extended already",
    "办理期限已延长过一次",
);
pub(super) const TOO_LATE_TO_EXTEND: ProblemType = ProblemType::new(
    "cases.too_late_to_extend",
    409,
    "The time of the reply is over and cannot be extended",
    "办理期限已届满，不能延长",
);
pub(super) const PARENT_UNSOUND: ProblemType = ProblemType::new(
    "cases.parent_unsound",
    422,
    "The case cannot be linked to that one",
    "不能与该事项合并办理",
);

/// A text in both languages: who answers for it may read either.
fn both(text: &Text) -> String {
    format!("{} / {}", text.zh, text.en)
}

impl From<CaseError> for Problem {
    fn from(fact: CaseError) -> Self {
        match fact {
            CaseError::Unknown => Self::new(&CASE_UNKNOWN),
            CaseError::WrongState(_) => Self::new(&WRONG_STATE),
            CaseError::OtherKind => Self::new(&OTHER_KIND),
            CaseError::CategoryUnknown => {
                Self::new(&CATEGORY_UNKNOWN).field("/category", "a category of the listing")
            }
            CaseError::IntentNotTaken => {
                Self::new(&INTENT_NOT_TAKEN).field("/intent", "an intent of the category")
            }
            CaseError::NotTaken(entry) => {
                let (name, instead) = (both(&entry.name), both(&entry.instead));
                let citation = both(&entry.citation.title);
                Self::new(&NOT_TAKEN)
                    .detail(format!("{name}: {instead} ({citation})"))
                    .field("/text", format!("it says that it is about `{}`", entry.code))
            }
            CaseError::TooMany => Self::new(&TOO_MANY),
            CaseError::PlaceElsewhere => {
                Self::new(&PLACE_ELSEWHERE).field("/place/district", "a division of the city")
            }
            CaseError::RatedAlready => Self::new(&RATED_ALREADY),
            CaseError::NotAnswered => Self::new(&NOT_ANSWERED),
            CaseError::ReopenedTooOften => Self::new(&REOPENED_TOO_OFTEN),
            CaseError::TooLateToReopen => Self::new(&TOO_LATE_TO_REOPEN),
            CaseError::OwnCase => Self::new(&OWN_CASE),
            CaseError::OwnDispute => Self::new(&OWN_DISPUTE),
            CaseError::DeskUnknown => {
                Self::new(&DESK_UNKNOWN).field("/desk", "another desk of the listing's categories")
            }
            CaseError::TooLateToDispute => Self::new(&TOO_LATE_TO_DISPUTE),
            CaseError::ExtendedAlready => Self::new(&EXTENDED_ALREADY),
            CaseError::TooLateToExtend => Self::new(&TOO_LATE_TO_EXTEND),
            CaseError::ParentUnsound => Self::new(&PARENT_UNSOUND).field(
                "/parent_id",
                "a case of the agency that is open and linked to none, for one to which none is",
            ),
        }
    }
}
