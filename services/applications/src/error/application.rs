//! Facts of applications.

use citygate_kernel::{Problem, ProblemType, Text};
use citygate_listings::FieldFault;

use crate::rules::{lodging::Hindrance, state::WrongState};

/// Why something cannot be done with an application.
#[derive(Debug, thiserror::Error)]
pub enum ApplicationError {
    /// There is no such application, or it is somebody else's.
    #[error("there is no such application")]
    Unknown,
    /// The listing is not one of something that is applied for here.
    #[error("the listing works in another way")]
    OtherKind,
    /// The form is not as the listing wants it.
    #[error("the form has faults")]
    FormFaulty(Faults),
    /// The conditions of the listing are in the way.
    #[error("the listing does not allow it: {0}")]
    Hindered(Hindered),
    /// It does not reach anybody in that way.
    #[error("the listing has no such delivery")]
    DeliveryNotOffered,
    /// The applicant has as many open ones under the listing as somebody may have.
    #[error("too many open applications")]
    TooMany,
    /// With what was changed, another fee would be due.
    #[error("another fee would be due")]
    FeeDiffers,
    /// It cannot happen to the application as it stands.
    #[error(transparent)]
    WrongState(#[from] WrongState),
    /// Nobody decides about an application of their own.
    #[error("it is the caller's own application")]
    Own,
    /// The listing has no such step.
    #[error("there is no such step")]
    StepUnknown,
    /// Another step comes first.
    #[error("another step comes first")]
    StepOutOfTurn,
    /// It is decided when all steps are finished.
    #[error("not all steps are finished")]
    StepsOpen,
    /// The listing has no such reason.
    #[error("there is no such reason")]
    ReasonUnknown,
    /// The listing asks for no such document, or its form has no such field.
    #[error("it cannot be asked for")]
    NotAskedFor(Vec<String>),
}

/// What is not as a form wants it.
#[derive(Debug)]
pub struct Faults(pub(crate) Vec<FieldFault>);

/// What is in the way.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
pub struct Hindered(pub(crate) Hindrance);

impl From<Hindrance> for ApplicationError {
    fn from(hindrance: Hindrance) -> Self {
        Self::Hindered(Hindered(hindrance))
    }
}

/// Every problem of this crate.
pub(crate) const PROBLEMS: &[&ProblemType] = &[
    &UNKNOWN,
    &OTHER_KIND,
    &FORM_FAULTY,
    &FACTS_FAULTY,
    &NOT_ELIGIBLE,
    &AT_THE_COUNTER,
    &FACTS_MISSING,
    &DOCUMENT_UNKNOWN,
    &DOCUMENT_MISSING,
    &DELIVERY_NOT_OFFERED,
    &TOO_MANY,
    &FEE_DIFFERS,
    &WRONG_STATE,
    &OWN_APPLICATION,
    &STEP_UNKNOWN,
    &STEP_OUT_OF_TURN,
    &STEPS_OPEN,
    &REASON_UNKNOWN,
    &NOT_ASKED_FOR,
];

const UNKNOWN: ProblemType =
    ProblemType::new("applications.unknown", 404, "There is no such application", "申请不存在");
const OTHER_KIND: ProblemType = ProblemType::new(
    "applications.other_kind",
    409,
    "This listing is not one of something that is applied for",
    "该服务事项不通过申请方式办理",
);
const FORM_FAULTY: ProblemType = ProblemType::new(
    "applications.form_faulty",
    422,
    "The form is not as the listing wants it",
    "表单填写不符合要求",
);
const FACTS_FAULTY: ProblemType = ProblemType::new(
    "applications.facts_faulty",
    422,
    "An answer is not one to what the listing asks",
    "回答内容与所问事项不符",
);
const NOT_ELIGIBLE: ProblemType = ProblemType::new(
    "applications.not_eligible",
    422,
    "The conditions for it do not hold",
    "不符合办理条件",
);
const AT_THE_COUNTER: ProblemType = ProblemType::new(
    "applications.at_the_counter",
    422,
    "This cannot be applied for here; please come to a counter",
    "暂无法在线办理，请到窗口咨询",
);
const FACTS_MISSING: ProblemType = ProblemType::new(
    "applications.facts_missing",
    422,
    "It depends on something that was not said",
    "缺少判断办理条件所需的信息",
);
const DOCUMENT_UNKNOWN: ProblemType = ProblemType::new(
    "applications.document_unknown",
    422,
    "The listing asks for no such document",
    "该事项不需要提交此材料",
);
const DOCUMENT_MISSING: ProblemType = ProblemType::new(
    "applications.document_missing",
    422,
    "A document that is needed is missing",
    "缺少必要的申请材料",
);
const DELIVERY_NOT_OFFERED: ProblemType = ProblemType::new(
    "applications.delivery_not_offered",
    422,
    "The outcome is not delivered in this way",
    "不支持该送达方式",
);
const TOO_MANY: ProblemType = ProblemType::new(
    "applications.too_many",
    409,
    "You have too many applications for this that are not decided yet",
    "您有多件同类申请尚未办结，暂不能再次申请",
);
const FEE_DIFFERS: ProblemType = ProblemType::new(
    "applications.fee_differs",
    422,
    "With this change another fee would be due; withdraw the application and apply anew",
    "修改后应缴费用发生变化，请撤回后重新申请",
);
const WRONG_STATE: ProblemType = ProblemType::new(
    "applications.wrong_state",
    409,
    "That cannot be done with the application as it stands",
    "申请当前状态不允许此操作",
);
const OWN_APPLICATION: ProblemType = ProblemType::new(
    "applications.own_application",
    409,
    "Somebody else has to look after an application of your own",
    "本人的申请须由其他工作人员办理",
);
const STEP_UNKNOWN: ProblemType = ProblemType::new(
    "applications.step_unknown",
    422,
    "The listing has no such step",
    "该事项没有此办理环节",
);
const STEP_OUT_OF_TURN: ProblemType = ProblemType::new(
    "applications.step_out_of_turn",
    409,
    "Another step comes first",
    "前一办理环节尚未完成",
);
const STEPS_OPEN: ProblemType = ProblemType::new(
    "applications.steps_open",
    409,
    "It is approved when all steps are finished",
    "办理环节尚未全部完成",
);
const REASON_UNKNOWN: ProblemType = ProblemType::new(
    "applications.reason_unknown",
    422,
    "The listing has no such reason for a refusal",
    "该事项没有此不予批准理由",
);
const NOT_ASKED_FOR: ProblemType = ProblemType::new(
    "applications.not_asked_for",
    422,
    "The listing has no such document or field",
    "该事项没有此材料或表单项",
);

/// Both languages: who answers for it may read either.
fn both(text: &Text) -> String {
    format!("{} / {}", text.zh, text.en)
}

fn hindered(hindrance: Hindrance) -> Problem {
    match hindrance {
        Hindrance::FactsFaulty(faults) => {
            let problem = Problem::new(&FACTS_FAULTY);
            faults.into_iter().fold(problem, |all, (at, expected)| all.field(at, expected))
        }
        Hindrance::NotEligible(reasons) => {
            let problem = Problem::new(&NOT_ELIGIBLE);
            reasons.iter().fold(problem, |all, (code, reason, law)| {
                all.field(code.as_str(), format!("{} ({})", both(reason), both(law)))
            })
        }
        Hindrance::AtTheCounter => Problem::new(&AT_THE_COUNTER),
        Hindrance::FactsMissing(pointers) => {
            let problem = Problem::new(&FACTS_MISSING);
            pointers.into_iter().fold(problem, |all, at| all.field(at, "an answer"))
        }
        Hindrance::DocumentUnknown(places) => {
            let problem = Problem::new(&DOCUMENT_UNKNOWN);
            places.iter().fold(problem, |all, n| {
                all.field(format!("/documents/{n}/code"), "a document that the listing asks for")
            })
        }
        Hindrance::DocumentMissing(codes) => {
            let problem = Problem::new(&DOCUMENT_MISSING);
            codes.iter().fold(problem, |all, code| all.field("/documents", code.as_str()))
        }
    }
}

impl From<ApplicationError> for Problem {
    fn from(error: ApplicationError) -> Self {
        match error {
            ApplicationError::Unknown => Self::new(&UNKNOWN),
            ApplicationError::OtherKind => Self::new(&OTHER_KIND),
            ApplicationError::FormFaulty(Faults(faults)) => {
                let problem = Self::new(&FORM_FAULTY);
                faults.into_iter().fold(problem, |all, fault| {
                    all.field(format!("/form{}", fault.pointer), fault.expected)
                })
            }
            ApplicationError::Hindered(Hindered(hindrance)) => hindered(hindrance),
            ApplicationError::DeliveryNotOffered => Self::new(&DELIVERY_NOT_OFFERED),
            ApplicationError::TooMany => Self::new(&TOO_MANY),
            ApplicationError::FeeDiffers => Self::new(&FEE_DIFFERS),
            ApplicationError::WrongState(_) => Self::new(&WRONG_STATE).detail(error.to_string()),
            ApplicationError::Own => Self::new(&OWN_APPLICATION),
            ApplicationError::StepUnknown => Self::new(&STEP_UNKNOWN),
            ApplicationError::StepOutOfTurn => Self::new(&STEP_OUT_OF_TURN),
            ApplicationError::StepsOpen => Self::new(&STEPS_OPEN),
            ApplicationError::ReasonUnknown => Self::new(&REASON_UNKNOWN),
            ApplicationError::NotAskedFor(pointers) => {
                let problem = Self::new(&NOT_ASKED_FOR);
                pointers.into_iter().fold(problem, |all, at| all.field(at, "one of the listing"))
            }
        }
    }
}
