//! Visits: begun by checking in, and read by those whose they are.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_booking::{Appointment, AppointmentId, AppointmentState};
use citygate_catalogue::{Agency, AgencyId, agencies, agency, city, rule_of};
use citygate_identity::{
    Access, Accessor, AccountId, Named, PersonId, RealName, Reason, ResidentIdNumber, person,
    require_session,
};
use citygate_kernel::{Clock, Masked};
use citygate_platform::{
    Cx,
    db::Tx,
    http::PageQuery,
    idempotency::{Answer, Claim, once_saying},
};

use super::{
    SERVICE,
    plan::{self, Known},
    queues::{self, QueueView},
};
use crate::{
    error::{DirectoryError, Error, VisitError},
    jobs,
    model::{
        ChargeBrief, DepartmentId, Order, OrderWords, OwnNo, PractitionerId, QueueEntry, StepKey,
        StoredStep, Visit, VisitId, VisitState,
    },
    rules::{
        plan::{Step, plan as steps_of},
        queue::{PRIORITY, PriorityRule},
        visit::{CHECK_IN, CheckInRule, check_in as window_of},
    },
    store,
    wire::VisitBody,
};

/// Why a hospital names somebody: real names are needed for care.
const REASON: Reason<'static> = Reason { purpose: "hospital.visit", legal_basis: "pipl-13-2" };

/// A step with what its reader wants to know.
pub(crate) struct StepView {
    pub step: StoredStep,
    /// What comes before it.
    pub needs: Vec<StepKey>,
    /// Its turn, with how many are called before and when it will probably be called.
    pub turn: Option<TurnView>,
    /// What the doctor has ordered.
    pub order: Option<(Order, OrderWords)>,
    /// What is to be paid.
    pub charge: Option<ChargeBrief>,
    /// When its result is expected.
    pub expected_at: Option<DateTime<Utc>>,
}

/// Somebody's turn, as they see it.
pub(crate) struct TurnView {
    pub queue: QueueView,
    pub entry: QueueEntry,
    pub ahead: Option<usize>,
    pub expected_at: Option<DateTime<Utc>>,
}

/// A visit with its plan.
pub(crate) struct VisitView {
    pub visit: Visit,
    pub hospital: Agency,
    pub steps: Vec<StepView>,
}

/// Somebody who comes to a hospital's desk or machine.
pub(crate) struct Arrival {
    pub who: Arriving,
    /// The group whose priority the hospital has seen proof of.
    pub priority: Option<String>,
}

/// With an appointment or without.
pub(crate) enum Arriving {
    Booked(AppointmentId),
    WalkIn {
        id_number: ResidentIdNumber,
        name: Masked<String>,
        department: OwnNo,
        practitioner: Option<OwnNo>,
    },
}

/// The holder of an appointment is there. Returns whether that was new.
pub(crate) async fn check_in(
    cx: &Cx,
    caller: &RealName,
    id: AppointmentId,
) -> Result<(VisitView, bool), Error> {
    cx.db
        .tx("hospital.check_in", async |tx| {
            require_session(tx, caller).await?;
            let appointment = appointment(tx, id).await?;
            if appointment.person != caller.person {
                return Err(VisitError::AppointmentUnknown.into());
            }
            let (visit, new) = receive(tx, appointment, None).await?;
            Ok((view(cx, tx, visit).await?, new))
        })
        .await
}

/// Somebody has come to the hospital's own desk or machine, once for a claim.
pub(crate) async fn arrive(
    cx: &Cx,
    claim: &Claim,
    by: Accessor,
    agency: AgencyId,
    arrival: &Arrival,
) -> Result<Answer, Error> {
    cx.db
        .tx("hospital.arrive", async |tx| {
            once_saying(cx, tx, claim, async |tx| {
                let (visit, new) = admit(cx, tx, by, agency, arrival).await?;
                let hospital = citygate_catalogue::agency(tx, visit.agency).await?;
                let body = VisitBody::new(visit, &hospital, cx.locale);
                Ok::<_, Error>((if new { 201 } else { 200 }, body))
            })
            .await
        })
        .await
}

/// [`arrive`] in the transaction of the caller. Returns whether the visit is new.
pub(crate) async fn admit(
    cx: &Cx,
    tx: &mut Tx<'_>,
    by: Accessor,
    agency: AgencyId,
    arrival: &Arrival,
) -> Result<(Visit, bool), Error> {
    let priority = arrival.priority.as_deref();
    if let Some(group) = priority {
        let today = city(tx, agency.city()).await?.date(tx.now());
        let rule = rule_of::<PriorityRule>(tx, PRIORITY, agency, today).await?;
        if rule.params.lane(group).is_none() {
            return Err(VisitError::PriorityUnknown { citation: rule.citation }.into());
        }
    }
    match &arrival.who {
        Arriving::Booked(id) => {
            let appointment = appointment(tx, *id).await?;
            if appointment.agency != agency {
                return Err(VisitError::AppointmentUnknown.into());
            }
            receive(tx, appointment, priority).await
        }
        Arriving::WalkIn { id_number, name, department, practitioner } => {
            let named = Named { id_number, name: Some(name.expose()), case: None };
            let (unit, doctor) = named_by(tx, agency, department, practitioner.as_ref()).await?;
            let who = person(&cx.keys, tx, &Access::new(cx, by, REASON), named).await?;
            walk_in(tx, agency, who, (unit, doctor), priority).await
        }
    }
}

async fn named_by(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    department: &OwnNo,
    practitioner: Option<&OwnNo>,
) -> Result<(DepartmentId, Option<PractitionerId>), Error> {
    let unit = store::department_by_no(tx, agency, department).await?;
    let unit = unit.ok_or(DirectoryError::NotNamed("/walk_in/department_no"))?.id;
    let Some(number) = practitioner else { return Ok((unit, None)) };
    let doctor = store::practitioner(tx, agency, number).await?;
    Ok((unit, Some(doctor.ok_or(DirectoryError::NotNamed("/walk_in/practitioner_no"))?.id)))
}

/// An appointment with a hospital.
async fn appointment(tx: &mut Tx<'_>, id: AppointmentId) -> Result<Appointment, Error> {
    let found = match citygate_booking::appointment(tx, id).await {
        Err(citygate_booking::Error::AppointmentUnknown) => None,
        found => Some(found?),
    };
    let ours = found.filter(|appointment| appointment.service == SERVICE);
    Ok(ours.ok_or(VisitError::AppointmentUnknown)?)
}

/// Begins the visit of an appointment, while check-in is open.
async fn receive(
    tx: &mut Tx<'_>,
    appointment: Appointment,
    priority: Option<&str>,
) -> Result<(Visit, bool), Error> {
    if let Some(known) = store::visits::visit_of_appointment(tx, appointment.id).await? {
        return Ok((known, false));
    }
    let session = citygate_booking::session(tx, appointment.session).await?;
    let city = city(tx, appointment.agency.city()).await?;
    let rule = rule_of::<CheckInRule>(tx, CHECK_IN, appointment.agency, appointment.on).await?;
    let slot = (appointment.starts_at, appointment.ends_at);
    let open = window_of(slot, (appointment.on, session.part), &city, &rule.params);
    if appointment.state != AppointmentState::Arrived {
        let citation = rule.citation;
        if tx.now() < open.opens_at {
            return Err(VisitError::CheckInNotOpen { opens_at: open.opens_at, citation }.into());
        }
        if tx.now() > open.closes_at {
            return Err(VisitError::CheckInClosed { closes_at: open.closes_at, citation }.into());
        }
    }
    // Of two that check in at once, one waits here and then finds the visit.
    let arrived = citygate_booking::arrive(tx, appointment.id).await?;
    let city_code = appointment.agency.city();
    let visit = new_visit(tx, &arrived, DepartmentId::from_parts(city_code, appointment.unit));
    let visit = Visit {
        practitioner: session.provider.map(|id| PractitionerId::from_parts(city_code, id)),
        priority: priority.map(ToOwned::to_owned),
        ..visit
    };
    begin(tx, visit).await
}

fn new_visit(tx: &Tx<'_>, appointment: &Appointment, department: DepartmentId) -> Visit {
    Visit {
        account: appointment.account,
        appointment: Some(appointment.id),
        window: Some((appointment.starts_at, appointment.ends_at)),
        ..blank(tx, appointment.agency, appointment.person, (department, appointment.on))
    }
}

fn blank(
    tx: &Tx<'_>,
    agency: AgencyId,
    person: PersonId,
    (department, on): (DepartmentId, NaiveDate),
) -> Visit {
    Visit {
        id: VisitId::new(agency.city(), &Clock::manual(tx.now())),
        agency,
        person,
        account: None::<AccountId>,
        appointment: None,
        department,
        practitioner: None,
        on,
        window: None,
        priority: None,
        state: VisitState::Arrived,
        end_reason: None,
        rounds: 0,
        last_event: 0,
        arrived_at: tx.now(),
        ended_at: None,
    }
}

/// Begins the visit of somebody who has no appointment; one at a time in a department.
async fn walk_in(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    who: PersonId,
    (department, practitioner): (DepartmentId, Option<PractitionerId>),
    priority: Option<&str>,
) -> Result<(Visit, bool), Error> {
    let on = city(tx, agency.city()).await?.date(tx.now());
    if let Some(known) = store::visits::live_visit(tx, who, department, on).await? {
        return Ok((known, false));
    }
    let visit = Visit {
        practitioner,
        priority: priority.map(ToOwned::to_owned),
        ..blank(tx, agency, who, (department, on))
    };
    begin(tx, visit).await
}

async fn begin(tx: &mut Tx<'_>, visit: Visit) -> Result<(Visit, bool), Error> {
    if !store::visits::insert_visit(tx, &visit).await? {
        let id = visit.appointment.ok_or(Error::Damaged("visit"))?;
        let known = store::visits::visit_of_appointment(tx, id).await?;
        return Ok((known.ok_or(Error::VisitUnknown)?, false));
    }
    let ends = day_ends(tx, &visit).await?;
    jobs::close_later(tx, visit.id, ends).await?;
    Ok((plan::replan_locked(tx, visit, Vec::new()).await?, true))
}

/// When the day of a visit is over in its city.
async fn day_ends(tx: &mut Tx<'_>, visit: &Visit) -> Result<DateTime<Utc>, Error> {
    let zone = city(tx, visit.id.city()).await?.time_zone;
    let midnight = visit.on.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0));
    let local = midnight.and_then(|midnight| midnight.and_local_timezone(zone).earliest());
    Ok(local.map_or(tx.now() + TimeDelta::days(1), |local| local.with_timezone(&Utc)))
}

/// The caller's visits, newest first; one more than the page holds.
pub(crate) async fn visits(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<(Visit, Agency)>, Error> {
    cx.db
        .tx("hospital.list_visits", async |tx| {
            let (after, limit) = (page.cursor, page.limit() + 1);
            let found = store::visits::visits_of_person(tx, caller.person, after, limit).await?;
            let hospitals: Vec<_> = found.iter().map(|visit| visit.agency).collect();
            let hospitals = agencies(tx, &hospitals).await?;
            let with = |visit: Visit| {
                let hospital = hospitals.get(&visit.agency).cloned();
                Ok((visit, hospital.ok_or(Error::Damaged("hospital"))?))
            };
            found.into_iter().map(with).collect()
        })
        .await
}

/// One of the caller's visits, with its plan.
pub(crate) async fn visit(cx: &Cx, caller: &RealName, id: VisitId) -> Result<VisitView, Error> {
    cx.db
        .tx("hospital.get_visit", async |tx| {
            let own = own_visit(tx, caller, id).await?;
            view(cx, tx, own).await
        })
        .await
}

/// One of the caller's visits, for as long as the caller's session runs.
pub(crate) async fn own_visit(
    tx: &mut Tx<'_>,
    caller: &RealName,
    id: VisitId,
) -> Result<Visit, Error> {
    let found = store::visits::visit(tx, id).await?;
    found.filter(|visit| visit.person == caller.person).ok_or(Error::VisitUnknown)
}

/// A visit of the hospital.
pub(crate) async fn received_visit(
    cx: &Cx,
    agency: AgencyId,
    id: VisitId,
) -> Result<VisitView, Error> {
    cx.db
        .tx("hospital.get_received_visit", async |tx| {
            let found = store::visits::visit(tx, id).await?;
            let own = found.filter(|visit| visit.agency == agency);
            view(cx, tx, own.ok_or(Error::VisitUnknown)?).await
        })
        .await
}

/// A visit with its plan: what was written down, in the words of its orders and with its queues as
/// they are now.
async fn view(cx: &Cx, tx: &mut Tx<'_>, visit: Visit) -> Result<VisitView, Error> {
    let hospital = agency(tx, visit.agency).await?;
    let known = Known::read(tx, &visit, visit.state == VisitState::Void).await?;
    let computed = steps_of(&known.facts);
    let stored = store::plans::steps_of_visit(tx, visit.id).await?;
    let mut turns = turns(tx, &known).await?;
    let mut steps = Vec::with_capacity(stored.len());
    for step in stored {
        let needs = |one: &Step| one.needs.clone();
        let order = known.orders.iter().find(|order| order.id.uuid() == step.key.subject);
        let order = match order {
            Some(order) => Some((order.clone(), words(cx, tx, order).await?)),
            None => None,
        };
        steps.push(StepView {
            needs: computed.iter().find(|one| one.key == step.key).map(needs).unwrap_or_default(),
            turn: turns
                .iter()
                .position(|turn| plan::key(&turn.entry) == step.key)
                .map(|at| turns.swap_remove(at)),
            expected_at: result_expected(&known, &step, order.as_ref().map(|(order, _)| order)),
            charge: known.charges.iter().find(|one| one.id.uuid() == step.key.subject).cloned(),
            order,
            step,
        });
    }
    Ok(VisitView { visit, hospital, steps })
}

/// When the result of an examination that was made is expected.
fn result_expected(
    known: &Known,
    step: &StoredStep,
    order: Option<&Order>,
) -> Option<DateTime<Utc>> {
    if step.key.kind != crate::model::StepKind::Result || step.state.is_over() {
        return None;
    }
    let minutes = order?.ready_minutes?;
    let made = known.entries.iter().find(|entry| entry.subject == step.key.subject)?.done_at?;
    Some(made + TimeDelta::minutes(minutes.into()))
}

/// What an order says, opened for the person or the hospital whose it is.
async fn words(cx: &Cx, tx: &mut Tx<'_>, order: &Order) -> Result<OrderWords, Error> {
    let column = &store::plans::ORDER_WORDS;
    let words = cx.keys.open_json(tx, column, order.id.uuid(), &order.words_sealed).await;
    Ok(words.map_err(citygate_identity::Error::from)?)
}

/// The turns of a visit that are not over, each with its queue as it is now.
async fn turns(tx: &mut Tx<'_>, known: &Known) -> Result<Vec<TurnView>, Error> {
    let ids: Vec<_> = known.entries.iter().map(|entry| entry.queue).collect();
    let found = store::queues::queues_by_id(tx, &ids).await?;
    let mut turns = Vec::new();
    for entry in &known.entries {
        let queue = found.iter().find(|queue| queue.id == entry.queue);
        let queue = queue.ok_or(Error::Damaged("queue"))?.clone();
        let queue = if entry.state.is_live() {
            queues::view(tx, queue).await?
        } else {
            QueueView::empty(queue)
        };
        let ahead = queue.ahead(entry.id);
        let wait = ahead.and_then(|ahead| queue.wait(ahead, tx.now()));
        let expected_at = wait.map(|wait| tx.now() + wait);
        turns.push(TurnView { queue, entry: entry.clone(), ahead, expected_at });
    }
    Ok(turns)
}
