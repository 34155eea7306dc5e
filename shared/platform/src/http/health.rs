//! What operators and load balancers ask.

use actix_web::{HttpResponse, get, web::Data};
use citygate_kernel::Problem;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Failure, edge::Draining};
use crate::{Cx, Service, problems};

/// Health, metrics, and the problems of the platform.
pub fn service(metrics: PrometheusHandle) -> Service {
    let mut service = Service::new("platform", problems::ALL, move |routes| {
        routes
            .app_data(Data::new(metrics.clone()))
            .service(get_health_live)
            .service(get_health_ready)
            .service(get_metrics);
    });
    service.about = "For operators and load balancers.";
    service
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
struct HealthBody {
    /// `ok`.
    status: &'static str,
}

/// Whether the process runs
#[utoipa::path(
    operation_id = "platform_get_health_live",
    tag = "platform",
    security(()),
    extensions(("x-rate-limit" = json!("unlimited"))),
    responses((status = 200, body = HealthBody, description = "The process runs."))
)]
#[get("/health/live")]
async fn get_health_live() -> HttpResponse {
    HttpResponse::Ok().json(HealthBody { status: "ok" })
}

/// Whether the process can serve citizens
#[utoipa::path(
    operation_id = "platform_get_health_ready",
    tag = "platform",
    security(()),
    extensions(("x-rate-limit" = json!("unlimited"))),
    responses(
        (status = 200, body = HealthBody, description = "The database answers."),
        (status = 503, description = "The database is away, or the process is draining.")
    )
)]
#[get("/health/ready")]
async fn get_health_ready(cx: Cx, draining: Data<Draining>) -> Result<HttpResponse, Failure> {
    if draining.has_begun() {
        return Err(Problem::new(&problems::UNAVAILABLE).retry_after(1).into());
    }
    cx.db.ping().await?;
    Ok(HttpResponse::Ok().json(HealthBody { status: "ok" }))
}

/// Counters in the Prometheus text format
#[utoipa::path(
    operation_id = "platform_get_metrics",
    tag = "platform",
    security(()),
    extensions(("x-rate-limit" = json!("unlimited"))),
    responses((status = 200, body = String, content_type = "text/plain", description = "Metrics."))
)]
#[get("/metrics")]
async fn get_metrics(cx: Cx, metrics: Data<PrometheusHandle>) -> HttpResponse {
    let (used, size) = cx.db.pool_status();
    metrics::gauge!("citygate_db_connections_used")
        .set(f64::from(u32::try_from(used).unwrap_or(0)));
    metrics::gauge!("citygate_db_connections_max").set(f64::from(u32::try_from(size).unwrap_or(0)));
    metrics.run_upkeep();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(metrics.render())
}
