//! News of listings.

use citygate_platform::jobs::Event;
use serde::{Deserialize, Serialize};

use crate::model::{ListingId, ListingState};

/// A version of a listing is public. It may be in force on a later day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListingPublished {
    /// Of which listing.
    pub listing: ListingId,
    /// Which version.
    pub version: i32,
}

/// Told whenever a version is published.
pub const LISTING_PUBLISHED: Event<ListingPublished> = Event::new("listings.published");

/// A listing stands elsewhere than before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListingChanged {
    /// Which one.
    pub listing: ListingId,
    /// Where it stands now.
    pub state: ListingState,
}

/// Told whenever a listing is published for the first time, suspended, resumed or retired.
pub const LISTING_CHANGED: Event<ListingChanged> = Event::new("listings.changed");
