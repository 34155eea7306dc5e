//! What people read of a register.

use actix_web::{HttpResponse, get, web::Path};
use citygate_identity::StepUp;
use citygate_inquiry::Registers;
use citygate_listings::ListingId;
use citygate_platform::{Cx, http::Failure};

use super::PRIVATE;
use crate::{
    actions::{ListedRead, inquiry},
    wire::ListedRecordBody,
};

/// What a register has about the caller
///
/// It takes a fresh proof (`listed.read`, for the listing), which serves once. The register of the
/// listing's agency is asked; while it does not answer, what it said last is given, and says so.
#[utoipa::path(
    operation_id = "listed_get_record",
    tag = "listed",
    security(("citizen" = [])),
    params(("listing_id" = ListingId, Path, description = "Which service.")),
    responses(
        (status = 200, body = ListedRecordBody, description = "What the listing shows of it."),
        (status = 401, description = "`identity.step_up_required`"),
        (status = 404, description = "`listings.unknown`, `inquiry.no_record`"),
        (status = 409, description = "`listings.not_in_force`, `listed.other_kind`"),
        (status = 422, description = "`listed.not_eligible`, `listed.at_the_counter`"),
        (status = 503, description = "`listed.source_missing`, `listed.record_unreadable`, \
         `inquiry.unheard`")
    )
)]
#[get("/v1/listed/listings/{listing_id}/record")]
pub(super) async fn get_record(
    cx: Cx,
    proof: StepUp<ListedRead>,
    registers: Registers,
    id: Path<ListingId>,
) -> Result<HttpResponse, Failure> {
    let reading = inquiry::read(&cx, &registers, &proof, *id).await?;
    let body = ListedRecordBody::new(&reading, cx.locale)?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}
