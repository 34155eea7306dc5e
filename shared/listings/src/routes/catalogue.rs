//! Finding what there is.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_kernel::CityCode;
use citygate_platform::{
    Cx,
    http::{Failure, Page, PageQuery},
};

use crate::{
    actions,
    content::ItemCode,
    wire::{
        FindItemsQuery, FoundItemBody, ItemBody, ItemCityBody, ItemTypeListBody, LifeEventListBody,
        MostUsedBody, after_city, cities_page,
    },
};

/// Items by city, type, life event and free text
///
/// With a question, what fits best comes first; it may be misspelt, and what nothing fits finds nothing.
/// Without one, everything comes in the order of the catalogue. A city or type that there is not has
/// nothing.
#[utoipa::path(
    operation_id = "listings_find_items",
    tag = "listings",
    security(()),
    params(FindItemsQuery),
    responses(
        (status = 200, body = Page<FoundItemBody>, description = "What was found, best first.", links(
            ("item" = (operation_id = "listings_get_item",
                parameters(("item" = "$response.body#/items/0/code"))))
        ))
    )
)]
#[get("/v1/catalogue/items")]
pub(super) async fn find_items(
    cx: Cx,
    query: Query<FindItemsQuery>,
) -> Result<Json<Page<FoundItemBody>>, Failure> {
    let found = actions::find(&cx, query.question(), &query.wish()).await?;
    Ok(Json(query.page(found, cx.locale)))
}

/// The types of items
#[utoipa::path(
    operation_id = "listings_list_types",
    tag = "listings",
    security(()),
    responses((status = 200, body = ItemTypeListBody, description = "All of them, by code."))
)]
#[get("/v1/catalogue/types")]
pub(super) async fn list_types(cx: Cx) -> Result<Json<ItemTypeListBody>, Failure> {
    Ok(Json(ItemTypeListBody::new(actions::types(&cx).await?, cx.locale)))
}

/// The life events that items belong to
#[utoipa::path(
    operation_id = "listings_list_life_events",
    tag = "listings",
    security(()),
    responses((status = 200, body = LifeEventListBody, description = "All of them."))
)]
#[get("/v1/catalogue/life-events")]
pub(super) async fn list_life_events(cx: Cx) -> Result<Json<LifeEventListBody>, Failure> {
    Ok(Json(LifeEventListBody::new(&actions::life_events(&cx).await?, cx.locale)))
}

/// An item of the catalogue, and what is related to it
#[utoipa::path(
    operation_id = "listings_get_item",
    tag = "listings",
    security(()),
    params(("item" = ItemCode, Path, description = "Which one.")),
    responses(
        (status = 200, body = ItemBody, description = "The item.", links(
            ("cities" = (operation_id = "listings_list_item_cities",
                parameters(("item" = "$response.body#/code"))))
        )),
        (status = 404, description = "`listings.item_not_found`")
    )
)]
#[get("/v1/catalogue/items/{item}")]
pub(super) async fn get_item(cx: Cx, code: Path<ItemCode>) -> Result<Json<ItemBody>, Failure> {
    let (item, type_name, related) = actions::item(&cx, &code).await?;
    Ok(Json(ItemBody::new(item, type_name, related, cx.locale)))
}

/// In which cities an item is to be had, and since when
#[utoipa::path(
    operation_id = "listings_list_item_cities",
    tag = "listings",
    security(()),
    params(("item" = ItemCode, Path, description = "Which one."), PageQuery),
    responses(
        (status = 200, body = Page<ItemCityBody>, description = "By the codes of the cities.", links(
            ("listing" = (operation_id = "listings_get_listing",
                parameters(("listing_id" = "$response.body#/items/0/listings/0/listing_id"))))
        )),
        (status = 404, description = "`listings.item_not_found`")
    )
)]
#[get("/v1/catalogue/items/{item}/listings")]
pub(super) async fn list_item_cities(
    cx: Cx,
    code: Path<ItemCode>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ItemCityBody>>, Failure> {
    let of = (after_city(page.cursor), page.limit() + 1);
    let found = actions::roll_out(&cx, &code, of).await?;
    Ok(Json(cities_page(found, page.limit(), cx.locale)))
}

/// What is used most in a city
///
/// Of the last month that is published; twenty at most.
#[utoipa::path(
    operation_id = "listings_list_most_used",
    tag = "listings",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code.")),
    responses(
        (status = 200, body = MostUsedBody, description = "Most used first."),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/catalogue/cities/{city}/most-used")]
pub(super) async fn most_used(cx: Cx, city: Path<CityCode>) -> Result<Json<MostUsedBody>, Failure> {
    let used = actions::most_used(&cx, *city).await?;
    Ok(Json(MostUsedBody::new(*city, used, cx.locale)))
}
