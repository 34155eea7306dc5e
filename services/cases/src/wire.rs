//! Bodies of requests and answers.

mod case;
mod desk;
mod sent;

pub(crate) use self::{
    case::{CaseLineBody, OpenedCaseBody, PublicCaseBody},
    desk::{DeskCaseBody, DeskLineBody, DeskQuery, FiguresBody, FiguresQuery},
    sent::{
        AddToCaseBody, AnswerCaseBody, CloseCaseBody, DispatchCaseBody, DisputeCaseBody,
        ExtendCaseBody, FileCaseBody, LinkCaseBody, PublicQuery, RateCaseBody, ReopenCaseBody,
    },
};
