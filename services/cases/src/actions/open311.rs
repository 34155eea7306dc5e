//! What programs ask and file by Open311.

use std::collections::BTreeMap;

use citygate_catalogue::{AgencyId, agencies};
use citygate_identity::Citizen;
use citygate_kernel::{CityCode, Text};
use citygate_listings::{CaseCategory, Published, in_force, in_force_in};
use citygate_platform::{Cx, db::Tx};

use super::{
    file::{NewCase, filed},
    view::{CaseView, Viewer, category, spec, view},
};
use crate::{
    error::{Error, Open311Error},
    model::{Case, CaseId},
    open311::ServiceCode,
    store::{self, lists::Requests},
};

/// How many requests one answer has.
const REQUESTS: i64 = 1_000;

/// What is wanted of the requests of a city.
pub(crate) enum Asked {
    /// Those.
    Ids(Vec<CaseId>),
    /// All of a kind.
    All(Requests),
}

/// A request, and who answers it.
pub(crate) struct Request {
    pub view: CaseView,
    pub agency: Text,
}

/// A city, by its code.
async fn known(tx: &mut Tx<'_>, city: CityCode) -> Result<(), Error> {
    match citygate_catalogue::city(tx, city).await {
        Ok(_) => Ok(()),
        Err(citygate_catalogue::Error::CityUnknown(_)) => {
            Err(Open311Error::JurisdictionUnknown.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Every category of every listing of a city that takes cases today.
pub(crate) async fn services(
    cx: &Cx,
    city: CityCode,
) -> Result<Vec<(Published, Vec<CaseCategory>)>, Error> {
    cx.db
        .read("cases.open311_services", async |tx| {
            known(tx, city).await?;
            let mut found = Vec::new();
            for published in in_force_in(tx, city, "case").await? {
                let categories = spec(&published)?.categories.clone();
                found.push((published, categories));
            }
            Ok::<_, Error>(found)
        })
        .await
}

/// A service that requests can be filed for today.
pub(crate) async fn service(
    cx: &Cx,
    code: &ServiceCode,
) -> Result<(Published, CaseCategory), Error> {
    cx.db.read("cases.open311_service", async |tx| service_in(tx, code).await).await
}

async fn service_in(
    tx: &mut Tx<'_>,
    code: &ServiceCode,
) -> Result<(Published, CaseCategory), Error> {
    let unknown = || Error::from(Open311Error::ServiceUnknown);
    let published = match in_force(tx, code.listing).await {
        Ok(published) => published,
        Err(citygate_listings::Error::Unknown | citygate_listings::Error::NotInForce) => {
            return Err(unknown());
        }
        Err(error) => return Err(error.into()),
    };
    let category = category(&published, &code.category).map_err(|_| unknown())?.clone();
    Ok((published, category))
}

/// Public requests, newest first.
pub(crate) async fn requests(cx: &Cx, asked: &Asked) -> Result<Vec<Request>, Error> {
    cx.db
        .read("cases.open311_requests", async |tx| {
            let found = match asked {
                Asked::All(all) => {
                    known(tx, all.city).await?;
                    store::lists::requests(tx, all, REQUESTS).await?
                }
                Asked::Ids(ids) => by_ids(tx, ids).await?,
            };
            let agencies = answering(tx, &found).await?;
            let views = Viewer::new(tx).await?.views(tx, found).await?;
            let named = |view: CaseView| {
                let agency = agencies.get(&view.case.agency).cloned();
                Ok(Request { agency: agency.ok_or(Error::Damaged("agency"))?, view })
            };
            views.into_iter().map(named).collect()
        })
        .await
}

async fn by_ids(tx: &mut Tx<'_>, ids: &[CaseId]) -> Result<Vec<Case>, Error> {
    let mut found = Vec::new();
    for (city, ids) in CaseId::by_city(ids.iter().copied()) {
        found.extend(store::lists::public_by_ids(tx, city, &ids).await?);
    }
    Ok(found)
}

async fn answering(tx: &mut Tx<'_>, cases: &[Case]) -> Result<BTreeMap<AgencyId, Text>, Error> {
    let mut ids: Vec<AgencyId> = cases.iter().map(|case| case.agency).collect();
    ids.sort();
    ids.dedup();
    let found = agencies(tx, &ids).await?;
    Ok(found.into_iter().map(|(id, agency)| (id, agency.name)).collect())
}

/// Files a request for a citizen.
pub(crate) async fn file(cx: &Cx, caller: &Citizen, new: &NewCase) -> Result<CaseView, Error> {
    cx.db
        .tx("cases.open311_file", async |tx| {
            let code = ServiceCode { listing: new.listing, category: new.category.clone() };
            service_in(tx, &code).await?;
            let case = filed(cx, tx, caller, new).await?;
            view(tx, case).await
        })
        .await
}
