//! Listings with their versions, as their agency sees them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, StaffId};
use citygate_kernel::{Text, words};

use super::{ListingId, ListingState, VersionState};
use crate::content::{Content, Engine, ItemCode};

words! {
    /// What happens to a listing.
    ListingEvent {
        /// A version of it is written.
        Submit = "submit",
        /// A second person publishes a version.
        Publish = "publish",
        /// It cannot be used for now.
        Suspend = "suspend",
        /// It can be used again.
        Resume = "resume",
        /// It is offered no more.
        Retire = "retire",
    }
}

words! {
    /// What happens to a version.
    VersionEvent {
        /// A second person gives it back.
        Return = "return",
        /// A second person publishes it.
        Publish = "publish",
    }
}

words! {
    /// How a listing works.
    EngineKind {
        /// A register of the agency is asked.
        Inquiry = "inquiry" ("Inquiry", "查询"),
        /// What somebody owes is fetched and paid.
        Bill = "bill" ("Bills", "缴费"),
        /// Appointments at offices.
        Booking = "booking" ("Appointments", "预约"),
        /// A form, documents, a fee, steps, a decision, its delivery.
        Application = "application" ("Application", "申请"),
        /// Opinions and suggestions.
        Case = "case" ("Requests", "诉求"),
    }
}

impl From<Engine<'_>> for EngineKind {
    fn from(engine: Engine<'_>) -> Self {
        match engine {
            Engine::Inquiry(_) => Self::Inquiry,
            Engine::Bill(_) => Self::Bill,
            Engine::Booking(_) => Self::Booking,
            Engine::Application(_) => Self::Application,
            Engine::Case(_) => Self::Case,
        }
    }
}

/// Somebody who writes listings for an agency and reviews those of others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Editor {
    pub staff: StaffId,
    pub account: AccountId,
    pub agency: AgencyId,
}

/// What an agency offers, through all of its versions.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub id: ListingId,
    pub agency: AgencyId,
    pub item: ItemCode,
    pub engine: EngineKind,
    pub state: ListingState,
    /// The number of the newest version.
    pub versions: i32,
    pub name: Text,
    /// Why it is suspended or retired.
    pub reason: Option<Text>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// Who has written or reviewed a version: in which role, and whose account that is, for one person may
/// have two roles. None where it was the city itself.
pub(crate) type Hand = Option<(StaffId, AccountId)>;

/// A version of a listing, without what it says.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub number: i32,
    pub digest: Vec<u8>,
    pub submitted_by: Hand,
    pub submitted_at: DateTime<Utc>,
    pub review: Option<Review>,
}

impl Version {
    pub(crate) fn state(&self) -> VersionState {
        match self.review.as_ref().map(|review| &review.outcome) {
            None => VersionState::Submitted,
            Some(Outcome::Returned(_)) => VersionState::Returned,
            Some(Outcome::Published(_)) => VersionState::Published,
        }
    }

    /// When it is in force, if it was published.
    pub(crate) fn in_force(&self) -> Option<InForce> {
        match self.review.as_ref()?.outcome {
            Outcome::Returned(_) => None,
            Outcome::Published(days) => Some(days),
        }
    }
}

/// What a second person says to a version.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub outcome: Outcome,
    pub by: Hand,
    pub at: DateTime<Utc>,
}

/// What becomes of a version.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// It was given back, for that reason.
    Returned(String),
    /// It is public.
    Published(InForce),
}

/// The days on which a version is in force, unless another follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InForce {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl InForce {
    pub(crate) fn has_ended(self, today: NaiveDate) -> bool {
        self.to.is_some_and(|last| last < today)
    }

    pub(crate) fn is_on(self, today: NaiveDate) -> bool {
        self.from <= today && !self.has_ended(today)
    }
}

/// A version with what it says.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub version: Version,
    pub file: String,
    pub content: Content,
}

/// A version that is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewVersion<'a> {
    pub file: &'a str,
    pub digest: &'a [u8],
    pub content: &'a Content,
}
