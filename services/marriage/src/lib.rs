//! Marriage registration: two people, one appointment, and what the registry decides.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | case | what two people have before a registry, up to the certificate | see the table below |
//! | party | one of the two: who began the case (`a`), who confirmed (`b`) | |
//! | invitation | a code that A gives to B, or has mailed to B's address | open; then gone |
//! | statement | what each declares and signs, under a version of its text | standing → withdrawn |
//! | pre-check | what each has to do for a day | |
//! | correction | what one registrar wants put right | proposed → approved, rejected by another |
//! | annulment | a court's judgment that there never was a marriage | |
//!
//! Invariants: a case has two different people, and nobody has two open cases; each confirms and
//! signs by a fresh proof for this very case; what the two have declared is sealed; a place is given,
//! moved and taken back by booking alone, and the case follows it; nobody is registered who was not
//! seen in person, with the document, on the day, or whose signed statement does not stand; no
//! registrar acts in a case of their own, and none corrects a registration alone; every figure is a
//! row of `public.rules` with a citation, and a statement keeps the version of its text.
//!
//! # What one learns of the other
//!
//! Until B has confirmed, the city does not know who B is. Of an invitation it keeps a keyed digest of
//! the code and nothing else: the address that a code is mailed to goes to the notifier, which
//! forgets it when the letter is sent. The letter names nobody. Whoever has the code and is signed in
//! with a real name is shown A's name, partly hidden; A has given it with the invitation, so that
//! looking at it leaves no trace that A could read. There is no way to decline: it could be told from
//! not answering by whoever tries the code again. When the time is over the digest is gone, and A is
//! told that nobody has answered in time, whatever B has done.
//!
//! Once both have confirmed, each sees the other's name, partly hidden. The pre-check tells each of
//! them everything about themselves, and of the other one word: ready, waiting, or that they should
//! contact the office. A refusal to book for a reason that is about one of them says no more than
//! that, whichever of them asks.
//!
//! # What becomes of a case
//!
//! | from | what happens | to |
//! |---|---|---|
//! | draft | invite | invited |
//! | draft | cancel | cancelled |
//! | draft | lapse | expired |
//! | invited | invite | invited |
//! | invited | confirm | confirmed |
//! | invited | cancel | cancelled |
//! | invited | lapse | expired |
//! | confirmed | sign | confirmed |
//! | confirmed | withdraw | confirmed |
//! | confirmed | pass | prechecked |
//! | confirmed | cancel | cancelled |
//! | confirmed | lapse | expired |
//! | prechecked | withdraw | confirmed |
//! | prechecked | pass | prechecked |
//! | prechecked | book | booked |
//! | prechecked | cancel | cancelled |
//! | prechecked | lapse | expired |
//! | booked | sign | booked |
//! | booked | withdraw | booked |
//! | booked | move | booked |
//! | booked | release | confirmed |
//! | booked | arrive | arrived |
//! | booked | refuse | refused |
//! | booked | miss | no_show |
//! | arrived | register | registered |
//! | arrived | refuse | refused |
//! | registered | correct | registered |
//! | registered | annul | annulled |
//! | registered | dissolve | dissolved |
//!
//! # What becomes of a divorce
//!
//! A registrar enters what both apply for in person, and each signs it with a fresh proof on that day.
//! Then the legal clock runs (Civil Code, article 1077): for thirty days either may withdraw, and in the
//! thirty days after that both come for the certificate. Both ends give way to the next working day.
//!
//! | from | what happens | to |
//! |---|---|---|
//! | applied | receive | cooling |
//! | applied | withdraw | withdrawn |
//! | applied | lapse | lapsed |
//! | cooling | withdraw | withdrawn |
//! | cooling | cool | certifiable |
//! | certifiable | certify | registered |
//! | certifiable | lapse | lapsed |

mod actions;
mod demo;
mod error;
mod jobs;
mod mail;
mod model;
mod routes;
mod rules;
mod schema;
mod sealed;
mod service;
mod store;
mod wire;

pub use demo::{MARRIAGE_OFFICE, MARRIAGE_REGISTRY};
pub use error::{CaseError, Error};
pub use model::{CaseEvent, CaseId, CaseIdKind, CaseState};
pub use service::service;
