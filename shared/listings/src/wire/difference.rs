//! What differs between two listings.

use citygate_kernel::{CityCode, Locale};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    content::ItemCode,
    difference::{Difference, differences},
    model::{ListingId, Published},
};

/// With which.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingDifferenceQuery {
    /// The one there.
    pub with: ListingId,
}

/// What differs between two listings of one item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingDifference)]
pub(crate) struct ListingDifferenceBody {
    item: ItemCode,
    here: ComparedListingBody,
    there: ComparedListingBody,
    /// Empty where they say the same.
    differences: Vec<DifferingBody>,
}

/// One of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedListing)]
struct ComparedListingBody {
    id: ListingId,
    city: CityCode,
    #[schema(minimum = 1)]
    version: i32,
    name: String,
}

/// Something that differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DifferingDetail)]
struct DifferingBody {
    /// What it is: a member of the listing; of lists, whether there it was added, removed or changed.
    #[schema(example = "documents.added")]
    what: String,
    /// Of a list: the code of which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    code: Option<String>,
    /// What is said here; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    here: Option<String>,
    /// What is said there; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    there: Option<String>,
}

impl From<Difference> for DifferingBody {
    fn from(difference: Difference) -> Self {
        let Difference { what, code, here, there } = difference;
        Self { what, code, here, there }
    }
}

impl ComparedListingBody {
    fn new(published: &Published, locale: Locale) -> Self {
        Self {
            id: published.listing,
            city: published.listing.city(),
            version: published.version,
            name: published.content.name.get(locale).to_owned(),
        }
    }
}

impl ListingDifferenceBody {
    pub(crate) fn new(here: &Published, there: &Published, locale: Locale) -> Self {
        let found = differences(&here.content, &there.content, locale);
        Self {
            item: here.content.item.clone(),
            here: ComparedListingBody::new(here, locale),
            there: ComparedListingBody::new(there, locale),
            differences: found.into_iter().map(DifferingBody::from).collect(),
        }
    }
}
