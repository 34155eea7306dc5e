//! Handlers of FHIR.

mod looks;
mod server;
mod writes;

use actix_web::http::Method;
use citygate_platform::Routes;

/// Adds all of them.
pub(crate) fn routes(routes: &mut Routes<'_>) {
    routes.service(server::metadata).service(server::smart_configuration);
    for own in ["/fhir/r4/metadata", "/fhir/r4/.well-known/smart-configuration"] {
        routes.route(Method::PUT, own, server::are_read_only);
        routes.route(Method::POST, own, server::are_read_only);
    }
    routes
        .service(writes::send_bundle)
        .service(looks::search_by_post)
        .service(writes::operation)
        .service(writes::instance_operation)
        .service(looks::search)
        .service(writes::create)
        .service(writes::conditional_update)
        .service(looks::version)
        .service(looks::history)
        .service(looks::read)
        .service(writes::update);
    // Clients put a slash behind the base.
    routes.route(Method::POST, "/fhir/r4/", writes::send_bundle_behind_slash);
}
