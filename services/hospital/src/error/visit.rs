//! What can go wrong on the day of a visit.

use chrono::{DateTime, SecondsFormat, Utc};
use citygate_kernel::{Problem, ProblemType, Text};

/// A fact about visits, queues, orders or those who follow them.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// No such appointment, or not the caller's.
    #[error("there is no such appointment")]
    AppointmentUnknown,
    /// What is reported of an appointment is not what is on record.
    #[error("the appointment stands otherwise: {0}")]
    AppointmentContradicted(&'static str),
    /// No such queue, or not of this hospital.
    #[error("there is no such queue")]
    QueueUnknown,
    /// No such turn, or not of this hospital.
    #[error("there is no such turn in a queue")]
    QueueEntryUnknown,
    /// No such order, or not of this hospital.
    #[error("there is no such order")]
    OrderUnknown,
    /// Nobody can check in yet.
    #[error("check-in opens at {opens_at}")]
    CheckInNotOpen {
        /// From when on.
        opens_at: DateTime<Utc>,
        /// Where it is written.
        citation: Text,
    },
    /// Nobody can check in any more.
    #[error("check-in closed at {closes_at}")]
    CheckInClosed {
        /// Until when it was possible.
        closes_at: DateTime<Utc>,
        /// Where it is written.
        citation: Text,
    },
    /// The station has another queue on that day.
    #[error("the station has another queue on that day")]
    QueueDiffers,
    /// A station, a day and hours that do not go together.
    #[error("the queue is unsound: {0}")]
    QueueUnsound(&'static str),
    /// Nobody waits in the queue.
    #[error("nobody waits")]
    NobodyWaits,
    /// It cannot happen to the turn as it stands.
    #[error("the turn does not stand so")]
    TurnRefused,
    /// The number stands for an order of other content.
    #[error("the number stands for another order")]
    OrderDiffers,
    /// It cannot happen to the order as it stands.
    #[error("the order does not stand so")]
    OrderRefused,
    /// Nothing can be ordered any more.
    #[error("the visit is over")]
    VisitOver,
    /// More orders than a visit can have.
    #[error("the visit has too many orders")]
    TooManyOrders,
    /// No rule knows the group.
    #[error("no rule gives the group priority")]
    PriorityUnknown {
        /// Where the groups are written.
        citation: Text,
    },
    /// More streams than one person, or all, can have.
    #[error("too many streams")]
    TooManyStreams,
}

pub(super) const APPOINTMENT_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.appointment_unknown",
    404,
    "There is no such appointment",
    "预约不存在",
);
pub(super) const APPOINTMENT_CONTRADICTED: ProblemType = ProblemType::new(
    "hospital.appointment_contradicted",
    409,
    "What is reported of the appointment is not what is on record",
    "所报告的预约信息与已登记的不一致",
);
pub(super) const QUEUE_UNKNOWN: ProblemType =
    ProblemType::new("hospital.queue_unknown", 404, "There is no such queue", "队列不存在");
pub(super) const QUEUE_ENTRY_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.queue_entry_unknown",
    404,
    "There is no such turn in a queue",
    "排队号不存在",
);
pub(super) const ORDER_UNKNOWN: ProblemType =
    ProblemType::new("hospital.order_unknown", 404, "There is no such order", "医嘱不存在");
pub(super) const CHECK_IN_NOT_OPEN: ProblemType = ProblemType::new(
    "hospital.check_in_not_open",
    422,
    "Check-in is not open yet",
    "尚未到报到取号时间",
);
pub(super) const CHECK_IN_CLOSED: ProblemType =
    ProblemType::new("hospital.check_in_closed", 422, "Check-in is closed", "已过报到取号时间");
pub(super) const QUEUE_DIFFERS: ProblemType = ProblemType::new(
    "hospital.queue_differs",
    409,
    "The station has another queue on that day",
    "该工作站当日已开设其他队列",
);
pub(super) const QUEUE_UNSOUND: ProblemType =
    ProblemType::new("hospital.queue_unsound", 422, "The queue is not sound", "队列设置不合规");
pub(super) const NOBODY_WAITS: ProblemType =
    ProblemType::new("hospital.nobody_waits", 409, "Nobody waits in the queue", "队列中无人候诊");
pub(super) const TURN_REFUSED: ProblemType = ProblemType::new(
    "hospital.turn_refused",
    409,
    "It cannot happen to the turn as it stands",
    "该排队号当前状态不允许此操作",
);
pub(super) const ORDER_DIFFERS: ProblemType = ProblemType::new(
    "hospital.order_differs",
    409,
    "The number stands for an order of other content",
    "该医嘱编号已对应内容不同的医嘱",
);
pub(super) const ORDER_REFUSED: ProblemType = ProblemType::new(
    "hospital.order_refused",
    409,
    "It cannot happen to the order as it stands",
    "该医嘱当前状态不允许此操作",
);
pub(super) const VISIT_OVER: ProblemType =
    ProblemType::new("hospital.visit_over", 409, "The visit is over", "本次就诊已结束");
pub(super) const TOO_MANY_ORDERS: ProblemType = ProblemType::new(
    "hospital.too_many_orders",
    409,
    "The visit has as many orders as it can have",
    "本次就诊的医嘱数量已达上限",
);
pub(super) const PRIORITY_UNKNOWN: ProblemType = ProblemType::new(
    "hospital.priority_unknown",
    422,
    "No rule gives this group priority",
    "该人群不在优先就诊范围内",
);
pub(super) const TOO_MANY_STREAMS: ProblemType = ProblemType::new(
    "hospital.too_many_streams",
    429,
    "Too many visits are being followed; close another one first",
    "同时查看的就诊动态过多，请先关闭其他页面",
)
.passing();

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl From<VisitError> for Problem {
    fn from(error: VisitError) -> Self {
        match error {
            VisitError::AppointmentUnknown => Self::new(&APPOINTMENT_UNKNOWN),
            VisitError::AppointmentContradicted(why) => {
                Self::new(&APPOINTMENT_CONTRADICTED).detail(why)
            }
            VisitError::QueueUnknown => Self::new(&QUEUE_UNKNOWN),
            VisitError::QueueEntryUnknown => Self::new(&QUEUE_ENTRY_UNKNOWN),
            VisitError::OrderUnknown => Self::new(&ORDER_UNKNOWN),
            VisitError::CheckInNotOpen { opens_at, citation } => Self::new(&CHECK_IN_NOT_OPEN)
                .detail(format!("it opens at {} ({})", time(opens_at), citation.en)),
            VisitError::CheckInClosed { closes_at, citation } => Self::new(&CHECK_IN_CLOSED)
                .detail(format!("it closed at {} ({})", time(closes_at), citation.en)),
            VisitError::QueueDiffers => Self::new(&QUEUE_DIFFERS),
            VisitError::QueueUnsound(why) => Self::new(&QUEUE_UNSOUND).detail(why),
            VisitError::NobodyWaits => Self::new(&NOBODY_WAITS),
            VisitError::TurnRefused => Self::new(&TURN_REFUSED),
            VisitError::OrderDiffers => Self::new(&ORDER_DIFFERS),
            VisitError::OrderRefused => Self::new(&ORDER_REFUSED),
            VisitError::VisitOver => Self::new(&VISIT_OVER),
            VisitError::TooManyOrders => Self::new(&TOO_MANY_ORDERS),
            VisitError::PriorityUnknown { citation } => {
                Self::new(&PRIORITY_UNKNOWN).field("/priority", citation.en)
            }
            VisitError::TooManyStreams => Self::new(&TOO_MANY_STREAMS).retry_after(30),
        }
    }
}
