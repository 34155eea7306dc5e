//! What hospitals' systems say of their hospital.

use actix_web::{
    HttpResponse, put,
    web::{Json, Path},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Partner, Scope};
use citygate_platform::{
    Cx,
    http::{Body, Failure},
};
use serde::Serialize;

use crate::{
    actions,
    model::OwnNo,
    store::Put,
    wire::{
        DepartmentPutBody, LocationPutBody, PractitionerPutBody, ProfileBody, PutDepartmentBody,
        PutHospitalBody, PutListingBody, PutLocationBody, PutPractitionerBody, unchanged,
    },
};

/// May describe a hospital: its profile, places, departments and doctors.
pub struct DirectoryWrite;
impl Scope for DirectoryWrite {
    const NAME: &'static str = "hospital.directory:write";
}

/// 201 for what is new.
fn answer(put: Put, body: &impl Serialize) -> HttpResponse {
    match put {
        Put::Created => HttpResponse::Created().json(body),
        Put::Changed | Put::Unchanged => HttpResponse::Ok().json(body),
    }
}

/// Describes the hospital of the agency
///
/// A new one is a draft, which nobody sees. Sending the same again changes nothing and says so
/// (`unchanged`).
#[utoipa::path(
    operation_id = "hospital_put_profile",
    tag = "hospital",
    security(("partner" = ["hospital.directory:write"])),
    request_body = PutHospitalBody,
    responses(
        (status = 200, body = ProfileBody, description = "It was there."),
        (status = 201, body = ProfileBody, description = "It is a draft.")
    )
)]
#[put("/v1/hospital/directory/profile")]
pub(super) async fn put_profile(
    cx: Cx,
    system: Partner<DirectoryWrite>,
    body: Body<PutHospitalBody>,
) -> Result<HttpResponse, Failure> {
    let new = body.into_inner().hospital();
    let (named, put) = actions::put_hospital(&cx, system.agency::<AgencyKind>(), &new).await?;
    Ok(answer(put, &ProfileBody::new(&named, Some(unchanged(put)), cx.locale)))
}

/// Shows the hospital to everybody, or takes it out
///
/// A hospital that is listed has a campus and an active department. What was taken out for good
/// (`delisted`) does not come back. The same again changes nothing.
#[utoipa::path(
    operation_id = "hospital_put_listing",
    tag = "hospital",
    security(("partner" = ["hospital.directory:write"])),
    request_body = PutListingBody,
    responses(
        (status = 200, body = ProfileBody, description = "It stands there now."),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 409, description = "`hospital.listing_refused`")
    )
)]
#[put("/v1/hospital/directory/listing")]
pub(super) async fn put_listing(
    cx: Cx,
    system: Partner<DirectoryWrite>,
    body: Body<PutListingBody>,
) -> Result<Json<ProfileBody>, Failure> {
    let named = actions::move_hospital(&cx, system.agency::<AgencyKind>(), body.event()).await?;
    Ok(Json(ProfileBody::new(&named, None, cx.locale)))
}

/// Describes a campus, building, floor or room
///
/// Sending the same again changes nothing and says so (`unchanged`).
#[utoipa::path(
    operation_id = "hospital_put_location",
    tag = "hospital",
    security(("partner" = ["hospital.directory:write"])),
    params(("location_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutLocationBody,
    responses(
        (status = 200, body = LocationPutBody, description = "It was there."),
        (status = 201, body = LocationPutBody, description = "It is new."),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 422, description = "`hospital.reference_unknown`, \
         `hospital.location_misplaced`, `hospital.directory_full`")
    )
)]
#[put("/v1/hospital/directory/locations/{location_no}")]
pub(super) async fn put_location(
    cx: Cx,
    system: Partner<DirectoryWrite>,
    number: Path<OwnNo>,
    body: Body<PutLocationBody>,
) -> Result<HttpResponse, Failure> {
    let new = body.into_inner().location(number.into_inner());
    let (location, put) = actions::put_location(&cx, system.agency::<AgencyKind>(), &new).await?;
    let (id, location_no) = (location.id, location.number);
    Ok(answer(put, &LocationPutBody { id, location_no, unchanged: unchanged(put) }))
}

/// Describes a department
///
/// Sending the same again changes nothing and says so (`unchanged`). The tree is at most four deep.
#[utoipa::path(
    operation_id = "hospital_put_department",
    tag = "hospital",
    security(("partner" = ["hospital.directory:write"])),
    params(("department_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutDepartmentBody,
    responses(
        (status = 200, body = DepartmentPutBody, description = "It was there."),
        (status = 201, body = DepartmentPutBody, description = "It is new."),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 422, description = "`hospital.reference_unknown`, \
         `hospital.department_misplaced`, `hospital.directory_full`")
    )
)]
#[put("/v1/hospital/directory/departments/{department_no}")]
pub(super) async fn put_department(
    cx: Cx,
    system: Partner<DirectoryWrite>,
    number: Path<OwnNo>,
    body: Body<PutDepartmentBody>,
) -> Result<HttpResponse, Failure> {
    let new = body.into_inner().department(number.into_inner());
    let (found, put) = actions::put_department(&cx, system.agency::<AgencyKind>(), &new).await?;
    let (id, department_no) = (found.id, found.number);
    Ok(answer(put, &DepartmentPutBody { id, department_no, unchanged: unchanged(put) }))
}

/// Describes a doctor, with all of their roles
///
/// Sending the same again changes nothing and says so (`unchanged`). Roles that are not there any
/// more are gone; sessions that are open stay.
#[utoipa::path(
    operation_id = "hospital_put_practitioner",
    tag = "hospital",
    security(("partner" = ["hospital.directory:write"])),
    params(("practitioner_no" = OwnNo, Path, description = "The hospital's own number.")),
    request_body = PutPractitionerBody,
    responses(
        (status = 200, body = PractitionerPutBody, description = "They were there."),
        (status = 201, body = PractitionerPutBody, description = "They are new."),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 422, description = "`hospital.reference_unknown`, `hospital.directory_full`")
    )
)]
#[put("/v1/hospital/directory/practitioners/{practitioner_no}")]
pub(super) async fn put_practitioner(
    cx: Cx,
    system: Partner<DirectoryWrite>,
    number: Path<OwnNo>,
    body: Body<PutPractitionerBody>,
) -> Result<HttpResponse, Failure> {
    let new = body.into_inner().practitioner(number.into_inner());
    let (found, put) = actions::put_practitioner(&cx, system.agency::<AgencyKind>(), &new).await?;
    let (id, practitioner_no) = (found.id, found.number);
    Ok(answer(put, &PractitionerPutBody { id, practitioner_no, unchanged: unchanged(put) }))
}
