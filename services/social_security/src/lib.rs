//! Social security: what was paid in, what it is worth, and contributions of those who have no
//! employer.
//!
//! | noun | what it is | states |
//! |---|---|---|
//! | record | what an agency's register has on somebody, asked live | live, kept |
//! | [`InsuranceKind`] | against what: old age, illness, unemployment, injury, childbirth | |
//! | gap | months in a row that nobody paid for, or that an employer owes | |
//! | forecast | what pension somebody can expect by the rules of today; no promise | |
//! | order | contributions that somebody without an employer orders and pays for | below |
//!
//! Invariants: a record is read after a fresh proof, and every reading is in the ledger of accesses;
//! an answer says up to when the register's books go and whether it is what the register says now;
//! what is ordered is checked against what the register says at that moment, and never against an
//! earlier answer; a month is ordered once and not when it is paid; an order comes to exactly base ×
//! rate × months, and keeps the version of the rule; whether it is paid is its bill's knowledge;
//! rates, bounds, ages and tables are rows with a citation.
//!
//! # What becomes of an order
//!
//! | from | what happens | to |
//! |---|---|---|
//! | ordered | pay | paid |
//! | ordered | expire | expired |
//! | ordered | cancel | cancelled |
//! | paid | report | reported |
//!
//! # What a register says
//!
//! The `record` of an answer to `social_security` ([`citygate_inquiry`]), amounts in fen a month:
//!
//! ```text
//! {"birth_month": "1990-03", "retirement": "men" | "women_55" | "women_50",
//!  "account_minor": 4198400, "average_index_bp": 6100,
//!  "spells": [{"kind": "pension" | "medical" | "unemployment" | "injury" | "maternity",
//!    "from": "2020-01", "to": "2020-12", "base_minor": 400000, "own_minor": 32000,
//!    "employer_minor": 64000, "employer": "…" | null, "state": "paid" | "owed"}]}
//! ```
//!
//! A spell is months in a row that were declared alike; up to a thousand. The group says at which age
//! somebody would have retired before 2025: 60, 55 or 50. The index is the average of base by average
//! wage over all months paid; 10000 is as much as the average.

mod actions;
mod demo;
mod error;
mod jobs;
mod model;
mod retention;
mod routes;
mod rules;
mod schema;
mod service;
mod store;
mod wire;

pub use demo::{AGENCY, record as demo_record};
pub use error::Error;
pub use model::{InsuranceKind, OrderEvent, OrderId, OrderKind, OrderState};
pub use routes::OrdersRead;
pub use service::service;
