//! When an office receives couples, and how many.

use chrono::{NaiveDate, NaiveTime};
use citygate_booking::SessionView;
use citygate_catalogue::Office;
use citygate_kernel::Text;

/// A window of an office's day, by the clocks of its city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// From when.
    pub from: NaiveTime,
    /// Until when, on the same day.
    pub to: NaiveTime,
    /// How many couples the app may bring on a plain day.
    pub places: u16,
    /// How many may come without an appointment on a plain day.
    pub walk_in: u16,
}

/// Why an office receives more couples on a day than on others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Surge {
    /// What day it is: "20 May".
    pub name: Text,
    /// How many places of the app there are for each hundred of a plain day.
    pub app_percent: u16,
    /// How many couples may come without an appointment for each hundred places of a plain day.
    pub walk_in_percent: u16,
    /// Where it is written.
    pub citation: Text,
}

/// An office's day.
#[derive(Debug, Clone)]
pub(crate) struct OfficeDay {
    pub on: NaiveDate,
    pub view: SessionView,
    pub surge: Option<Surge>,
}

/// Some days of an office, and what its city says of booking.
#[derive(Debug)]
pub(crate) struct OfficeDays {
    pub office: Office,
    /// In their order.
    pub days: Vec<OfficeDay>,
    /// Where it is written how far ahead one can book.
    pub release: Text,
    /// Where it is written how much notice an office wants.
    pub close: Text,
    pub time_zone: chrono_tz::Tz,
}
