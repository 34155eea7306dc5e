//! Bodies of requests and answers.

pub(crate) mod application;
pub(crate) mod balance;
pub(crate) mod batch;
pub(crate) mod certificate;
pub(crate) mod dispute;
pub(crate) mod history;
pub(crate) mod loan;
pub(crate) mod statement;
pub(crate) mod transfer;
pub(crate) mod withdrawal;
