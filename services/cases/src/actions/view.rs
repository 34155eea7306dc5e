//! Cases with what their listings say of them.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::NaiveDate;
use citygate_calendar::HolidayCalendar;
use citygate_catalogue::City;
use citygate_kernel::{CityCode, Text};
use citygate_listings::{CaseCategory, CaseSpec, Engine, ListingId, Published, version};
use citygate_platform::db::Tx;

use crate::{
    error::{CaseError, Error},
    model::Case,
    rules::clock::ReplyClock,
};

/// How a listing takes cases.
pub(super) fn spec(published: &Published) -> Result<&CaseSpec, CaseError> {
    match published.content.engine() {
        Some(Engine::Case(spec)) => Ok(spec),
        _ => Err(CaseError::OtherKind),
    }
}

/// A category of a listing.
pub(super) fn category<'a>(
    published: &'a Published,
    code: &str,
) -> Result<&'a CaseCategory, CaseError> {
    let found = spec(published)?.categories.iter().find(|one| one.code.as_str() == code);
    found.ok_or(CaseError::CategoryUnknown)
}

/// A case with its category, and when it is answered.
#[derive(Debug)]
pub(crate) struct CaseView {
    pub case: Case,
    pub listing: Text,
    pub category: CaseCategory,
    pub clock: ReplyClock,
    pub city: City,
    pub today: NaiveDate,
}

/// Reads what is the same for many cases once.
pub(crate) struct Viewer {
    versions: BTreeMap<(ListingId, i32), Published>,
    cities: BTreeMap<CityCode, City>,
    calendar: HolidayCalendar,
}

impl Viewer {
    pub(super) async fn new(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let calendar = citygate_catalogue::holiday_calendar(tx).await?;
        Ok(Self { versions: BTreeMap::new(), cities: BTreeMap::new(), calendar })
    }

    async fn published(&mut self, tx: &mut Tx<'_>, case: &Case) -> Result<&Published, Error> {
        match self.versions.entry((case.listing, case.version)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(version(tx, case.listing, case.version).await?)),
        }
    }

    async fn city(&mut self, tx: &mut Tx<'_>, code: CityCode) -> Result<City, Error> {
        if let Some(city) = self.cities.get(&code) {
            return Ok(city.clone());
        }
        let city = citygate_catalogue::city(tx, code).await?;
        self.cities.insert(code, city.clone());
        Ok(city)
    }

    /// A case with what its listing says.
    pub(super) async fn view(&mut self, tx: &mut Tx<'_>, case: Case) -> Result<CaseView, Error> {
        let city = self.city(tx, case.id.city()).await?;
        let published = self.published(tx, &case).await?;
        let listing = published.content.name.clone();
        let extension = case.extended.then_some(spec(published)?.extension);
        let category = category(published, &case.category)?.clone();
        let clock = ReplyClock::count(case.trigger_on, category.period, extension, &self.calendar)?;
        let today = city.date(tx.now());
        Ok(CaseView { case, listing, category, clock, city, today })
    }

    /// Several of them.
    pub(super) async fn views(
        &mut self,
        tx: &mut Tx<'_>,
        cases: Vec<Case>,
    ) -> Result<Vec<CaseView>, Error> {
        let mut views = Vec::with_capacity(cases.len());
        for case in cases {
            views.push(self.view(tx, case).await?);
        }
        Ok(views)
    }
}

/// A case alone with what its listing says.
pub(super) async fn view(tx: &mut Tx<'_>, case: Case) -> Result<CaseView, Error> {
    Viewer::new(tx).await?.view(tx, case).await
}
