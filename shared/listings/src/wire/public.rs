//! What the public reads of listings.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Locale};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::ContentBody;
use crate::{
    actions::Shown,
    error::Error,
    language::Wanted,
    model::{Listing, ListingId, ListingState, Version},
};

/// A listing as it is today: the version in force, else the next one, else the last one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicListing)]
pub(crate) struct PublicListingBody {
    id: ListingId,
    city: CityCode,
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    state: ListingState,
    /// The same in the language of the answer.
    state_name: String,
    /// Why it is suspended or offered no more, in the language of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    reason: Option<String>,
    /// Whether something can be begun under it today.
    usable: bool,
    version: PublishedVersionBody,
    content: ContentBody,
}

/// A published version, for ever at its number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicListingVersion)]
pub(crate) struct PublicVersionBody {
    listing_id: ListingId,
    city: CityCode,
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    version: PublishedVersionBody,
    content: ContentBody,
}

/// When a version was published, and when it is in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedListingVersion)]
pub(crate) struct PublishedVersionBody {
    #[schema(minimum = 1)]
    number: i32,
    published_at: DateTime<Utc>,
    /// From this day on, until a version follows that begins later.
    in_force_from: NaiveDate,
    /// The last day, where it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    in_force_to: Option<NaiveDate>,
}

impl PublishedVersionBody {
    pub(crate) fn new(version: &Version) -> Result<Self, Error> {
        let days = version.in_force().ok_or(Error::Damaged("review"))?;
        let review = version.review.as_ref().ok_or(Error::Damaged("review"))?;
        Ok(Self {
            number: version.number,
            published_at: review.at,
            in_force_from: days.from,
            in_force_to: days.to,
        })
    }

    /// What a page is cut by.
    pub(crate) fn cursor(&self) -> Uuid {
        Uuid::from_u128(self.number.unsigned_abs().into())
    }
}

/// Why a listing is suspended or offered no more.
pub(super) fn reason(listing: &Listing, locale: Locale) -> Option<String> {
    listing.reason.as_ref().map(|reason| reason.get(locale).to_owned())
}

impl PublicListingBody {
    pub(crate) fn new(shown: &Shown, wanted: &Wanted) -> Result<Self, Error> {
        let Shown { listing, agency, written, .. } = shown;
        let locale = wanted.locale;
        Ok(Self {
            id: listing.id,
            city: listing.id.city(),
            agency_id: listing.agency,
            agency_name: agency.name.get(locale).to_owned(),
            state: listing.state,
            state_name: listing.state.name().get(locale).to_owned(),
            reason: reason(listing, locale),
            usable: shown.is_usable(),
            version: PublishedVersionBody::new(&written.version)?,
            content: content(shown, wanted)?,
        })
    }
}

impl PublicVersionBody {
    pub(crate) fn new(shown: &Shown, wanted: &Wanted) -> Result<Self, Error> {
        let Shown { listing, agency, written, .. } = shown;
        Ok(Self {
            listing_id: listing.id,
            city: listing.id.city(),
            agency_id: listing.agency,
            agency_name: agency.name.get(wanted.locale).to_owned(),
            version: PublishedVersionBody::new(&written.version)?,
            content: content(shown, wanted)?,
        })
    }
}

fn content(shown: &Shown, wanted: &Wanted) -> Result<ContentBody, Error> {
    ContentBody::new(&shown.written.content, wanted).ok_or(Error::Damaged("engine"))
}
