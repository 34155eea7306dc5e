//! Finding what there is.

use std::collections::BTreeMap;

use citygate_catalogue::{Agency, AgencyId, City};
use citygate_kernel::{CityCode, Month, Text};
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};
use futures_util::{FutureExt, future::LocalBoxFuture};

use super::Shown;
use crate::{
    content::ItemCode,
    error::Error,
    model::{Found, Item, ItemCity, ItemType, LifeEvent, Wish},
    store::{items, search},
};

/// Items that are shown as related to one.
const RELATED: i64 = 6;
/// Items in the list of what is used most.
const MOST_USED: usize = 20;

/// Whether the catalogue has an item.
pub async fn item_exists(tx: &mut Tx<'_>, code: &ItemCode) -> Result<bool, Error> {
    items::exists(tx, code).await
}

/// What items are called; those that the catalogue does not have are absent.
pub fn item_names<'a>(
    tx: &'a mut Tx<'_>,
    codes: Vec<String>,
) -> LocalBoxFuture<'a, Result<BTreeMap<String, Text>, DbError>> {
    async move { items::names(tx, &codes).await }.boxed_local()
}

/// What became of an item that an operator has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutItem {
    /// The catalogue did not have it.
    Added,
    /// It had it, and has it now as it was brought.
    Changed,
}

/// Adds an item to the catalogue, or writes anew what it says. [`Error::TypeUnknown`] where there is no
/// type of the first word of its code.
pub async fn put_item(tx: &mut Tx<'_>, item: &Item) -> Result<PutItem, Error> {
    if !items::type_exists(tx, item.code.type_code()).await? {
        return Err(Error::TypeUnknown(item.code.type_code().to_owned()));
    }
    if items::insert(tx, std::slice::from_ref(item)).await? == 0 {
        items::update(tx, item).await?;
        return Ok(PutItem::Changed);
    }
    Ok(PutItem::Added)
}

/// Items that fit a wish: those that a question means, or all; one more than the page has.
pub(crate) async fn find(
    cx: &Cx,
    question: Option<&str>,
    wish: &Wish<'_>,
) -> Result<Vec<Found>, Error> {
    cx.db
        .read("listings.find_items", async |tx| match question {
            Some(question) => search::search(tx, question, wish).await,
            None => search::list(tx, wish).await,
        })
        .await
}

/// All types.
pub(crate) async fn types(cx: &Cx) -> Result<Vec<ItemType>, Error> {
    cx.db.read("listings.list_types", async |tx| items::all_types(tx).await).await
}

/// All life events, with how many items each has.
pub(crate) async fn life_events(cx: &Cx) -> Result<Vec<(LifeEvent, i64)>, Error> {
    let counted =
        cx.db.read("listings.list_life_events", async |tx| items::per_life_event(tx).await).await?;
    let of = |event: &LifeEvent| (*event, counted.get(event).copied().unwrap_or_default());
    Ok(LifeEvent::ALL.iter().map(of).collect())
}

/// An item, what its type is called, and what is related to it.
pub(crate) async fn item(cx: &Cx, code: &ItemCode) -> Result<(Item, Text, Vec<Found>), Error> {
    cx.db
        .read("listings.get_item", async |tx| {
            let found = items::item(tx, code).await?.ok_or(Error::ItemNotFound)?;
            let (number, item, of) = found;
            let related = search::related(tx, (number, &item.name), RELATED).await?;
            Ok((item, of, related))
        })
        .await
}

/// In which cities an item is to be had.
#[derive(Debug)]
pub(crate) struct RollOut {
    pub rows: Vec<ItemCity>,
    pub cities: BTreeMap<CityCode, City>,
    pub agencies: BTreeMap<AgencyId, Agency>,
}

/// In which cities an item is to be had, after one of them; one more than the page has.
pub(crate) async fn roll_out(cx: &Cx, code: &ItemCode, of: (i32, i64)) -> Result<RollOut, Error> {
    cx.db
        .read("listings.list_item_cities", async |tx| {
            let (number, ..) = items::item(tx, code).await?.ok_or(Error::ItemNotFound)?;
            let rows = items::cities(tx, (number, code), of).await?;
            let ids: Vec<AgencyId> =
                rows.iter().flat_map(|row| &row.listings).map(|one| one.agency).collect();
            let agencies = citygate_catalogue::agencies(tx, &ids).await?;
            let cities = citygate_catalogue::cities(tx).await?;
            let cities = cities.into_iter().map(|city| (city.code, city)).collect();
            Ok(RollOut { rows, cities, agencies })
        })
        .await
}

/// What was used most in a city in the last month that is published: item, name, how often.
pub(crate) async fn most_used(
    cx: &Cx,
    city: CityCode,
) -> Result<(Month, Vec<(String, Text, i64)>), Error> {
    cx.db
        .read("listings.most_used", async |tx| {
            let month = citygate_usage::last_month(tx, city).await?;
            let mut ranked = citygate_usage::ranking(tx, city, month).await?;
            ranked.truncate(MOST_USED);
            let codes: Vec<String> = ranked.iter().map(|(code, _)| code.clone()).collect();
            let mut names = items::names(tx, &codes).await?;
            let named =
                |(code, times): (String, i64)| names.remove(&code).map(|name| (code, name, times));
            Ok((month, ranked.into_iter().filter_map(named).collect()))
        })
        .await
}

/// The city of a listing, its item, and what the item's type is called.
pub(crate) async fn city_and_item(
    cx: &Cx,
    shown: &Shown,
) -> Result<(City, Option<(Item, Text)>), Error> {
    cx.db
        .read("listings.get_cpsv_ap", async |tx| {
            let city = citygate_catalogue::city(tx, shown.listing.id.city()).await?;
            let found = items::item(tx, &shown.listing.item).await?;
            Ok((city, found.map(|(_, item, of)| (item, of))))
        })
        .await
}
