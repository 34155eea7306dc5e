//! Operations of people and of those who answer for results.

mod clinician;
mod people;

use actix_web::web::Data;
use citygate_paper::pdf::Printer;
use citygate_platform::Routes;

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(people::list_results)
        .service(people::get_result)
        .service(people::get_document)
        .service(people::get_trend)
        .service(people::get_picture)
        .service(people::get_version)
        .service(clinician::list_waiting)
        .service(clinician::get_report)
        .service(clinician::acknowledge)
        .service(clinician::add_note)
        .service(clinician::disclose);
}

/// What they ask for.
pub(crate) fn state(routes: &mut Routes<'_>, printer: &Printer) {
    routes.app_data(Data::new(printer.clone()));
}
