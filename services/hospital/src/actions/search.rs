//! Finding a hospital, a department or a doctor.

use std::collections::BTreeMap;

use citygate_catalogue::{Agency, AgencyId};
use citygate_kernel::CityCode;
use citygate_platform::Cx;

use crate::{
    error::Error,
    rules::SearchTerm,
    store::{self, Found},
};

/// What people can see in a city under a term, of each kind so many, and the agencies that they
/// belong to.
pub(crate) async fn search(
    cx: &Cx,
    city: CityCode,
    term: &SearchTerm,
    limit: i64,
) -> Result<(Vec<Found>, BTreeMap<AgencyId, Agency>), Error> {
    cx.db
        .tx("hospital.search", async |tx| {
            citygate_catalogue::city(tx, city).await?;
            if term.is_empty() {
                return Ok((Vec::new(), BTreeMap::new()));
            }
            let found = store::search(tx, city, term, limit).await?;
            let agencies: Vec<_> = found.iter().map(|one| one.hospital).collect();
            let agencies = citygate_catalogue::agencies(tx, &agencies).await?;
            Ok((found, agencies))
        })
        .await
}
