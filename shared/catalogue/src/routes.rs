//! Handlers of the catalogue.

use actix_web::{
    get,
    web::{Json, Path, Query},
};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, Service, http::Failure};

use crate::{
    actions,
    error::{Error, PROBLEMS},
    store,
    wire::{CitiesQuery, CityBody, CityListBody},
};

/// The catalogue as a part of the city.
pub fn service() -> Service {
    let mut service = Service::new("catalogue", PROBLEMS, |routes| {
        routes.service(list_cities).service(get_city);
    });
    service.about = "What is known of the cities that the gateway serves.";
    service
}

/// The cities that the gateway serves
#[utoipa::path(
    operation_id = "catalogue_list_cities",
    tag = "catalogue",
    security(()),
    params(CitiesQuery),
    responses((status = 200, body = CityListBody, description = "All of them, by code."))
)]
#[get("/v1/cities")]
async fn list_cities(cx: Cx, query: Query<CitiesQuery>) -> Result<Json<CityListBody>, Failure> {
    let cities: Result<_, Error> =
        cx.db.read("catalogue.list_cities", async |tx| store::all_cities(tx).await).await;
    let cities = cities?.into_iter().filter(|city| query.sandbox || !city.sandbox);
    let items = cities.map(|city| CityBody::new(&city, cx.locale)).collect();
    Ok(Json(CityListBody { items }))
}

/// One city
#[utoipa::path(
    operation_id = "catalogue_get_city",
    tag = "catalogue",
    security(()),
    params(("city" = CityCode, Path, description = "Its division code.")),
    responses(
        (status = 200, body = CityBody, description = "The city."),
        (status = 404, description = "`catalogue.city_unknown`")
    )
)]
#[get("/v1/cities/{city}")]
async fn get_city(cx: Cx, code: Path<CityCode>) -> Result<Json<CityBody>, Failure> {
    let city = cx.db.read("catalogue.get_city", async |tx| actions::city(tx, *code).await).await?;
    Ok(Json(CityBody::new(&city, cx.locale)))
}
