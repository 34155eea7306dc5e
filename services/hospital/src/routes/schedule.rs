//! Sessions: opened and stopped by hospitals' systems, seen by everybody.

use actix_web::{
    HttpResponse, get, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Accessor, Partner, Scope};
use citygate_platform::{
    Cx,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions,
    model::{DepartmentId, OwnNo, PractitionerId},
    wire::{
        ClinicSessionListBody, DaysQuery, OwnSessionBody, PutSessionBody, SessionAppointmentBody,
        StopSessionBody,
    },
};

/// May open and stop sessions.
pub struct SchedulesWrite;
impl Scope for SchedulesWrite {
    const NAME: &'static str = "hospital.schedules:write";
}

/// May see who has booked.
pub struct SchedulesRead;
impl Scope for SchedulesRead {
    const NAME: &'static str = "hospital.schedules:read";
}

/// Opens a session
///
/// The fee follows from the tariff, the grade of the hospital, the kind of clinic and the doctor's
/// title. Sending the same again changes nothing and says so (`unchanged`); other content under the
/// same number is refused.
#[utoipa::path(
    operation_id = "hospital_put_session",
    tag = "hospital",
    security(("partner" = ["hospital.schedules:write"])),
    params(("session_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutSessionBody,
    responses(
        (status = 200, body = OwnSessionBody, description = "It was open; nothing changed."),
        (status = 201, body = OwnSessionBody, description = "It is open.", links(
            ("appointments" = (operation_id = "hospital_list_session_appointments",
                parameters(("session_no" = "$response.body#/session_no"))))
        )),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 409, description = "`booking.session_differs`, `hospital.not_listed`"),
        (status = 422, description = "`hospital.reference_unknown`, `hospital.role_missing`, \
         `hospital.fee_missing`, `hospital.slots_refused`, `hospital.session_day_out_of_range`, \
         `booking.slots_unsound`, `catalogue.rule_missing`")
    )
)]
#[put("/v1/hospital/sessions/{session_no}")]
pub(super) async fn put_session(
    cx: Cx,
    system: Partner<SchedulesWrite>,
    number: Path<OwnNo>,
    body: Body<PutSessionBody>,
) -> Result<HttpResponse, Failure> {
    let new = body.into_inner().clinic(number.into_inner());
    let hospital = system.agency::<AgencyKind>();
    let (session, is_new) = actions::put_session(&cx, hospital, &new).await?;
    let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(OwnSessionBody::new(&session, Some(!is_new), cx.locale)))
}

/// Stops a session
///
/// Who has booked is told, gets another place of the same worth offered where there is one, and all
/// of the money back. It never counts against anybody. Doing it again changes nothing.
#[utoipa::path(
    operation_id = "hospital_stop_session",
    tag = "hospital",
    security(("partner" = ["hospital.schedules:write"])),
    params(("session_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = StopSessionBody,
    responses(
        (status = 200, body = OwnSessionBody, description = "It is stopped."),
        (status = 404, description = "`hospital.session_unknown`")
    )
)]
#[put("/v1/hospital/sessions/{session_no}/stop")]
pub(super) async fn stop_session(
    cx: Cx,
    system: Partner<SchedulesWrite>,
    number: Path<OwnNo>,
    body: Body<StopSessionBody>,
) -> Result<Json<OwnSessionBody>, Failure> {
    let (hospital, reason) = (system.agency::<AgencyKind>(), body.reason.as_str());
    let session = actions::stop(&cx, hospital, &number, reason).await?;
    Ok(Json(OwnSessionBody::new(&session, None, cx.locale)))
}

/// Who has booked a session
///
/// Names are partly hidden. Each of these people can read that they were shown.
#[utoipa::path(
    operation_id = "hospital_list_session_appointments",
    tag = "hospital",
    security(("partner" = ["hospital.schedules:read"])),
    params(
        ("session_no" = OwnNo, Path, description = "The hospital's own number."),
        PageQuery
    ),
    responses(
        (
            status = 200,
            body = Page<SessionAppointmentBody>,
            description = "Newest first, whatever became of them."
        ),
        (status = 404, description = "`hospital.session_unknown`")
    )
)]
#[get("/v1/hospital/sessions/{session_no}/appointments")]
pub(super) async fn list_session_appointments(
    cx: Cx,
    system: Partner<SchedulesRead>,
    number: Path<OwnNo>,
    page: Query<PageQuery>,
) -> Result<Json<Page<SessionAppointmentBody>>, Failure> {
    let hospital = system.agency::<AgencyKind>();
    let by = Accessor::system(system.client, hospital);
    let rows = usize::try_from(page.limit()).unwrap_or_default();
    let found = actions::appointments(&cx, by, hospital, &number, (page.cursor, rows)).await?;
    let id = |booked: &actions::Booked| booked.appointment.id.uuid();
    Ok(Json(page.page(found, id, SessionAppointmentBody::new)))
}

/// The sessions of a department and of what belongs to it
///
/// Of a week from today on, if nobody says; of 31 days at most. With the places that the app can
/// have now.
#[utoipa::path(
    operation_id = "hospital_list_department_sessions",
    tag = "hospital",
    security(()),
    params(("department_id" = DepartmentId, Path, description = "The department."), DaysQuery),
    responses(
        (status = 200, body = ClinicSessionListBody, description = "In the order of their hours."),
        (status = 404, description = "`hospital.department_unknown`"),
        (status = 422, description = "`hospital.period_out_of_range`")
    )
)]
#[get("/v1/hospital/departments/{department_id}/sessions")]
pub(super) async fn list_department_sessions(
    cx: Cx,
    id: Path<DepartmentId>,
    days: Query<DaysQuery>,
) -> Result<Json<ClinicSessionListBody>, Failure> {
    let found = actions::sessions_of_department(&cx, *id, &days.days()).await?;
    Ok(Json(ClinicSessionListBody::new(found, cx.locale)))
}

/// The sessions of a doctor
///
/// Of a week from today on, if nobody says; of 31 days at most. With the places that the app can
/// have now.
#[utoipa::path(
    operation_id = "hospital_list_practitioner_sessions",
    tag = "hospital",
    security(()),
    params(("practitioner_id" = PractitionerId, Path, description = "The doctor."), DaysQuery),
    responses(
        (status = 200, body = ClinicSessionListBody, description = "In the order of their hours."),
        (status = 404, description = "`hospital.practitioner_unknown`"),
        (status = 422, description = "`hospital.period_out_of_range`")
    )
)]
#[get("/v1/hospital/practitioners/{practitioner_id}/sessions")]
pub(super) async fn list_practitioner_sessions(
    cx: Cx,
    id: Path<PractitionerId>,
    days: Query<DaysQuery>,
) -> Result<Json<ClinicSessionListBody>, Failure> {
    let found = actions::sessions_of_practitioner(&cx, *id, &days.days()).await?;
    Ok(Json(ClinicSessionListBody::new(found, cx.locale)))
}
