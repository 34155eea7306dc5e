//! Handlers of the exchange that speak neither FHIR nor HL7.

mod holds;

use citygate_platform::Routes;

/// Adds the handlers.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(holds::list_holds)
        .service(holds::get_hold)
        .service(holds::retry_hold)
        .service(holds::discard_hold)
        .service(holds::list_own_holds)
        .service(holds::get_own_hold);
}
