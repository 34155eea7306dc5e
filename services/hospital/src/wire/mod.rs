//! Bodies of hospitals.

mod charge;
mod charge_input;
mod counter;
mod deposit;
mod directory;
mod hospital;
mod orders;
mod queues;
mod receipt;
mod schedule;
mod statistics;
mod visit_words;
mod visits;

pub(crate) use charge::{ChargeBody, ChargeRefundBody, ChargeStandingBody};
pub(crate) use charge_input::{NewChargeRefundBody, NothingBody, PutChargeBody, SettleBody};
pub(crate) use counter::NewAppointmentBody;
pub(crate) use deposit::{DepositBody, NewDepositBody};
pub(crate) use directory::{
    DepartmentPutBody, LocationPutBody, PractitionerPutBody, PutDepartmentBody, PutHospitalBody,
    PutListingBody, PutLocationBody, PutPractitionerBody, unchanged,
};
pub(crate) use hospital::{
    DepartmentTreeBody, HospitalDetailBody, HospitalPageBody, HospitalsQuery, Limit,
    PractitionerBody, PractitionerPageBody, ProfileBody, SearchBody, SearchQuery,
    SpecialtyListBody,
};
pub(crate) use orders::{AdvanceOrderBody, OrderBody, PutOrderBody};
pub(crate) use queues::{AdvanceBody, CallBody, EtaBody, NewCallBody, PutQueueBody, QueueBody};
pub(crate) use receipt::{ReceiptBody, VerifiedReceiptBody, VerifyReceiptQuery};
pub(crate) use schedule::{
    ClinicSessionListBody, DaysQuery, OwnSessionBody, PutSessionBody, SessionAppointmentBody,
    StopSessionBody,
};
pub(crate) use statistics::StatisticsBody;
pub(crate) use visits::{ArrivalBody, CheckInBody, PlanEventBody, VisitBody, VisitPlanBody};
