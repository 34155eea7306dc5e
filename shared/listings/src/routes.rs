//! Handlers.

mod catalogue;
mod cpsv;
mod portal;
mod precheck;
mod public;

use citygate_platform::Routes;

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(catalogue::find_items)
        .service(catalogue::list_types)
        .service(catalogue::list_life_events)
        .service(catalogue::get_item)
        .service(catalogue::list_item_cities)
        .service(catalogue::most_used)
        .service(cpsv::get_cpsv_ap)
        .service(public::get_listing)
        .service(public::list_versions)
        .service(public::get_version)
        .service(precheck::precheck)
        .service(precheck::precheck_caller)
        .service(precheck::compare)
        .service(portal::check_file)
        .service(portal::submit_file)
        .service(portal::list_own)
        .service(portal::get_own)
        .service(portal::get_own_version)
        .service(portal::publish_version)
        .service(portal::return_version)
        .service(portal::suspend)
        .service(portal::resume)
        .service(portal::retire);
}
