//! The housing provident fund: what was paid in, what is there, what can be had.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | [`Account`] | somebody's account at a fund centre | see the table below |
//! | [`Posting`] | what was paid into an account or out of it, or is owed to it | see the table below |
//! | [`Terms`] | from which month an account is paid into on which base and rates | |
//! | [`Loan`] | a housing loan of a centre | repaying, overdue, settled |
//! | [`Employer`] | who pays in for its people | |
//! | batch | records that a centre pushes together, in parts, with control sums | see the table below |
//! | withdrawal | money that its owner takes out, on a ground of the law | see the table below |
//! | dispute | that somebody holds a balance to be wrong | see the table below |
//! | transfer | an account that moves to the centre of another city | see the tables below |
//! | statement | what became of an account in a year, once for each | |
//!
//! Invariants: the balance of an account is the sum of its postings that count, at every moment, and
//! never below zero; a posting is on record once under its number, whatever is sent how often and in
//! which order; what a centre said with a later as-of holds, whichever arrives last; an answer says
//! as of when it is, and that moves only over batches whose control sums agree; a line that is
//! refused is refused alone, with a code, and hinders no other. The city is told of an account's
//! holder by number once, in the lines of accounts; everything else names the account. What is on an
//! account is shown to its owner alone, after a fresh proof that serves one answer, and each answer
//! leaves an entry in the owner's ledger of accesses, in one transaction. A year's interest is on an
//! account once, under a number that says the year.
//!
//! # What becomes of an account
//!
//! A centre says how an account stands; more than one event may lie between two of its days.
//!
//! | | activate | seal | transfer | close |
//! |---|---|---|---|---|
//! | open | active | | | |
//! | active | | sealed | | |
//! | sealed | active | | transferred | closed |
//! | transferred | | | | |
//! | closed | | | | |
//!
//! # What becomes of a posting
//!
//! Posted and corrected ones count in the balance: a correction is a posting of its own, of the
//! difference. Older news changes nothing.
//!
//! | | declare | receive | post | correct | withdraw |
//! |---|---|---|---|---|---|
//! | declared | declared | received | posted | | withdrawn |
//! | received | received | received | posted | | withdrawn |
//! | posted | posted | posted | posted | corrected | |
//! | corrected | corrected | corrected | corrected | corrected | |
//! | withdrawn | withdrawn | withdrawn | | | withdrawn |
//!
//! # What becomes of a batch
//!
//! What did not balance is mended by further parts and closed again, or by another batch that says
//! all of it again: the way out where the declaration itself was wrong.
//!
//! | | receive a part | close, balanced | close, not balanced | be replaced |
//! |---|---|---|---|---|
//! | open | open | closed | unbalanced | replaced |
//! | closed | | closed | | |
//! | unbalanced | open | closed | unbalanced | replaced |
//! | replaced | | | | |
//!
//! # What becomes of a withdrawal
//!
//! It is lodged with everything that its ground asks for; the centre's time begins anew when something
//! that was missing is brought. What is approved is set aside until a posting of the centre pays it, and
//! what is set aside on an account is never more than is there. `overdue` changes nothing but is told.
//!
//! | | ask | supplement | approve | refuse | cancel | pay | lapse | revoke | overdue |
//! |---|---|---|---|---|---|---|---|---|---|
//! | lodged | incomplete | | approved | refused | cancelled | | | | lodged |
//! | incomplete | | lodged | | | cancelled | | lapsed | | |
//! | approved | | | | | | paid | | revoked | |
//! | paid | | | | | | | | | |
//! | refused | | | | | | | | | |
//! | cancelled | | | | | | | | | |
//! | lapsed | | | | | | | | | |
//! | revoked | | | | | | | | | |
//!
//! # What becomes of a dispute
//!
//! The bank that keeps the accounts for the centre looks first; who holds its answer to be wrong goes to
//! the centre, once (Regulation, article 36).
//!
//! | | answer | reopen | withdraw | overdue |
//! |---|---|---|---|---|
//! | with_bank | bank_answered | | withdrawn | with_bank |
//! | bank_answered | | with_centre | | |
//! | with_centre | answered | | withdrawn | with_centre |
//! | answered | | | | |
//! | withdrawn | | | | |
//!
//! # What becomes of a transfer at the centre that takes the account over
//!
//! Each city has a row of its own, and jobs carry the news between them. News that leads nowhere has been
//! overtaken and changes nothing. What arrives is what has left, to the fen, and never before it has.
//!
//! | | deliver | accept | refuse | leave | arrive | cancel | stop |
//! |---|---|---|---|---|---|---|---|
//! | requested | sent | accepted | refused | moving | | cancelling | |
//! | sent | | accepted | refused | moving | | cancelling | |
//! | accepted | | | refused | moving | | | |
//! | moving | | | | | completed | | |
//! | completed | | | | | | | |
//! | refused | | | | | | | |
//! | cancelling | | accepted | refused | moving | | | cancelled |
//! | cancelled | | | | | | | |
//!
//! # What becomes of a transfer at the centre that gives the account away
//!
//! | | accept | refuse | leave | arrive | cancel | overdue |
//! |---|---|---|---|---|---|---|
//! | received | accepted | refused | | | cancelled | received |
//! | accepted | | refused | moving | | | |
//! | moving | | | | completed | | |
//! | completed | | | | | | |
//! | refused | | | | | | |
//! | cancelled | | | | | | |

mod actions;
mod demo;
mod error;
mod jobs;
mod live;
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

pub use actions::balance::BalanceLanes;
pub use demo::FUND_CENTRE;
pub use error::{ApplicationError, BatchError, Error};
pub use model::{
    Account, AccountId, AccountIdKind, AccountNo, AccountState, ApplicationNo, BatchId,
    BatchIdKind, BatchKind, BatchNo, BatchState, CentreNo, DisputeEvent, DisputeId, DisputeKind,
    DisputeOutcome, DisputeState, Employer, EmployerId, EmployerIdKind, EmployerNo,
    InvalidApplicationNo, InvalidCentreNo, InvalidEmployerNo, Loan, LoanId, LoanIdKind, LoanNo,
    LoanState, Posting, PostingKind, PostingNo, PostingState, RepaymentMethod, Terms,
    TransferInEvent, TransferInId, TransferInKind, TransferInState, TransferOutEvent,
    TransferOutId, TransferOutKind, TransferOutState, WithdrawalEvent, WithdrawalGround,
    WithdrawalId, WithdrawalKind, WithdrawalPaper, WithdrawalState,
};
pub use routes::FundsWrite;
pub use service::service;
