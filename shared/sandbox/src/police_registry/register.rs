//! The register without HTTP: who holds what, and what was asked.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    behaviour::{Behaviour, Behaviours},
    failure::Failure,
};
use crate::delivery::Delivery;

/// The longest reference, in characters.
const REFERENCE_CHARS_MAX: usize = 64;

/// Who is in the register from the beginning: name, type, number and issuer of the document. All
/// are made up.
pub const PERSONS: [(&str, &str, &str, Option<&str>); 12] = [
    ("王芳", "resident_id", "330106199305120021", None),
    ("李伟", "resident_id", "330106199003070014", None),
    ("陈静", "resident_id", "11010519491231002X", None),
    ("赵敏", "resident_id", "440524188001010014", None),
    ("陈大文", "residence_permit", "810000199001010019", None),
    ("林淑芬", "residence_permit", "820000198506150022", None),
    ("黄志明", "residence_permit", "830000197811200038", None),
    ("MARIA GARCIA", "permanent_residence_card", "911156198801010014", None),
    ("陈小明", "hk_macao_travel_permit", "H12345678", None),
    ("林美玲", "taiwan_travel_permit", "12345678", None),
    ("ANNA MARIA ERIKSSON", "foreign_passport", "L898902C3", Some("SWE")),
    ("刘洋", "prc_passport", "E12345678", None),
];

/// A document as it is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentHeld {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who issued it, of foreign passports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// A person who holds a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPerson {
    /// As it stands on the document.
    pub name: String,
    /// The document.
    pub document: DocumentHeld,
}

/// What the register found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// The document is this person's.
    Match,
    /// The document is another person's.
    Mismatch,
    /// Nobody holds such a document.
    UnknownDocument,
}

/// The answer about a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The client's name of it.
    pub reference: String,
    /// What came of it.
    pub result: CheckResult,
}

/// The request for a check.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckBody {
    reference: String,
    name: String,
    document: DocumentHeld,
}

impl CheckBody {
    /// Reads a request; what is not one of the documented form is refused whole.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let body: Self = serde_json::from_slice(body).map_err(|_| Failure::InvalidRequest)?;
        let named = (1..=REFERENCE_CHARS_MAX).contains(&body.reference.chars().count());
        if named { Ok(body) } else { Err(Failure::InvalidRequest) }
    }
}

/// A check that the client may count on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// Made by this request.
    Now(Check),
    /// Made by an earlier request with the same reference.
    Before(Check),
}

/// Everything the register remembers.
pub(super) struct Register {
    holders: HashMap<DocumentHeld, String>,
    /// What was asked, and found, in order.
    checks: Vec<(CheckBody, Check)>,
    behaviours: Behaviours,
}

impl Default for Register {
    fn default() -> Self {
        let holders = PERSONS.iter().map(|(name, kind, number, issuer)| {
            let issuer = issuer.map(str::to_owned);
            let document =
                DocumentHeld { kind: (*kind).to_owned(), number: (*number).to_owned(), issuer };
            (document, name.to_uppercase())
        });
        let holders = holders.collect();
        Self { holders, checks: Vec::new(), behaviours: Behaviours::default() }
    }
}

impl Register {
    /// Replaces the behaviours that are left.
    pub(super) fn behave(&mut self, behaviours: Behaviours) {
        self.behaviours = behaviours;
    }

    /// From now on somebody holds a document.
    pub(super) fn enrol(&mut self, person: TestPerson) {
        self.holders.insert(person.document, person.name.to_uppercase());
    }

    /// A request for a check arrives.
    pub(super) fn check(
        &mut self,
        wanted: Result<CheckBody, Failure>,
    ) -> Delivery<Result<Checked, Failure>> {
        let behaviour = self.next();
        Delivery::by_register(behaviour, || {
            Ok(match self.look_up(wanted?)? {
                Checked::Now(check) => Checked::Now(told(check, behaviour)),
                Checked::Before(check) => Checked::Before(told(check, behaviour)),
            })
        })
    }

    /// A question about a check arrives.
    pub(super) fn find(&mut self, reference: &str) -> Delivery<Result<Check, Failure>> {
        let behaviour = self.next();
        let found = self.checks.iter().find(|(_, check)| check.reference == reference);
        Delivery::by_register(behaviour, || {
            let (_, check) = found.ok_or(Failure::NoSuchCheck)?;
            Ok(told(check.clone(), behaviour))
        })
    }

    /// Everything that was asked, in order.
    pub(super) fn checks(&self) -> Vec<Check> {
        self.checks.iter().map(|(_, check)| check.clone()).collect()
    }

    fn next(&mut self) -> Behaviour {
        self.behaviours.next.pop_front().unwrap_or(Behaviour::Well)
    }

    fn look_up(&mut self, wanted: CheckBody) -> Result<Checked, Failure> {
        let asked = self.checks.iter().find(|(asked, _)| asked.reference == wanted.reference);
        if let Some((asked, check)) = asked {
            let same = *asked == wanted;
            return if same {
                Ok(Checked::Before(check.clone()))
            } else {
                Err(Failure::ReferenceReused)
            };
        }
        let result = match self.holders.get(&wanted.document) {
            None => CheckResult::UnknownDocument,
            Some(holder) if *holder == wanted.name.to_uppercase() => CheckResult::Match,
            Some(_) => CheckResult::Mismatch,
        };
        let check = Check { reference: wanted.reference.clone(), result };
        self.checks.push((wanted, check.clone()));
        Ok(Checked::Now(check))
    }
}

/// What a check is said to have found.
fn told(check: Check, behaviour: Behaviour) -> Check {
    let result = match (behaviour, check.result) {
        (Behaviour::Contradict, CheckResult::Match) => CheckResult::Mismatch,
        (Behaviour::Contradict, _) => CheckResult::Match,
        (_, truth) => truth,
    };
    Check { result, ..check }
}
