//! What it adds to the city.

use citygate_platform::Service;

use crate::{error::PROBLEMS, routes};

/// What agencies offer: listed, reviewed, published, and found.
pub fn service() -> Service {
    let mut service = Service::new("listings", PROBLEMS, routes::add);
    service.about = "What agencies offer: listed as data, reviewed by a second person, published, \
                     and found.";
    service
}
