//! What the city is made of: cities, agencies, the holiday calendar, and the rules in force.
//!
//! | noun | what it is |
//! |---|---|
//! | [`City`] | a division with a name and a time zone |
//! | [`Agency`] | a body of a city that decides, lists or collects |
//! | [`Office`] | where an agency receives people, and what it is able to do there |
//! | [`Rule`] | a rule of law or of an agency: parameters, dates of validity, citation |
//! | holidays | days that differ from the plain week, as [`citygate_calendar::HolidayCalendar`] |
//!
//! Invariants: all of this is reference data in the `public` schema, which other schemas may refer
//! to; a rule is never edited but succeeded by another row, and of the rules that apply to a city
//! on a day the agency's own wins over the city's, and that over the country's.

mod actions;
mod error;
mod events;
mod model;
mod routes;
mod rule_book;
mod schema;
mod store;
mod wire;

pub use actions::{
    add_agency, add_cities, agencies, agencies_in, agency, cities, city, holiday_calendar,
    load_holidays, load_notices, office, offices, offices_by_id, put_office, rule, rule_by_id,
    rule_in_force, rule_of, rule_versions,
};
pub use error::Error;
pub use events::{HOLIDAYS_LOADED, HolidaysLoaded};
pub use model::{
    Agency, AgencyId, AgencyKind, City, InvalidOfficeWord, Office, OfficeFilter, OfficeId,
    OfficeIdKind, OfficeWord, Rule, RuleId, RuleKind,
};
pub use routes::service;
pub use rule_book::RuleBook;
