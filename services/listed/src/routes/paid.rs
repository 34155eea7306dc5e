//! What systems of agencies ask for.

use actix_web::{
    get,
    web::{Json, Path},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Partner, Scope};
use citygate_platform::{Cx, http::Failure};

use crate::{actions::paid, model::ListedBillId, wire::PaidListedBillBody};

/// May read what was paid.
pub struct BillsRead;
impl Scope for BillsRead {
    const NAME: &'static str = "listed.bills:read";
}

/// A paid bill of the agency
///
/// The agency is told of it by a message (`listed.bill.paid`) that names nobody, and neither does this:
/// the agency knows whose number it is.
#[utoipa::path(
    operation_id = "listed_get_paid_bill",
    tag = "listed",
    security(("partner" = ["listed.bills:read"])),
    params(("listed_bill_id" = ListedBillId, Path, description = "As in the message.")),
    responses(
        (status = 200, body = PaidListedBillBody, description = "The bill."),
        (status = 404, description = "`listed.bill_unknown`")
    )
)]
#[get("/v1/listed/paid-bills/{listed_bill_id}")]
pub(super) async fn get_paid_bill(
    cx: Cx,
    system: Partner<BillsRead>,
    id: Path<ListedBillId>,
) -> Result<Json<PaidListedBillBody>, Failure> {
    let paid = paid::paid_bill(&cx, system.agency::<AgencyKind>(), *id).await?;
    Ok(Json(paid.into()))
}
