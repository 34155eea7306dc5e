//! Bodies of listings.

mod catalogue;
mod content;
mod difference;
mod precheck;
mod public;
mod staff;

pub(crate) use self::{
    catalogue::{
        FindItemsQuery, FoundItemBody, ItemBody, ItemCityBody, ItemTypeListBody, LifeEventListBody,
        MostUsedBody, after_city, cities_page,
    },
    difference::{ListingDifferenceBody, ListingDifferenceQuery},
    precheck::{PrecheckListingBody, PrecheckedBody},
    public::{PublicListingBody, PublicVersionBody, PublishedVersionBody},
    staff::{
        CheckFileBody, CheckedFileBody, ListingsQuery, PortalListingBody, PortalListingDetailBody,
        PortalVersionBody, ReasonBody, ReturnBody, ReviewedVersionBody, SubmittedBody,
    },
};
