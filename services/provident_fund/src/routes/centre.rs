//! Handlers for the systems of fund centres.

use actix_web::{
    HttpResponse, get,
    http::header,
    post, put,
    web::{Json, Path, Query},
};
use citygate_catalogue::AgencyKind;
use citygate_identity::{Accessor, Partner, Scope};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, Page, PageQuery, Sent},
    problems,
};

use crate::{
    actions::batch::{self, Centre, Part},
    model::{BatchNo, Fault},
    wire::batch::{
        BatchBody, BatchStatusBody, DeclareBatchBody, FaultBody, PartBody, PartNo, csv,
        line::LineBody,
    },
};

/// May push accounts, postings, loans and terms.
pub struct FundsWrite;
impl Scope for FundsWrite {
    const NAME: &'static str = "provident_fund.records:write";
}

/// Adds them.
pub(super) fn add(routes: &mut Routes<'_>) {
    routes
        .service(put_batch)
        .service(put_batch_part)
        .service(list_batches)
        .service(get_batch)
        .service(close_batch)
        .service(list_batch_faults)
        .service(get_batch_faults_csv);
}

const NDJSON: &str = "application/x-ndjson";

/// Declares a batch
///
/// With how many lines it has and what they come to. Saying the same again changes nothing. A batch
/// that did not balance can be replaced by another one that says all of it again.
#[utoipa::path(
    operation_id = "provident_fund_put_batch",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(("batch_no" = BatchNo, Path, description = "The centre's number.")),
    request_body = DeclareBatchBody,
    responses(
        (status = 200, body = BatchStatusBody, description = "It was declared; nothing changed."),
        (status = 201, body = BatchStatusBody, description = "Declared."),
        (status = 409, description = "`provident_fund.batch_differs`"),
        (status = 422, description = "`provident_fund.as_of_ahead`, \
         `provident_fund.nothing_to_replace`")
    )
)]
#[put("/v1/provident-fund/batches/{batch_no}")]
async fn put_batch(
    cx: Cx,
    centre: Partner<FundsWrite>,
    number: Path<BatchNo>,
    body: Body<DeclareBatchBody>,
) -> Result<HttpResponse, Failure> {
    let (declared, replaces) = body.declaration();
    let agency = centre.agency::<AgencyKind>();
    let (view, new) = batch::declare(&cx, agency, &number, declared, replaces).await?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(BatchStatusBody::new(view)))
}

/// Sends a part of a batch
///
/// Lines of the batch's kind, 5000 at most, in any order, as any part. All of them are taken or
/// refused one by one, in one transaction: a faulty line hinders no other. The same part again
/// changes nothing; other content under its number is refused. After closing, a batch that did not
/// balance takes further parts; of lines that it said before, nothing is counted twice.
#[utoipa::path(
    operation_id = "provident_fund_put_batch_part",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(
        ("batch_no" = BatchNo, Path, description = "The centre's number."),
        ("part_no" = inline(PartNo), Path, description = "From 1.")
    ),
    request_body(
        content = LineBody,
        content_type = "application/x-ndjson",
        description = "An object on each line."
    ),
    responses(
        (status = 200, body = PartBody, description = "Taken, or there already."),
        (status = 404, description = "`provident_fund.batch_unknown`"),
        (status = 409, description = "`provident_fund.part_differs`, \
         `provident_fund.batch_closed`, `provident_fund.batch_replaced`"),
        (status = 415, description = "`request.unsupported_media_type`"),
        (status = 422, description = "`provident_fund.part_size`")
    )
)]
#[put("/v1/provident-fund/batches/{batch_no}/parts/{part_no}")]
async fn put_batch_part(
    cx: Cx,
    centre: Partner<FundsWrite>,
    path: Path<(BatchNo, PartNo)>,
    sent: Sent,
) -> Result<Json<PartBody>, Failure> {
    if !sent.is(NDJSON) {
        let wanted = format!("Content-Type: {NDJSON} is expected");
        return Err(Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE).detail(wanted).into());
    }
    let (number, part_no) = path.into_inner();
    let part_no = part_no.get();
    let agency = centre.agency::<AgencyKind>();
    let centre = Centre { agency, by: Accessor::system(centre.client, agency) };
    let part = Part { number: part_no, bytes: &sent.bytes };
    let (totals, new) = batch::receive(&cx, centre, &number, part).await?;
    Ok(Json(PartBody::new(part_no, totals, !new)))
}

/// A batch, and which parts of it are there
#[utoipa::path(
    operation_id = "provident_fund_get_batch",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(("batch_no" = BatchNo, Path, description = "The centre's number.")),
    responses(
        (status = 200, body = BatchStatusBody, description = "The batch."),
        (status = 404, description = "`provident_fund.batch_unknown`")
    )
)]
#[get("/v1/provident-fund/batches/{batch_no}")]
async fn get_batch(
    cx: Cx,
    centre: Partner<FundsWrite>,
    number: Path<BatchNo>,
) -> Result<Json<BatchStatusBody>, Failure> {
    let view = batch::batch(&cx, centre.agency::<AgencyKind>(), &number).await?;
    Ok(Json(BatchStatusBody::new(view)))
}

/// The centre's batches
#[utoipa::path(
    operation_id = "provident_fund_list_batches",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(PageQuery),
    responses((status = 200, body = Page<BatchBody>, description = "Newest first."))
)]
#[get("/v1/provident-fund/batches")]
async fn list_batches(
    cx: Cx,
    centre: Partner<FundsWrite>,
    page: Query<PageQuery>,
) -> Result<Json<Page<BatchBody>>, Failure> {
    let batches = batch::list(&cx, centre.agency::<AgencyKind>(), &page).await?;
    Ok(Json(page.page(batches, |batch| batch.id.uuid(), BatchBody::new)))
}

/// Closes a batch
///
/// Compares what is on record with what was declared. If both lines and sum agree the batch is
/// `closed`, and the centre's as-of moves to the latest batch that no unfinished one precedes.
/// Otherwise it is `unbalanced`, and is mended by further parts with what was refused or is missing,
/// and closed again; or replaced by another batch, if it was declared wrongly.
#[utoipa::path(
    operation_id = "provident_fund_close_batch",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(("batch_no" = BatchNo, Path, description = "The centre's number.")),
    responses(
        (status = 200, body = BatchStatusBody, description = "Compared: `closed` or `unbalanced`."),
        (status = 404, description = "`provident_fund.batch_unknown`"),
        (status = 409, description = "`provident_fund.batch_replaced`")
    )
)]
#[post("/v1/provident-fund/batches/{batch_no}/close")]
async fn close_batch(
    cx: Cx,
    centre: Partner<FundsWrite>,
    number: Path<BatchNo>,
) -> Result<Json<BatchStatusBody>, Failure> {
    let view = batch::close(&cx, centre.agency::<AgencyKind>(), &number).await?;
    Ok(Json(BatchStatusBody::new(view)))
}

/// Lines of a batch that were refused
#[utoipa::path(
    operation_id = "provident_fund_list_batch_faults",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(("batch_no" = BatchNo, Path, description = "The centre's number."), PageQuery),
    responses(
        (status = 200, body = Page<FaultBody>, description = "The last part and line first."),
        (status = 404, description = "`provident_fund.batch_unknown`")
    )
)]
#[get("/v1/provident-fund/batches/{batch_no}/faults")]
async fn list_batch_faults(
    cx: Cx,
    centre: Partner<FundsWrite>,
    number: Path<BatchNo>,
    page: Query<PageQuery>,
) -> Result<Json<Page<FaultBody>>, Failure> {
    let faults = batch::faults(&cx, centre.agency::<AgencyKind>(), &number, &page).await?;
    Ok(Json(page.page(faults, |fault| Fault::place(*fault), FaultBody::new)))
}

/// Lines of a batch that were refused, as a table
///
/// At most the last hundred thousand.
#[utoipa::path(
    operation_id = "provident_fund_get_batch_faults_csv",
    tag = "provident_fund",
    security(("partner" = ["provident_fund.records:write"])),
    params(("batch_no" = BatchNo, Path, description = "The centre's number.")),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            description = "`part_no,line,code,passing`, the last part and line first (RFC 4180)."),
        (status = 404, description = "`provident_fund.batch_unknown`")
    )
)]
#[get("/v1/provident-fund/batches/{batch_no}/faults.csv")]
async fn get_batch_faults_csv(
    cx: Cx,
    centre: Partner<FundsWrite>,
    number: Path<BatchNo>,
) -> Result<HttpResponse, Failure> {
    let faults = batch::all_faults(&cx, centre.agency::<AgencyKind>(), &number).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"));
    Ok(answer.body(csv(&faults)))
}
