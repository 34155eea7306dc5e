//! What becomes of a posting, and of the balance with it. The table stands in the documentation of
//! the crate.

mod ledger;
#[cfg(test)]
mod tests;

pub(crate) use ledger::{AccountKept, Changes, Ledger, PostingKept, PostingKey, Taken, settle};

use citygate_kernel::states::{self, Row};

use crate::model::{
    NewPosting, PostingKind,
    PostingState::{self, Corrected, Declared, Posted, Received, Withdrawn},
};

/// What a centre says of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The employer will pay it.
    Declare,
    /// The employer has paid it.
    Receive,
    /// It is on the account.
    Post,
    /// The employer takes it back.
    Withdraw,
    /// Another posting puts it right.
    Correct,
}

/// Which event leads from which state to which. Older news, which may arrive late, changes nothing.
const TABLE: [Row<PostingState, Event>; 19] = [
    (Declared, Event::Declare, Declared),
    (Declared, Event::Receive, Received),
    (Declared, Event::Post, Posted),
    (Declared, Event::Withdraw, Withdrawn),
    (Received, Event::Declare, Received),
    (Received, Event::Receive, Received),
    (Received, Event::Post, Posted),
    (Received, Event::Withdraw, Withdrawn),
    (Posted, Event::Declare, Posted),
    (Posted, Event::Receive, Posted),
    (Posted, Event::Post, Posted),
    (Posted, Event::Correct, Corrected),
    (Corrected, Event::Declare, Corrected),
    (Corrected, Event::Receive, Corrected),
    (Corrected, Event::Post, Corrected),
    (Corrected, Event::Correct, Corrected),
    (Withdrawn, Event::Declare, Withdrawn),
    (Withdrawn, Event::Receive, Withdrawn),
    (Withdrawn, Event::Withdraw, Withdrawn),
];

/// Where a posting stands after an event; none where it cannot happen.
pub(crate) fn next(state: PostingState, event: Event) -> Option<PostingState> {
    states::next(&TABLE, state, event)
}

/// The most that one side of a posting moves, in minor units: ten thousand million.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// Whether a line says of its kind of posting what can be said of it: contributions alone are
/// declared before they are paid; what is paid in is not negative, what is paid out not positive;
/// a correction names another posting.
pub(crate) fn is_fit(new: &NewPosting) -> bool {
    use PostingKind::{
        BackPayment, Correction, Interest, Opening, Remittance, TransferIn, TransferOut, Withdrawal,
    };
    let within = |least, most| {
        [new.own_minor, new.employer_minor].iter().all(|minor| (least..=most).contains(minor))
    };
    let amounts = match new.kind {
        Remittance | BackPayment | Interest | TransferIn | Opening => within(0, AMOUNT_MAX),
        Withdrawal | TransferOut => within(-AMOUNT_MAX, 0),
        Correction => within(-AMOUNT_MAX, AMOUNT_MAX),
    };
    let state = match new.state {
        Posted => true,
        Declared | Received | Withdrawn => matches!(new.kind, Remittance | BackPayment),
        Corrected => false,
    };
    let corrects = match &new.corrects {
        Some(other) => new.kind == Correction && *other != new.number,
        None => new.kind != Correction,
    };
    amounts && state && corrects
}

/// What saying that a posting stands so means for it. That it is corrected is not said of it: the
/// correction says so.
fn event(said: PostingState) -> Event {
    match said {
        Declared => Event::Declare,
        Received => Event::Receive,
        Posted => Event::Post,
        Withdrawn => Event::Withdraw,
        Corrected => Event::Correct,
    }
}
