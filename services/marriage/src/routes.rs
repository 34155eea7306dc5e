//! Handlers.

mod calendar;
mod capacity;
mod correction;
mod divorce;
mod office;
mod people;

use citygate_platform::Routes;

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    routes
        .service(people::begin)
        .service(people::list_cases)
        .service(people::get_case)
        .service(people::cancel_case)
        .service(people::invite)
        .service(people::open_invitation)
        .service(people::confirm)
        .service(people::get_statement)
        .service(people::sign)
        .service(people::withdraw)
        .service(people::precheck)
        .service(people::book)
        .service(people::reschedule)
        .service(people::give_up)
        .service(office::list_day)
        .service(office::open_case)
        .service(office::see_party)
        .service(office::register)
        .service(office::refuse)
        .service(office::miss)
        .service(correction::propose)
        .service(correction::read)
        .service(correction::decide)
        .service(correction::annul)
        .service(capacity::list_windows)
        .service(capacity::open_day)
        .service(capacity::stop_day)
        .service(calendar::get_calendar)
        .service(divorce::enter_divorce)
        .service(divorce::open_divorce)
        .service(divorce::certify_divorce)
        .service(divorce::list_divorces)
        .service(divorce::get_divorce)
        .service(divorce::sign_divorce)
        .service(divorce::withdraw_divorce);
}
