//! The plan of a visit: which steps there are, what each needs, and where it stands. A function of
//! facts alone, so that news that comes late, twice or in another order makes the same plan.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::model::{EntryState, OrderKind, StepKey, StepKind, StepState, VisitState};

/// What is known of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Turns in queues, by the step that they are for.
    pub turns: BTreeMap<StepKey, EntryState>,
    /// What doctors have ordered.
    pub orders: BTreeMap<Uuid, OrderFacts>,
    /// Charges, and whether they are still to be paid.
    pub charges: BTreeMap<Uuid, bool>,
    /// Whether its day is over.
    pub closed: bool,
}

/// What is known of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderFacts {
    /// What kind.
    pub kind: OrderKind,
    /// How many consultations were over when it was placed.
    pub round: u16,
    /// Whether its result is there.
    pub resulted: bool,
    /// Whether its medicine was handed out.
    pub dispensed: bool,
    /// Whether it was taken back.
    pub cancelled: bool,
}

/// A step of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which one.
    pub key: StepKey,
    /// Where it stands.
    pub state: StepState,
    /// What comes before it.
    pub needs: Vec<StepKey>,
}

/// What a turn makes of its step.
fn of_turn(turn: EntryState) -> Option<StepState> {
    match turn {
        EntryState::Waiting => Some(StepState::Queued),
        EntryState::Called | EntryState::Serving => Some(StepState::Called),
        EntryState::Done => Some(StepState::Done),
        EntryState::Void => Some(StepState::Missed),
        EntryState::Withdrawn => None,
    }
}

/// A plan in the making: steps in an order in which each comes after what it needs.
struct Draft<'a> {
    facts: &'a Facts,
    steps: Vec<Step>,
}

impl Draft<'_> {
    fn state(&self, key: StepKey) -> Option<StepState> {
        self.steps.iter().find(|step| step.key == key).map(|step| step.state)
    }

    fn turn(&self, key: StepKey) -> Option<StepState> {
        self.facts.turns.get(&key).copied().and_then(of_turn)
    }

    /// Whether all that comes before is done.
    fn open(&self, needs: &[StepKey]) -> bool {
        needs.iter().all(|key| self.state(*key).is_none_or(|state| state == StepState::Done))
    }

    fn add(&mut self, key: StepKey, state: StepState, needs: Vec<StepKey>) {
        let dropped = self.facts.closed && !state.is_over() && key.kind != StepKind::Pay;
        let state = if dropped { StepState::Skipped } else { state };
        self.steps.push(Step { key, state, needs });
    }

    fn waiting_for(&self, needs: &[StepKey]) -> StepState {
        if self.open(needs) { StepState::Ready } else { StepState::Planned }
    }

    /// What is ordered comes after the doctor, and after all that is still to be paid.
    fn needs_of(&self, order: OrderFacts) -> Vec<StepKey> {
        let open = self.facts.charges.iter().filter(|(_, open)| **open);
        let bills = open.map(|(id, _)| StepKey::of(StepKind::Pay, *id));
        std::iter::once(StepKey::consult(order.round)).chain(bills).collect()
    }

    fn ordered(&mut self, id: Uuid, order: OrderFacts, kind: StepKind) {
        let (key, needs) = (StepKey::of(kind, id), self.needs_of(order));
        let turn = self.turn(key);
        // A result says that the examination was made, whatever the queue says.
        let done = order.resulted || order.dispensed || turn == Some(StepState::Done);
        let state = match turn {
            _ if done => StepState::Done,
            _ if order.cancelled => StepState::Skipped,
            Some(turn) => turn,
            None => self.waiting_for(&needs),
        };
        self.add(key, state, needs);
    }

    fn result(&mut self, id: Uuid, order: OrderFacts, exam: StepKind) -> StepKey {
        let (key, needs) = (StepKey::of(StepKind::Result, id), vec![StepKey::of(exam, id)]);
        let state = match self.state(StepKey::of(exam, id)) {
            _ if order.resulted => StepState::Done,
            Some(StepState::Skipped | StepState::Missed) => StepState::Skipped,
            Some(StepState::Done) => StepState::Ready,
            _ => StepState::Planned,
        };
        self.add(key, state, needs);
        key
    }

    fn consult(&mut self, round: u16, results: Vec<StepKey>) {
        let key = StepKey::consult(round);
        let all = |wanted: fn(StepState) -> bool| {
            results.iter().all(|result| self.state(*result).is_some_and(wanted))
        };
        let state = match self.turn(key) {
            Some(turn) => turn,
            None if round == 0 => StepState::Ready,
            None if all(|state| state == StepState::Skipped) => StepState::Skipped,
            None if all(StepState::is_over) => StepState::Ready,
            None => StepState::Planned,
        };
        self.add(key, state, results);
    }
}

/// The examination that an order asks for; none for medicine.
fn exam(kind: OrderKind) -> Option<StepKind> {
    match kind {
        OrderKind::Laboratory => Some(StepKind::Laboratory),
        OrderKind::Imaging => Some(StepKind::Imaging),
        OrderKind::Prescription => None,
    }
}

/// The plan that follows from the facts. Each step comes after those that it needs.
pub fn plan(facts: &Facts) -> Vec<Step> {
    let mut draft = Draft { facts, steps: Vec::new() };
    draft.consult(0, Vec::new());
    for (id, open) in &facts.charges {
        let state = if *open { StepState::Ready } else { StepState::Done };
        draft.add(StepKey::of(StepKind::Pay, *id), state, Vec::new());
    }
    let last = facts.orders.values().map(|order| order.round).max().unwrap_or_default();
    for round in 0..=last {
        let of_round = facts.orders.iter().filter(|(_, order)| order.round == round);
        let exams: Vec<_> =
            of_round.filter_map(|(id, order)| Some((*id, *order, exam(order.kind)?))).collect();
        for (id, order, kind) in &exams {
            draft.ordered(*id, *order, *kind);
        }
        let results: Vec<_> =
            exams.iter().map(|(id, order, kind)| draft.result(*id, *order, *kind)).collect();
        let next = round.saturating_add(1);
        let turned_up = facts.turns.contains_key(&StepKey::consult(next));
        if !results.is_empty() || turned_up {
            draft.consult(next, results);
        }
    }
    for (id, order) in &facts.orders {
        if order.kind == OrderKind::Prescription {
            draft.ordered(*id, *order, StepKind::Pharmacy);
        }
    }
    draft.steps
}

/// How many consultations are over.
pub fn rounds(facts: &Facts) -> u16 {
    let consults = facts.turns.iter().filter(|(key, state)| {
        matches!(key.kind, StepKind::Consult | StepKind::ReturnConsult)
            && **state == EntryState::Done
    });
    u16::try_from(consults.count()).unwrap_or(u16::MAX)
}

/// Where a visit stands that has these facts and this plan. Money that is still owed does not keep
/// it open: what needs the money does.
pub fn visit_state(facts: &Facts, plan: &[Step]) -> VisitState {
    let consult = plan.iter().find(|step| step.key.kind == StepKind::Consult);
    let consult = consult.map_or(StepState::Ready, |step| step.state);
    let to_do = plan.iter().any(|step| step.key.kind != StepKind::Pay && !step.state.is_over());
    match consult {
        StepState::Missed | StepState::Skipped => VisitState::Void,
        StepState::Done if facts.closed && left_undone(facts) => VisitState::Void,
        StepState::Done if !to_do => VisitState::Finished,
        StepState::Called | StepState::Done => VisitState::InProgress,
        StepState::Planned | StepState::Ready | StepState::Queued => VisitState::Arrived,
    }
}

/// Whether a day that is over left something of the plan undone.
fn left_undone(facts: &Facts) -> bool {
    let as_if_open = Facts { closed: false, ..facts.clone() };
    plan(&as_if_open).iter().any(|step| step.key.kind != StepKind::Pay && !step.state.is_over())
}

impl StepState {
    /// Whether a step may go on like this. What is over stays over.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Planned => next != Self::Called,
            // A new charge comes before what is not in a queue yet.
            Self::Ready | Self::Queued => true,
            Self::Called => !matches!(next, Self::Planned | Self::Ready),
            Self::Done | Self::Skipped | Self::Missed => next == self,
        }
    }
}

impl VisitState {
    /// Whether a visit may go on like this. A doctor may order something after all was done.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Arrived | Self::InProgress => true,
            Self::Finished => matches!(next, Self::Finished | Self::InProgress | Self::Void),
            Self::Void => next == self,
        }
    }
}

#[cfg(test)]
mod tests;
