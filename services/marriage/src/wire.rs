//! Bodies.

mod capacity;
mod case;
mod divorce;
mod office;
mod precheck;

pub(crate) use self::{
    capacity::{OfficeDayPath, OfficeDaysBody, OpenDayBody, StopDayBody, WindowsQuery},
    case::{
        BeginBody, CaseBody, ConfirmBody, InvitationBody, InviteBody, OpenBody,
        OpenedInvitationBody, SignBody, SlotBody, StatementBody,
    },
    divorce::{
        CertifyDivorceBody, DivorceBody, EnterDivorceBody, EnteredDivorceBody, OpenedDivorceBody,
        SignDivorceBody,
    },
    office::{
        AnnulBody, CorrectBody, CorrectionBody, DayLineBody, DayPath, DecideCorrectionBody,
        OpenedCaseBody, OpenedCorrectionBody, RefuseBody, RegisteredBody, SeeBody,
    },
    precheck::{PrecheckBody, PrecheckedBody},
};
