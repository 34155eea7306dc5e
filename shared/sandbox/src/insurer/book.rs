//! The insurer without HTTP: what was settled under each reference.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    behaviour::{Behaviour, Behaviours},
    failure::Failure,
    split::{EXPIRED, Entitled, INSURED, Line, Share},
};
use crate::delivery::Delivery;

/// The longest reference, in characters.
const REFERENCE_CHARS_MAX: usize = 64;
/// The most lines of a settlement.
const LINES_MAX: usize = 100;
/// The largest amount of a line.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// The request for a pre-settlement.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettlementBody {
    reference: String,
    /// Where the insured was treated; whom the insurance pays.
    hospital: String,
    credential: String,
    lines: Vec<Line>,
}

/// The request to take lines back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnBody {
    reference: String,
    lines: Vec<i16>,
}

fn is_reference(text: &str) -> bool {
    (1..=REFERENCE_CHARS_MAX).contains(&text.chars().count())
}

impl SettlementBody {
    /// Reads a request; what is not one of the documented form is refused whole.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let body: Self = serde_json::from_slice(body).map_err(|_| Failure::InvalidRequest)?;
        let sound = (1..=LINES_MAX).contains(&body.lines.len())
            && body.lines.iter().all(|line| (1..=AMOUNT_MAX).contains(&line.amount));
        let named = is_reference(&body.reference) && is_reference(&body.hospital);
        if sound && named { Ok(body) } else { Err(Failure::InvalidRequest) }
    }
}

impl ReturnBody {
    /// Reads a request; what is not one of the documented form is refused whole.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let body: Self = serde_json::from_slice(body).map_err(|_| Failure::InvalidRequest)?;
        let sound = !body.lines.is_empty() && is_reference(&body.reference);
        if sound { Ok(body) } else { Err(Failure::InvalidRequest) }
    }
}

/// Where a settlement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementState {
    /// Split; what the insurance pays is set aside.
    PreSettled,
    /// The insurance pays.
    Confirmed,
    /// Taken back.
    Reversed,
}

/// What the insurer says of a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The client's name of it.
    pub reference: String,
    /// Where it stands.
    pub state: SettlementState,
    /// Who pays what of each line.
    pub lines: Vec<Share>,
    /// Lines that were taken back since it was confirmed.
    pub returned: Vec<i16>,
}

struct Entry {
    /// None where it was reversed before anybody had asked for it.
    asked: Option<SettlementBody>,
    settlement: Settlement,
    returns: Vec<ReturnBody>,
}

/// What a request has brought about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// By this request.
    Now(Settlement),
    /// By an earlier one, or it is only asked about.
    Before(Settlement),
}

/// Everything the insurer remembers.
pub(super) struct Book {
    entitled: HashMap<&'static str, Entitled>,
    entries: Vec<Entry>,
    behaviours: Behaviours,
}

impl Default for Book {
    fn default() -> Self {
        let entitled = INSURED.iter().map(|terms| (terms.credential, Entitled::new(*terms)));
        let behaviours = Behaviours::default();
        Self { entitled: entitled.collect(), entries: Vec::new(), behaviours }
    }
}

/// An answer on its way.
pub(super) type Answer = Delivery<Result<Done, Failure>>;

impl Book {
    /// Replaces the behaviours that are left.
    pub(super) fn behave(&mut self, behaviours: Behaviours) {
        self.behaviours = behaviours;
    }

    /// Everything that was settled, in order.
    pub(super) fn statement(&self) -> Vec<Settlement> {
        self.entries.iter().map(|entry| entry.settlement.clone()).collect()
    }

    /// A request for a pre-settlement arrives.
    pub(super) fn pre_settle(&mut self, wanted: Result<SettlementBody, Failure>) -> Answer {
        self.mistreat(|book, behaviour| match behaviour {
            Behaviour::Refuse => Err(Failure::Suspended),
            _ => book.split(wanted?),
        })
    }

    /// A request for a confirmation arrives.
    pub(super) fn confirm(&mut self, reference: &str) -> Answer {
        self.mistreat(|book, behaviour| match behaviour {
            Behaviour::Refuse => {
                book.take_back(reference)?;
                Err(Failure::Suspended)
            }
            _ => book.pay(reference),
        })
    }

    /// A request for a reversal arrives.
    pub(super) fn reverse(&mut self, reference: &str) -> Answer {
        self.mistreat(|book, behaviour| match behaviour {
            Behaviour::Refuse => Err(Failure::Suspended),
            _ => book.take_back(reference),
        })
    }

    /// A request to take lines back arrives.
    pub(super) fn return_lines(
        &mut self,
        reference: &str,
        wanted: Result<ReturnBody, Failure>,
    ) -> Answer {
        self.mistreat(|book, behaviour| match behaviour {
            Behaviour::Refuse => Err(Failure::Suspended),
            _ => book.take_lines_back(reference, wanted?),
        })
    }

    /// A question about a settlement arrives.
    pub(super) fn find(&mut self, reference: &str) -> Answer {
        self.mistreat(|book, _| Ok(Done::Before(book.entry(reference)?.settlement.clone())))
    }

    fn mistreat(
        &mut self,
        act: impl FnOnce(&mut Self, Behaviour) -> Result<Done, Failure>,
    ) -> Answer {
        let behaviour = self.behaviours.next.pop_front().unwrap_or(Behaviour::Well);
        Delivery::by_insurer(behaviour, || {
            let done = act(self, behaviour)?;
            match behaviour {
                Behaviour::Duplicate => Err(Failure::Duplicate),
                Behaviour::OtherSplit => Ok(other_split(done)),
                _ => Ok(done),
            }
        })
    }

    fn split(&mut self, wanted: SettlementBody) -> Result<Done, Failure> {
        if let Ok(entry) = self.entry(&wanted.reference) {
            return match &entry.asked {
                Some(asked) if *asked == wanted => Ok(Done::Before(entry.settlement.clone())),
                Some(_) => Err(Failure::ReferenceReused),
                None => Err(Failure::NotPreSettled),
            };
        }
        if wanted.credential == EXPIRED {
            return Err(Failure::CredentialExpired);
        }
        let entitled = self.entitled.get_mut(wanted.credential.as_str());
        let entitled = entitled.ok_or(Failure::NotInsured)?;
        let settlement = Settlement {
            reference: wanted.reference.clone(),
            state: SettlementState::PreSettled,
            lines: wanted.lines.iter().map(|line| entitled.use_for(line)).collect(),
            returned: Vec::new(),
        };
        let entry = Entry { asked: Some(wanted), settlement: settlement.clone(), returns: vec![] };
        self.entries.push(entry);
        Ok(Done::Now(settlement))
    }

    fn pay(&mut self, reference: &str) -> Result<Done, Failure> {
        let settlement = &mut self.entry_mut(reference)?.settlement;
        match settlement.state {
            SettlementState::PreSettled => {
                settlement.state = SettlementState::Confirmed;
                Ok(Done::Now(settlement.clone()))
            }
            SettlementState::Confirmed => Ok(Done::Before(settlement.clone())),
            SettlementState::Reversed => Err(Failure::NotPreSettled),
        }
    }

    fn take_back(&mut self, reference: &str) -> Result<Done, Failure> {
        let Ok(entry) = self.entry_mut(reference) else { return self.write_reversed(reference) };
        if entry.settlement.state == SettlementState::Reversed {
            return Ok(Done::Before(entry.settlement.clone()));
        }
        entry.settlement.state = SettlementState::Reversed;
        let (settlement, credential) = (entry.settlement.clone(), credential(entry));
        let left = settlement.lines.iter().filter(|line| !settlement.returned.contains(&line.n));
        if let Some(entitled) = self.entitled.get_mut(credential.as_str()) {
            left.for_each(|line| entitled.give_back(line));
        }
        Ok(Done::Now(settlement))
    }

    fn write_reversed(&mut self, reference: &str) -> Result<Done, Failure> {
        if !is_reference(reference) {
            return Err(Failure::InvalidRequest);
        }
        let settlement = Settlement {
            reference: reference.to_owned(),
            state: SettlementState::Reversed,
            lines: Vec::new(),
            returned: Vec::new(),
        };
        let entry = Entry { asked: None, settlement: settlement.clone(), returns: Vec::new() };
        self.entries.push(entry);
        Ok(Done::Now(settlement))
    }

    fn take_lines_back(&mut self, reference: &str, wanted: ReturnBody) -> Result<Done, Failure> {
        let entry = self.entry_mut(reference)?;
        let before = entry.returns.iter().find(|known| known.reference == wanted.reference);
        if let Some(before) = before {
            return match *before == wanted {
                true => Ok(Done::Before(entry.settlement.clone())),
                false => Err(Failure::ReferenceReused),
            };
        }
        let settlement = &mut entry.settlement;
        let returnable = |n: &i16| {
            settlement.lines.iter().any(|line| line.n == *n) && !settlement.returned.contains(n)
        };
        if settlement.state != SettlementState::Confirmed || !wanted.lines.iter().all(returnable) {
            return Err(Failure::NotReturnable);
        }
        settlement.returned.extend(&wanted.lines);
        let given = settlement.lines.iter().filter(|line| wanted.lines.contains(&line.n));
        let given: Vec<Share> = given.copied().collect();
        let settlement = settlement.clone();
        entry.returns.push(wanted);
        let credential = credential(entry);
        if let Some(entitled) = self.entitled.get_mut(credential.as_str()) {
            given.iter().for_each(|line| entitled.give_back(line));
        }
        Ok(Done::Now(settlement))
    }

    fn entry(&self, reference: &str) -> Result<&Entry, Failure> {
        let found = self.entries.iter().find(|entry| entry.settlement.reference == reference);
        found.ok_or(Failure::NoSuchSettlement)
    }

    fn entry_mut(&mut self, reference: &str) -> Result<&mut Entry, Failure> {
        let found = self.entries.iter_mut().find(|entry| entry.settlement.reference == reference);
        found.ok_or(Failure::NoSuchSettlement)
    }
}

fn credential(entry: &Entry) -> String {
    entry.asked.as_ref().map(|asked| asked.credential.clone()).unwrap_or_default()
}

/// What the pool paid of the first line is asked of the insured.
fn other_split(done: Done) -> Done {
    let other = |mut settlement: Settlement| {
        if let Some(line) = settlement.lines.first_mut() {
            line.cash += std::mem::take(&mut line.pool);
        }
        settlement
    };
    match done {
        Done::Now(settlement) => Done::Now(other(settlement)),
        Done::Before(settlement) => Done::Before(other(settlement)),
    }
}
