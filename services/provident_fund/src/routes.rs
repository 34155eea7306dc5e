//! Handlers.

mod applications;
mod centre;
mod desk;
mod people;

use citygate_platform::Routes;

pub use centre::FundsWrite;

/// Adds all of them.
pub(crate) fn add(routes: &mut Routes<'_>) {
    people::add(routes);
    centre::add(routes);
    applications::add(routes);
    desk::add(routes);
}
