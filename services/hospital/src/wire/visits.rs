//! Bodies of visits and their plans.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_booking::AppointmentId;
use citygate_catalogue::{Agency, AgencyId};
use citygate_identity::ResidentIdNumber;
use citygate_kernel::{Locale, Masked, Money, Words};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, Type},
    },
};
use uuid::Uuid;

use super::{directory::given, visit_words::instruction};
use crate::{
    actions::{Arrival, Arriving, StepView, TurnView, VisitView, turn_number},
    model::{
        ChargeId, DepartmentId, EndReason, EntryState, OrderId, OwnNo, PlanEvent, PlanEventKind,
        PractitionerId, QueueEntryId, QueueId, StepKey, StepKind, StepState, Visit, VisitId,
        VisitState,
    },
};

/// Who checks in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewVisit)]
pub(crate) struct CheckInBody {
    pub appointment_id: AppointmentId,
}

/// A group as the rules name it.
#[derive(Debug)]
struct Group(String);

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=40).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom("1 to 40 small letters, digits and underscores are expected"))
        }
    }
}

fn group<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Group>, D::Error> {
    Group::deserialize(deserializer).map(Some)
}

/// Somebody without an appointment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HospitalWalkIn, example = json!({
    "name": "王芳", "id_number": "11010519491231002X", "department_no": "cardiology",
}))]
pub(crate) struct WalkInBody {
    #[schema(value_type = Words<64>)]
    name: Masked<Words<64>>,
    id_number: ResidentIdNumber,
    /// The hospital's own number of the department.
    department_no: OwnNo,
    /// The hospital's own number of the doctor.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = OwnNo)]
    practitioner_no: Option<OwnNo>,
}

/// Somebody at the hospital's desk or machine, with an appointment or without: one of both.
#[derive(Deserialize)]
#[serde(try_from = "ArrivalMembers")]
pub(crate) struct ArrivalBody(Arrival);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArrivalMembers {
    #[serde(default, deserialize_with = "given")]
    appointment_id: Option<AppointmentId>,
    #[serde(default, deserialize_with = "given")]
    walk_in: Option<WalkInBody>,
    #[serde(default, deserialize_with = "group")]
    priority: Option<Group>,
}

impl TryFrom<ArrivalMembers> for ArrivalBody {
    type Error = &'static str;

    fn try_from(members: ArrivalMembers) -> Result<Self, Self::Error> {
        let who = match (members.appointment_id, members.walk_in) {
            (Some(id), None) => Arriving::Booked(id),
            (None, Some(walk_in)) => Arriving::WalkIn {
                id_number: walk_in.id_number,
                name: Masked::new(walk_in.name.into_exposed().into_string()),
                department: walk_in.department_no,
                practitioner: walk_in.practitioner_no,
            },
            _ => return Err("one of appointment_id and walk_in is expected"),
        };
        Ok(Self(Arrival { who, priority: members.priority.map(|group| group.0) }))
    }
}

impl PartialSchema for ArrivalBody {
    fn schema() -> RefOr<Schema> {
        let priority = || {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("The group whose priority the hospital has seen proof of."))
                .pattern(Some("^[a-z0-9_]{1,40}$"))
                .examples(["over_80"])
        };
        let with = |who: &str, of: Cow<'static, str>| {
            ObjectBuilder::new()
                .property(who, Ref::from_schema_name(of))
                .required(who)
                .property("priority", priority())
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        OneOfBuilder::new()
            .description(Some("Somebody at the desk, with an appointment or without."))
            .item(with("appointment_id", AppointmentId::name()))
            .item(with("walk_in", WalkInBody::name()))
            .into()
    }
}

impl ToSchema for ArrivalBody {
    fn name() -> Cow<'static, str> {
        "NewHospitalArrival".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((AppointmentId::name().into_owned(), AppointmentId::schema()));
        schemas.push((WalkInBody::name().into_owned(), WalkInBody::schema()));
        WalkInBody::schemas(schemas);
    }
}

impl ArrivalBody {
    /// Who comes.
    pub(crate) fn arrival(self) -> Arrival {
        self.0
    }
}

/// A visit of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Visit)]
pub(crate) struct VisitBody {
    id: VisitId,
    hospital_id: AgencyId,
    /// In the language of the answer.
    hospital: String,
    department_id: DepartmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PractitionerId)]
    practitioner_id: Option<PractitionerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AppointmentId)]
    appointment_id: Option<AppointmentId>,
    on: NaiveDate,
    state: VisitState,
    /// Why it came to nothing, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = EndReason)]
    end_reason: Option<EndReason>,
    arrived_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    ended_at: Option<DateTime<Utc>>,
}

impl VisitBody {
    pub(crate) fn new(visit: Visit, hospital: &Agency, locale: Locale) -> Self {
        Self {
            id: visit.id,
            hospital_id: visit.agency,
            hospital: hospital.name.get(locale).to_owned(),
            department_id: visit.department,
            practitioner_id: visit.practitioner,
            appointment_id: visit.appointment,
            on: visit.on,
            state: visit.state,
            end_reason: visit.end_reason,
            arrived_at: visit.arrived_at,
            ended_at: visit.ended_at,
        }
    }

    pub(crate) fn id(&self) -> VisitId {
        self.id
    }
}

/// What tells a step from the others of its visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitStepKey)]
struct StepKeyBody {
    kind: StepKind,
    subject: Uuid,
}

impl From<StepKey> for StepKeyBody {
    fn from(key: StepKey) -> Self {
        Self { kind: key.kind, subject: key.subject }
    }
}

/// A turn in a queue, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitTurn)]
struct TurnBody {
    id: QueueEntryId,
    queue_id: QueueId,
    /// As it is called: `A017`.
    number: String,
    state: EntryState,
    name: String,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    room: Option<String>,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    /// How many are called before, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = usize)]
    ahead: Option<usize>,
    /// When it will probably be called, while it waits and a room calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    expected_at: Option<DateTime<Utc>>,
    /// Calls that were missed.
    misses: u16,
}

impl TurnBody {
    fn new(turn: TurnView, locale: Locale) -> Self {
        let TurnView { queue, entry, ahead, expected_at } = turn;
        let number = turn_number(&queue.queue, &entry);
        let terms = queue.queue.terms;
        Self {
            id: entry.id,
            queue_id: entry.queue,
            number,
            state: entry.state,
            name: terms.name.get(locale).to_owned(),
            place: terms.place.get(locale).to_owned(),
            room: entry.room,
            opens_at: terms.opens_at,
            closes_at: terms.closes_at,
            ahead,
            expected_at,
            misses: entry.misses,
        }
    }
}

/// A step of a visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitStep)]
struct StepBody {
    kind: StepKind,
    subject: Uuid,
    state: StepState,
    /// What kind of step it is.
    name: String,
    /// What is to be done now, and where; or why nothing is yet.
    instruction: String,
    /// What comes before it.
    needs: Vec<StepKeyBody>,
    /// What the doctor has ordered, or what is to be paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    title: Option<String>,
    /// How to prepare.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    preparation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = OrderId)]
    order_id: Option<OrderId>,
    /// What is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ChargeId)]
    charge_id: Option<ChargeId>,
    /// How much, while it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    due: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = TurnBody)]
    turn: Option<TurnBody>,
    /// When a result is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    expected_at: Option<DateTime<Utc>>,
}

impl StepBody {
    fn new(view: StepView, now: DateTime<Utc>, locale: Locale) -> Self {
        let instruction = instruction(&view, now, locale);
        let StepView { step, needs, turn, order, charge, expected_at } = view;
        let StepKey { kind, subject } = step.key;
        let (order, words) = order.unzip();
        let (title, preparation) = words.map(|words| (words.title, words.preparation)).unzip();
        let title = title.or(charge.as_ref().map(|charge| charge.title.clone()));
        Self {
            kind,
            subject,
            state: step.state,
            name: kind.name().get(locale).to_owned(),
            instruction,
            needs: needs.into_iter().map(StepKeyBody::from).collect(),
            title: title.map(|title| title.get(locale).to_owned()),
            preparation: preparation.flatten().map(|words| words.get(locale).to_owned()),
            order_id: order.map(|order| order.id),
            charge_id: charge.as_ref().map(|charge| charge.id),
            due: charge.filter(|charge| charge.open).map(|charge| charge.due),
            turn: turn.map(|turn| TurnBody::new(turn, locale)),
            expected_at,
        }
    }
}

/// A visit with its plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitPlan)]
pub(crate) struct VisitPlanBody {
    visit: VisitBody,
    /// Each after what it needs.
    steps: Vec<StepBody>,
    /// What the person can do now, or what calls them, most urgent first.
    next: Vec<StepKeyBody>,
    /// The number of its last event; events are followed from there.
    last_event: i64,
    as_of: DateTime<Utc>,
}

impl VisitPlanBody {
    pub(crate) fn new(view: VisitView, now: DateTime<Utc>, locale: Locale) -> Self {
        let VisitView { visit, hospital, steps } = view;
        let urgent = |state: StepState| match state {
            StepState::Called => Some(0),
            StepState::Ready => Some(1),
            StepState::Queued => Some(2),
            StepState::Planned | StepState::Done | StepState::Skipped | StepState::Missed => None,
        };
        let mut next: Vec<_> = steps
            .iter()
            .filter_map(|view| Some((urgent(view.step.state)?, view.step.key)))
            .collect();
        next.sort_by_key(|(rank, _)| *rank);
        let last_event = visit.last_event;
        Self {
            visit: VisitBody::new(visit, &hospital, locale),
            steps: steps.into_iter().map(|step| StepBody::new(step, now, locale)).collect(),
            next: next.into_iter().map(|(_, key)| key.into()).collect(),
            last_event,
            as_of: now,
        }
    }
}

/// Something that happened in a visit: the `data` of an event of the stream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitEvent)]
pub(crate) struct PlanEventBody {
    visit_id: VisitId,
    /// Counts from one without gaps; also the `id` of the event.
    seq: i64,
    kind: PlanEventKind,
    /// The steps or the turn that it is about.
    data: serde_json::Value,
    happened_at: DateTime<Utc>,
}

impl From<PlanEvent> for PlanEventBody {
    fn from(event: PlanEvent) -> Self {
        let PlanEvent { visit, seq, kind, data, happened_at } = event;
        Self { visit_id: visit, seq, kind, data, happened_at }
    }
}
