//! The directory as everybody sees it.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};

use crate::{
    actions::{self, Doctors},
    model::DepartmentId,
    wire::{
        DaysQuery, DepartmentTreeBody, HospitalDetailBody, HospitalPageBody, HospitalsQuery, Limit,
        PractitionerBody, PractitionerPageBody, SearchBody, SearchQuery, SpecialtyListBody,
        StatisticsBody,
    },
};

/// The hospitals of a city
#[utoipa::path(
    operation_id = "hospital_list_hospitals",
    tag = "hospital",
    security(()),
    params(HospitalsQuery),
    responses(
        (
            status = 200,
            body = HospitalPageBody,
            description = "The nearest first, if a place was given; else the highest grade first.",
            links(
                ("hospital" = (operation_id = "hospital_get_hospital",
                    parameters(("agency_id" = "$response.body#/items/0/id")))),
                ("departments" = (operation_id = "hospital_list_departments",
                    parameters(("agency_id" = "$response.body#/items/0/id")))),
                ("statistics" = (operation_id = "hospital_get_statistics",
                    parameters(("agency_id" = "$response.body#/items/0/id"))))
            )
        ),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/hospital/hospitals")]
pub(super) async fn list_hospitals(
    cx: Cx,
    query: Query<HospitalsQuery>,
) -> Result<Json<HospitalPageBody>, Failure> {
    let found = actions::hospitals(&cx, &query.filter()).await?;
    Ok(Json(query.page(found, cx.locale)))
}

/// A hospital and its campuses
#[utoipa::path(
    operation_id = "hospital_get_hospital",
    tag = "hospital",
    security(()),
    params(("agency_id" = AgencyId, Path, description = "Its agency.")),
    responses(
        (status = 200, body = HospitalDetailBody, description = "The hospital."),
        (status = 404, description = "`hospital.hospital_unknown`")
    )
)]
#[get("/v1/hospital/hospitals/{agency_id}")]
pub(super) async fn get_hospital(
    cx: Cx,
    id: Path<AgencyId>,
) -> Result<Json<HospitalDetailBody>, Failure> {
    let (listed, locations) = actions::hospital(&cx, *id).await?;
    Ok(Json(HospitalDetailBody::new(&listed, locations, cx.locale)))
}

/// The departments of a hospital, as a tree
#[utoipa::path(
    operation_id = "hospital_list_departments",
    tag = "hospital",
    security(()),
    params(("agency_id" = AgencyId, Path, description = "The hospital's agency.")),
    responses(
        (
            status = 200,
            body = DepartmentTreeBody,
            description = "Each stands before those that belong to it.",
            links(
                ("doctors" = (operation_id = "hospital_list_practitioners",
                    parameters(("department_id" = "$response.body#/items/0/id")))),
                ("sessions" = (operation_id = "hospital_list_department_sessions",
                    parameters(("department_id" = "$response.body#/items/0/id"))))
            )
        ),
        (status = 404, description = "`hospital.hospital_unknown`")
    )
)]
#[get("/v1/hospital/hospitals/{agency_id}/departments")]
pub(super) async fn list_departments(
    cx: Cx,
    id: Path<AgencyId>,
) -> Result<Json<DepartmentTreeBody>, Failure> {
    let (branches, locations) = actions::departments(&cx, *id).await?;
    Ok(Json(DepartmentTreeBody::new(branches, &locations, cx.locale)))
}

/// How a hospital receives people
///
/// Without persons: figures about few people are left out, and so is whatever they could be computed
/// from.
#[utoipa::path(
    operation_id = "hospital_get_statistics",
    tag = "hospital",
    security(()),
    params(("agency_id" = AgencyId, Path, description = "The hospital's agency."), DaysQuery),
    responses(
        (status = 200, body = StatisticsBody, description = "Of thirty days, if nobody says."),
        (status = 404, description = "`hospital.hospital_unknown`"),
        (status = 422, description = "`hospital.period_out_of_range`, `catalogue.rule_missing`")
    )
)]
#[get("/v1/hospital/hospitals/{agency_id}/statistics")]
pub(super) async fn get_statistics(
    cx: Cx,
    id: Path<AgencyId>,
    days: Query<DaysQuery>,
) -> Result<Json<StatisticsBody>, Failure> {
    let report = actions::statistics(&cx, *id, days.from, days.to).await?;
    Ok(Json(StatisticsBody::new(report, cx.locale)))
}

/// The doctors of a department
#[utoipa::path(
    operation_id = "hospital_list_practitioners",
    tag = "hospital",
    security(()),
    params(("department_id" = DepartmentId, Path, description = "The department."), PageQuery),
    responses(
        (
            status = 200,
            body = PractitionerPageBody,
            description = "With what their clinics cost, and their earliest free place.",
            links(
                ("sessions" = (operation_id = "hospital_list_practitioner_sessions",
                    parameters(("practitioner_id" = "$response.body#/items/0/id"))))
            )
        ),
        (status = 404, description = "`hospital.department_unknown`")
    )
)]
#[get("/v1/hospital/departments/{department_id}/practitioners")]
pub(super) async fn list_practitioners(
    cx: Cx,
    id: Path<DepartmentId>,
    page: Query<PageQuery>,
) -> Result<Json<PractitionerPageBody>, Failure> {
    let found = actions::practitioners(&cx, *id, page.cursor, page.limit()).await?;
    let Doctors { doctors, fee_citation } = found;
    let body = |doctor| PractitionerBody::new(doctor, cx.locale);
    let Page { items, next_cursor } = page.page(doctors, |one| one.practitioner.id.uuid(), body);
    let fee_citation = fee_citation.map(|citation| citation.get(cx.locale).to_owned());
    Ok(Json(PractitionerPageBody { items, next_cursor, fee_citation }))
}

/// The subjects that departments are for
#[utoipa::path(
    operation_id = "hospital_list_specialties",
    tag = "hospital",
    security(()),
    responses((status = 200, body = SpecialtyListBody, description = "All of them, by code."))
)]
#[get("/v1/hospital/specialties")]
pub(super) async fn list_specialties(cx: Cx) -> Result<Json<SpecialtyListBody>, Failure> {
    Ok(Json(SpecialtyListBody::new(actions::specialties(&cx).await?, cx.locale)))
}

/// Hospitals, departments and doctors by a part of their names
#[utoipa::path(
    operation_id = "hospital_search",
    tag = "hospital",
    security(()),
    params(SearchQuery),
    responses(
        (
            status = 200,
            body = SearchBody,
            description = "Of each kind, those first whose name begins with what was asked for."
        ),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/hospital/search")]
pub(super) async fn search(cx: Cx, query: Query<SearchQuery>) -> Result<Json<SearchBody>, Failure> {
    let limit = Limit::of(query.limit);
    let (found, agencies) = actions::search(&cx, query.city, &query.q, limit).await?;
    Ok(Json(SearchBody::new(found, &agencies, cx.locale)))
}
