//! Applications: what people apply for under any listing that works that way, from the lodging to the
//! delivery. What has to be filled in, shown and paid, what the agency does and how long it may take,
//! why it may refuse: all of that is the listing's; here is no word about a particular one.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | application | what somebody wants of an agency, under the version of a listing | below |
//! | filing | what they have handed in at once: form, answers, documents; sealed | |
//! | step | what the agency does, in the order of the listing, each with a clock | open → finished |
//! | supplement | what the agency needs besides; its time stands still meanwhile | asked → supplied |
//! | outcome | what is granted, under a number; or why it is refused, and how to appeal | |
//!
//! Invariants: an application goes on under the version that was in force when it was lodged; who may
//! apply, what has to be shown and what it costs is judged by the conditions that the listing shows to
//! everybody, and what a listing does not disclose is not said; whether the fee is paid is the bill's
//! knowledge, and of two who pay and withdraw at once the bill decides; the agency's time runs from
//! the day on which everything is there, and not on days on which it waits for the applicant; nobody
//! looks after an application of their own; nothing is approved before every step is finished; a fee
//! goes back as long as no step is; the same once more changes nothing.
//!
//! # What becomes of an application
//!
//! | from | what happens | to |
//! |---|---|---|
//! | lodged | pay | in_progress |
//! | lodged | expire | expired |
//! | lodged | withdraw | withdrawn |
//! | in_progress | ask | supplement_asked |
//! | in_progress | finish | in_progress |
//! | in_progress | approve | approved |
//! | in_progress | refuse | refused |
//! | in_progress | withdraw | withdrawn |
//! | supplement_asked | supply | in_progress |
//! | supplement_asked | lapse | expired |
//! | supplement_asked | withdraw | withdrawn |
//! | approved | deliver | delivered |
//!
//! Where nothing is to be paid, what is lodged is in progress at once.

mod actions;
mod demo;
mod error;
mod jobs;
mod mail;
mod model;
mod retention;
mod routes;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;
mod wire;

pub use demo::EXIT_ENTRY;
pub use error::{ApplicationError, Error};
pub use model::{ApplicationEvent, ApplicationId, ApplicationKind, ApplicationState};
pub use service::service;
