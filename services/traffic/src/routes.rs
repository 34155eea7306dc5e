//! Handlers of traffic fines.

use actix_web::{
    HttpResponse, get, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Accessor, Partner, RealName, Scope};
use citygate_platform::{
    Cx, Service,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions, demo,
    error::{Error, PROBLEMS},
    jobs,
    model::{DecisionId, DecisionNo},
    wire::{DecisionBody, FineBody, PutDecisionBody},
};

/// May record decisions.
pub struct DecisionsWrite;
impl Scope for DecisionsWrite {
    const NAME: &'static str = "traffic.decisions:write";
}

/// May read decisions and whether they are paid.
pub struct DecisionsRead;
impl Scope for DecisionsRead {
    const NAME: &'static str = "traffic.decisions:read";
}

/// Traffic fines as a part of the city.
pub fn service() -> Service {
    let mut service = Service::new("traffic", PROBLEMS, |routes| {
        routes.service(put_decision).service(get_decision).service(list_fines).service(get_fine);
    });
    service.listeners = vec![jobs::tell_agency(), jobs::recount_deadlines()];
    service.about =
        "Penalty decisions of the traffic police, and the fines that they are to citizens.";
    service.demo = Some(demo::seed);
    service
}

/// Records a penalty decision
///
/// Sending the same decision again changes nothing and says so (`unchanged`). Other content under
/// the same number is refused.
#[utoipa::path(
    operation_id = "traffic_put_decision",
    tag = "traffic",
    security(("partner" = ["traffic.decisions:write"])),
    params(("decision_no" = DecisionNo, Path, description = "Its sixteen digits.")),
    request_body = PutDecisionBody,
    responses(
        (status = 200, body = DecisionBody, description = "It was on record; nothing changed."),
        (status = 201, body = DecisionBody, description = "Recorded, and its bill issued.", links(
            ("decision" = (operation_id = "traffic_get_decision",
                parameters(("decision_no" = "$response.body#/decision_no"))))
        )),
        (status = 409, description = "`traffic.decision_differs`"),
        (status = 422, description = "`traffic.fine_out_of_range`, `traffic.served_too_early`, \
         `catalogue.rule_missing`")
    )
)]
#[put("/v1/traffic/decisions/{decision_no}")]
async fn put_decision(
    cx: Cx,
    police: Partner<DecisionsWrite>,
    number: Path<DecisionNo>,
    body: Body<PutDecisionBody>,
) -> Result<HttpResponse, Failure> {
    let decision = body.into_inner().decision(number.into_inner());
    let agency = police.agency::<AgencyKind>();
    let by = Accessor::system(police.client, agency);
    let (view, recorded) = actions::record_decision(&cx, by, agency, &decision).await?;
    let mut answer = if recorded { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(DecisionBody::new(view, Some(!recorded))))
}

/// A decision of the agency, and whether it is paid
#[utoipa::path(
    operation_id = "traffic_get_decision",
    tag = "traffic",
    security(("partner" = ["traffic.decisions:read"])),
    params(("decision_no" = DecisionNo, Path, description = "Its sixteen digits.")),
    responses(
        (status = 200, body = DecisionBody, description = "The decision."),
        (status = 404, description = "`traffic.decision_unknown`")
    )
)]
#[get("/v1/traffic/decisions/{decision_no}")]
async fn get_decision(
    cx: Cx,
    police: Partner<DecisionsRead>,
    number: Path<DecisionNo>,
) -> Result<Json<DecisionBody>, Failure> {
    let view = actions::decision(&cx, police.agency::<AgencyKind>(), &number).await?;
    Ok(Json(DecisionBody::new(view, None)))
}

/// The caller's fines
#[utoipa::path(
    operation_id = "traffic_list_fines",
    tag = "traffic",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<FineBody>, description = "Newest first.", links(
        ("fine" = (operation_id = "traffic_get_fine",
            parameters(("fine_id" = "$response.body#/items/0/id")))),
        ("pay" = (operation_id = "payments_pay_bill",
            parameters(("bill_id" = "$response.body#/items/0/bill_id"))))
    )))
)]
#[get("/v1/traffic/fines")]
async fn list_fines(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<FineBody>>, Failure> {
    let fines = actions::fines(&cx, caller.person, &page).await?;
    let bodies: Result<Vec<_>, Error> =
        fines.into_iter().map(|fine| Ok(FineBody::new(fine, cx.locale)?)).collect();
    Ok(Json(page.page(bodies?, |fine| fine.id().uuid(), |fine| fine)))
}

/// One of the caller's fines
#[utoipa::path(
    operation_id = "traffic_get_fine",
    tag = "traffic",
    security(("citizen" = [])),
    params(("fine_id" = DecisionId, Path, description = "Which one.")),
    responses(
        (status = 200, body = FineBody, description = "The fine."),
        (status = 404, description = "`traffic.fine_unknown`")
    )
)]
#[get("/v1/traffic/fines/{fine_id}")]
async fn get_fine(
    cx: Cx,
    caller: RealName,
    id: Path<DecisionId>,
) -> Result<Json<FineBody>, Failure> {
    let fine = actions::fine(&cx, caller.person, *id).await?;
    Ok(Json(FineBody::new(fine, cx.locale).map_err(Error::from)?))
}
