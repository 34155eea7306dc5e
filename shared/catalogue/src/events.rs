//! News of the catalogue.

use citygate_platform::jobs::Event;
use serde::{Deserialize, Serialize};

/// Days were announced that were not known before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HolidaysLoaded {
    /// How many.
    pub days: usize,
}

/// Told when the holiday calendar has grown: a deadline that was provisional may have moved.
pub const HOLIDAYS_LOADED: Event<HolidaysLoaded> = Event::new("catalogue.holidays_loaded");
