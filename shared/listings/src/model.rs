//! Nouns of listings.

mod items;
mod versions;

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityId, Kind, words};

pub(crate) use self::items::{Found, ItemCity, ItemListing, ItemType, Wish};
pub use self::items::{InvalidItem, Item, LifeEvent};
pub(crate) use self::versions::{
    Editor, EngineKind, Hand, InForce, Listing, NewVersion, Outcome, Review, Version, Written,
};
pub use self::versions::{ListingEvent, VersionEvent};
use crate::content::Content;

/// Prefix of listing identifiers.
pub enum ListingKind {}
impl Kind for ListingKind {
    const PREFIX: &'static str = "list";
}
/// Identifies what an agency offers in a city, through all of its versions.
pub type ListingId = CityId<ListingKind>;

words! {
    /// Where a listing stands.
    ListingState {
        /// No version of it is published yet.
        Draft = "draft" ("Not published yet", "未发布"),
        /// A version of it is published.
        Published = "published" ("Published", "已发布"),
        /// It cannot be used for now; what was begun goes on.
        Suspended = "suspended" ("Suspended", "暂停办理"),
        /// It is offered no more; what was begun goes on.
        Retired = "retired" ("Offered no more", "已停止办理"),
    }
}

words! {
    /// Where a version of a listing stands.
    VersionState {
        /// A second person of the agency looks at it.
        Submitted = "submitted",
        /// They gave it back, with a reason. It can be submitted anew, as another version.
        Returned = "returned",
        /// It is public, for ever.
        Published = "published",
    }
}

/// A published version of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Of which listing.
    pub listing: ListingId,
    /// Whose.
    pub agency: AgencyId,
    /// Which one; versions are counted from 1.
    pub version: i32,
    /// Where the listing stands.
    pub state: ListingState,
    /// What it says.
    pub content: Content,
}
