//! Bodies of requests and answers.

mod application;
mod desk;
mod input;

pub(crate) use self::{
    application::{ApplicationBody, ApplicationLineBody},
    desk::{
        BulkBody, DeskLineBody, DeskQuery, OpenedApplicationBody, StandingBody, StatisticsBody,
    },
    input::{
        AskSupplementBody, BulkRequestBody, DeliverOutcomeBody, FinishStepBody, LodgeBody,
        RefuseApplicationBody, SupplyBody,
    },
};
