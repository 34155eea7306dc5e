//! What systems of agencies ask for.

use actix_web::{HttpResponse, get, web::Path};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Accessor, Partner, Scope};
use citygate_platform::{Cx, http::Failure};

use super::PRIVATE;
use crate::{actions::reports, model::OrderId, wire::PaidOrderBody};

/// May read whose contributions were paid.
pub struct OrdersRead;
impl Scope for OrdersRead {
    const NAME: &'static str = "social_security.orders:read";
}

/// A paid order of the agency, and whose it is
///
/// The agency is told of it by a message (`social_security.contribution.paid`) that names nobody.
/// Whoever is named here reads that they were.
#[utoipa::path(
    operation_id = "social_security_get_paid_order",
    tag = "social_security",
    security(("partner" = ["social_security.orders:read"])),
    params(("order_id" = OrderId, Path, description = "As in the message.")),
    responses(
        (status = 200, body = PaidOrderBody, description = "The order."),
        (status = 404, description = "`social_security.order_unknown`")
    )
)]
#[get("/v1/social-security/paid-orders/{order_id}")]
pub(super) async fn get_paid_order(
    cx: Cx,
    system: Partner<OrdersRead>,
    id: Path<OrderId>,
) -> Result<HttpResponse, Failure> {
    let agency = system.agency::<AgencyKind>();
    let by = Accessor::system(system.client, agency);
    let paid = reports::paid_order(&cx, by, agency, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(PaidOrderBody::new(paid, cx.locale)))
}
