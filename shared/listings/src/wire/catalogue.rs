//! Bodies of what is found.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Locale, Month, Text, Words};
use citygate_platform::http::{Cursor, Page};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    actions::RollOut,
    content::{Code, ItemCode},
    model::{Found, Item, ItemCity, ItemType, LifeEvent, ListingId, Wish},
};

/// How many rows a page has when nobody says, and how many it can have.
const ROWS: (i64, i64) = (20, 100);

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindItemsQuery {
    /// Only what this city has, at a counter or as a listing.
    #[param(required = false, value_type = CityCode)]
    city: Option<CityCode>,
    /// Only items of this type.
    #[serde(rename = "type")]
    #[param(required = false, value_type = Code)]
    type_code: Option<Code>,
    /// Only what is needed then.
    #[param(required = false, value_type = LifeEvent)]
    life_event: Option<LifeEvent>,
    /// In one's own words, in Chinese or English; a slip of the pen does no harm.
    #[param(required = false, value_type = Words<100>)]
    q: Option<Words<100>>,
    /// `next_cursor` of the page before, of the same question; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    cursor: Option<Cursor>,
    /// Rows on a page.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match i64::deserialize(deserializer)? {
        limit if (1..=ROWS.1).contains(&limit) => Ok(Some(limit)),
        _ => Err(de::Error::custom("limit is between 1 and 100")),
    }
}

/// A cursor of two numbers. Only what has been given out leads anywhere.
fn cursor((rank, number): (i32, i32)) -> Cursor {
    let half = |half: i32| u128::from(half.cast_unsigned());
    Cursor(Uuid::from_u128(half(rank) << 32 | half(number)))
}

fn place(cursor: Cursor) -> (i32, i32) {
    let half = |bits: u128| u32::try_from(bits & u128::from(u32::MAX)).unwrap_or(0).cast_signed();
    let bits = cursor.0.as_u128();
    (half(bits >> 32), half(bits))
}

impl FindItemsQuery {
    /// The question.
    pub(crate) fn question(&self) -> Option<&str> {
        self.q.as_ref().map(Words::as_str)
    }

    /// What else is wanted; one row more than the page has.
    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            city: self.city,
            type_code: self.type_code.as_ref().map(Code::as_str),
            life_event: self.life_event,
            after: self.cursor.map(place),
            limit: self.limit.unwrap_or(ROWS.0) + 1,
        }
    }

    /// Cuts what was found into the page and its next cursor.
    pub(crate) fn page(&self, mut found: Vec<Found>, locale: Locale) -> Page<FoundItemBody> {
        let limit = usize::try_from(self.limit.unwrap_or(ROWS.0)).unwrap_or_default();
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor =
            found.last().filter(|_| more).map(|last| cursor((last.rank, last.number)));
        let items = found.into_iter().map(|found| FoundItemBody::new(found, locale)).collect();
        Page { items, next_cursor }
    }
}

/// A life event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueLifeEvent)]
pub(crate) struct LifeEventBody {
    code: LifeEvent,
    /// In the language of the answer.
    #[schema(example = "Having a child")]
    name: String,
    /// How many items it has.
    items: i64,
}

/// All life events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueLifeEventList)]
pub(crate) struct LifeEventListBody {
    items: Vec<LifeEventBody>,
}

impl LifeEventListBody {
    pub(crate) fn new(events: &[(LifeEvent, i64)], locale: Locale) -> Self {
        let body = |(code, items): &(LifeEvent, i64)| LifeEventBody {
            code: *code,
            name: code.name().get(locale).to_owned(),
            items: *items,
        };
        Self { items: events.iter().map(body).collect() }
    }
}

/// A type of items.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueType)]
pub(crate) struct ItemTypeBody {
    #[schema(value_type = Code, example = "exit_entry")]
    code: String,
    /// In the language of the answer.
    #[schema(example = "Exit and entry")]
    name: String,
    /// How many items it has.
    items: i64,
}

/// All types.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueTypeList)]
pub(crate) struct ItemTypeListBody {
    items: Vec<ItemTypeBody>,
}

impl ItemTypeListBody {
    pub(crate) fn new(types: Vec<ItemType>, locale: Locale) -> Self {
        let body = |ItemType { code, name, items }: ItemType| ItemTypeBody {
            code,
            name: name.get(locale).to_owned(),
            items,
        };
        Self { items: types.into_iter().map(body).collect() }
    }
}

/// An item that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueFoundItem)]
pub(crate) struct FoundItemBody {
    code: ItemCode,
    #[serde(rename = "type")]
    #[schema(value_type = Code, example = "exit_entry")]
    type_code: String,
    /// In the language of the answer, as all texts.
    type_name: String,
    name: String,
    summary: String,
    life_events: Vec<LifeEvent>,
    /// In the city that was asked for: where it can be used here; 20 at most. Without any it is to be
    /// had at a counter alone.
    listing_ids: Vec<ListingId>,
}

impl FoundItemBody {
    fn new(found: Found, locale: Locale) -> Self {
        let Found { item, type_name, listings, .. } = found;
        Self {
            type_code: item.code.type_code().to_owned(),
            type_name: into(type_name, locale),
            name: into(item.name, locale),
            summary: into(item.summary, locale),
            life_events: item.life_events,
            listing_ids: listings,
            code: item.code,
        }
    }
}

fn into(text: Text, locale: Locale) -> String {
    match locale {
        Locale::En => text.en,
        Locale::ZhCn => text.zh,
    }
}

/// An item of the catalogue, and what is related to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueItem)]
pub(crate) struct ItemBody {
    code: ItemCode,
    #[serde(rename = "type")]
    #[schema(value_type = Code, example = "exit_entry")]
    type_code: String,
    /// In the language of the answer, as all texts.
    type_name: String,
    name: String,
    summary: String,
    life_events: Vec<LifeEvent>,
    /// Further words by which it is found, in any language.
    keywords: Vec<String>,
    /// Of the same type or life event, with much in common; closest first.
    related: Vec<FoundItemBody>,
}

impl ItemBody {
    pub(crate) fn new(item: Item, type_name: Text, related: Vec<Found>, locale: Locale) -> Self {
        Self {
            type_code: item.code.type_code().to_owned(),
            type_name: into(type_name, locale),
            name: into(item.name, locale),
            summary: into(item.summary, locale),
            life_events: item.life_events,
            keywords: item.keywords,
            related: related.into_iter().map(|one| FoundItemBody::new(one, locale)).collect(),
            code: item.code,
        }
    }
}

/// A city that has an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueItemCity)]
pub(crate) struct ItemCityBody {
    city: CityCode,
    /// In the language of the answer.
    city_name: String,
    /// Since when at a counter, where the city says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    counter_since: Option<NaiveDate>,
    listings: Vec<ItemListingBody>,
}

/// By whom and from when on an item can be used here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueItemListing)]
pub(crate) struct ItemListingBody {
    listing_id: ListingId,
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    /// The first day on which a version was in force, or will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    from: Option<NaiveDate>,
}

/// Cuts cities, one more than the limit, into the page and its next cursor.
pub(crate) fn cities_page(found: RollOut, limit: i64, locale: Locale) -> Page<ItemCityBody> {
    let RollOut { mut rows, cities, agencies } = found;
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|last| cursor((0, last.city.number())));
    let name =
        |code: CityCode| cities.get(&code).map_or("", |city| city.name.get(locale)).to_owned();
    let body = |row: ItemCity| ItemCityBody {
        city: row.city,
        city_name: name(row.city),
        counter_since: row.counter_since,
        listings: row
            .listings
            .into_iter()
            .map(|one| ItemListingBody {
                listing_id: one.listing,
                agency_id: one.agency,
                agency_name: agencies
                    .get(&one.agency)
                    .map_or("", |agency| agency.name.get(locale))
                    .to_owned(),
                from: one.from,
            })
            .collect(),
    };
    Page { items: rows.into_iter().map(body).collect(), next_cursor }
}

/// After which city a page begins.
pub(crate) fn after_city(page: Option<Cursor>) -> i32 {
    page.map_or(0, |page| place(page).1)
}

/// What was used most in a city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueMostUsed)]
pub(crate) struct MostUsedBody {
    city: CityCode,
    /// The last month that is published.
    month: Month,
    /// Most used first. What was used less than ten times is not told.
    items: Vec<MostUsedItemBody>,
}

/// How often an item was used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueMostUsedItem)]
pub(crate) struct MostUsedItemBody {
    #[schema(value_type = ItemCode)]
    code: String,
    /// In the language of the answer.
    name: String,
    #[schema(minimum = 10)]
    times: i64,
}

impl MostUsedBody {
    pub(crate) fn new(
        city: CityCode,
        (month, rows): (Month, Vec<(String, Text, i64)>),
        locale: Locale,
    ) -> Self {
        let body = |(code, name, times): (String, Text, i64)| MostUsedItemBody {
            code,
            name: into(name, locale),
            times,
        };
        Self { city, month, items: rows.into_iter().map(body).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_the_place_that_it_was_made_of() {
        for at in [(0, 1), (3_043_604, 4_006), (i32::MAX, i32::MAX), (-20, 7)] {
            let given: Cursor = cursor(at).to_string().parse().unwrap();
            assert_eq!(place(given), at);
        }
    }
}
