//! What it adds to the city.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::web::Data;
use citygate_kernel::Text;
use citygate_platform::{
    Service,
    db::{DbError, Tx},
};
use futures_util::future::LocalBoxFuture;

use crate::{error::PROBLEMS, routes};

/// What the items of the catalogue are called, said by whoever keeps it. One that it does not know is
/// absent.
pub type ItemNames = for<'a> fn(
    &'a mut Tx<'_>,
    Vec<String>,
) -> LocalBoxFuture<'a, Result<BTreeMap<String, Text>, DbError>>;

/// Usage as a part of the city.
pub fn service(names: ItemNames) -> Service {
    let mut service = Service::new("usage", PROBLEMS, routes::add);
    service.state = Arc::new(move |routes| {
        routes.app_data(Data::new(names));
    });
    service.about = "How much services are used and how well they are answered, without persons: \
                     open data.";
    service
}
