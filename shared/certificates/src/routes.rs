//! Handlers.

use actix_web::{
    HttpResponse, get,
    http::header::{self, CacheControl, CacheDirective},
    post,
    web::{Data, Json, Path, Query},
};
use citygate_identity::RealName;
use citygate_paper::pdf::Printer;
use citygate_platform::{
    Cx, Routes,
    http::{Body, Failure, Page, PageQuery},
};

use crate::{
    actions::{self, JWKS_LIFE_SECONDS},
    model::CertificateId,
    wire::{CertificateBody, KeysBody, ListedBody, VerifiedBody, VerifyBody},
};

/// Nobody in between keeps what is about somebody.
const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(verify)
        .service(get_keys)
        .service(list_own)
        .service(get_certificate)
        .service(get_document);
}

/// What they ask for.
pub(crate) fn state(routes: &mut Routes<'_>, printer: &Printer) {
    routes.app_data(Data::new(printer.clone()));
}

/// Verifies a certificate
///
/// For anybody who has its number and its code. It says whether the certificate holds today and shows
/// the statements that are public. A wrong code and an unknown number get the same answer.
#[utoipa::path(
    operation_id = "certificates_verify",
    tag = "certificates",
    security(()),
    request_body = VerifyBody,
    responses(
        (status = 200, body = VerifiedBody, description = "What the certificate says to everybody."),
        (status = 404, description = "`certificates.unknown`")
    )
)]
#[post("/v1/certificate-verifications")]
async fn verify(cx: Cx, body: Body<VerifyBody>) -> Result<HttpResponse, Failure> {
    let verified = actions::verify(&cx, &body.number, &body.code).await?;
    let body = VerifiedBody::new(verified, cx.locale);
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(body))
}

/// The keys that verify credentials
///
/// A new key is here ten minutes before it signs; none is ever withdrawn.
#[utoipa::path(
    operation_id = "certificates_get_keys",
    tag = "certificates",
    security(()),
    responses((status = 200, body = KeysBody, description = "A JWK set (RFC 7517)."))
)]
#[get("/v1/certificates/jwks")]
async fn get_keys(cx: Cx) -> Result<HttpResponse, Failure> {
    let keys = actions::published_keys(&cx).await?;
    let kept = [CacheDirective::Public, CacheDirective::MaxAge(JWKS_LIFE_SECONDS)];
    Ok(HttpResponse::Ok().insert_header(CacheControl(kept.into())).json(KeysBody { keys }))
}

/// The caller's certificates
#[utoipa::path(
    operation_id = "certificates_list_own",
    tag = "certificates",
    security(("citizen" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<ListedBody>, description = "Newest first.", links(
        ("certificate" = (operation_id = "certificates_get_certificate",
            parameters(("certificate_id" = "$response.body#/items/0/certificate_id")))),
        ("document" = (operation_id = "certificates_get_document",
            parameters(("certificate_id" = "$response.body#/items/0/certificate_id"))))
    )))
)]
#[get("/v1/me/certificates")]
async fn list_own(
    cx: Cx,
    caller: RealName,
    page: Query<PageQuery>,
) -> Result<Json<Page<ListedBody>>, Failure> {
    let listed = actions::list(&cx, &caller, &page).await?;
    let body = |listed| ListedBody::new(listed, cx.locale);
    Ok(Json(page.page(listed, |listed| listed.certificate.id.uuid(), body)))
}

/// One of the caller's certificates
///
/// With its code and its signed form. The ledger of accesses gets an entry.
#[utoipa::path(
    operation_id = "certificates_get_certificate",
    tag = "certificates",
    security(("citizen" = [])),
    params(("certificate_id" = CertificateId, Path, description = "Which one.")),
    responses(
        (status = 200, body = CertificateBody, description = "All that it says."),
        (status = 404, description = "`certificates.unknown`")
    )
)]
#[get("/v1/certificates/{certificate_id}")]
async fn get_certificate(
    cx: Cx,
    caller: RealName,
    id: Path<CertificateId>,
) -> Result<HttpResponse, Failure> {
    let reading = actions::read(&cx, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(CertificateBody::new(reading, cx.locale)))
}

/// A certificate as PDF
///
/// With its number and its code, in the language of `Accept-Language`. The ledger of accesses gets an
/// entry.
#[utoipa::path(
    operation_id = "certificates_get_document",
    tag = "certificates",
    security(("citizen" = [])),
    params(("certificate_id" = CertificateId, Path, description = "Which one.")),
    responses(
        (status = 200, content_type = "application/pdf", body = Vec<u8>, description = "A4, with \
         its font in it."),
        (status = 404, description = "`certificates.unknown`"),
        (status = 503, description = "`certificates.documents_busy`")
    )
)]
#[get("/v1/certificates/{certificate_id}/document")]
async fn get_document(
    cx: Cx,
    caller: RealName,
    printer: Data<Printer>,
    id: Path<CertificateId>,
) -> Result<HttpResponse, Failure> {
    let pdf = actions::document(&cx, &printer, &caller, *id).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).content_type("application/pdf").body(pdf))
}
