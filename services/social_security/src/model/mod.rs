//! Nouns of social security.

mod order;
mod record;

pub(crate) use order::{NewOrder, Order, OrderLine, OrderView};
pub use order::{OrderEvent, OrderId, OrderKind, OrderState};
pub use record::InsuranceKind;
pub(crate) use record::{Record, RetirementGroup, Spell, SpellState};
