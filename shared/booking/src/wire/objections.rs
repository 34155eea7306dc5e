//! Objections, as those see them who make them and those who decide.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::Words;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::{ObjectionView, OpenObjection},
    model::{AppointmentId, ObjectionId, ObjectionState, Strike, StrikeId, StrikeKind},
};

/// Why a strike is wrong.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ObjectionRequest, example = json!({
    "grounds": "The train stood still for two hours; the railway's notice says so.",
}))]
pub(crate) struct ObjectBody {
    /// In the person's own words. It is stored encrypted; staff who read it leave an entry in the
    /// person's ledger of accesses.
    pub grounds: Words<2000>,
}

/// What the caller says against a strike, and what was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Objection)]
pub(crate) struct ObjectionBody {
    id: ObjectionId,
    strike_id: StrikeId,
    grounds: String,
    state: ObjectionState,
    made_at: DateTime<Utc>,
    /// What the staff answered; absent until they have decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    answer: Option<String>,
    /// Absent until it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    decided_at: Option<DateTime<Utc>>,
}

impl From<ObjectionView> for ObjectionBody {
    fn from(view: ObjectionView) -> Self {
        let (answer, decided_at) = view.answer.unzip();
        Self {
            id: view.id,
            strike_id: view.strike,
            grounds: view.grounds,
            state: view.state,
            made_at: view.made_at,
            answer,
            decided_at,
        }
    }
}

/// An objection in the list of those who decide, without what it says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedObjection)]
pub(crate) struct ListedObjectionBody {
    id: ObjectionId,
    state: ObjectionState,
    made_at: DateTime<Utc>,
    strike: ObjectedStrikeBody,
}

/// The strike that somebody objects to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ObjectedStrike)]
struct ObjectedStrikeBody {
    id: StrikeId,
    appointment_id: AppointmentId,
    kind: StrikeKind,
    /// The day of the appointment.
    struck_on: NaiveDate,
    /// What the agency's system recorded.
    #[schema(value_type = Object)]
    evidence: Map<String, Value>,
}

impl From<Strike> for ObjectedStrikeBody {
    fn from(strike: Strike) -> Self {
        Self {
            id: strike.id,
            appointment_id: strike.appointment,
            kind: strike.kind,
            struck_on: strike.struck_on,
            evidence: recorded(strike.evidence),
        }
    }
}

/// Evidence as an object, whatever the agency's system has sent.
pub(super) fn recorded(evidence: Value) -> Map<String, Value> {
    match evidence {
        Value::Object(members) => members,
        other => Map::from_iter([("recorded".to_owned(), other)]),
    }
}

impl From<OpenObjection> for ListedObjectionBody {
    fn from(OpenObjection { objection, strike }: OpenObjection) -> Self {
        Self {
            id: objection.id,
            state: objection.state,
            made_at: objection.created_at,
            strike: strike.into(),
        }
    }
}

impl ListedObjectionBody {
    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// An objection with what it says, for those who decide.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadObjection)]
pub(crate) struct ReadObjectionBody {
    objection: ObjectionBody,
    strike: ObjectedStrikeBody,
}

impl From<(ObjectionView, Strike)> for ReadObjectionBody {
    fn from((objection, strike): (ObjectionView, Strike)) -> Self {
        Self { objection: objection.into(), strike: strike.into() }
    }
}

/// What is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ObjectionDecision, example = json!({
    "upheld": true, "answer": "The railway confirms the delay.",
}))]
pub(crate) struct DecideBody {
    /// Whether the strike is annulled.
    pub upheld: bool,
    /// The reasons, for whom it is about.
    pub answer: Words<2000>,
}
