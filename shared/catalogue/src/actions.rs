//! What other crates ask the catalogue.

mod offices;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use citygate_calendar::{Holiday, HolidayCalendar, china};
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub use self::offices::{office, offices, offices_by_id, put_office};
use crate::{
    error::Error,
    events::{HOLIDAYS_LOADED, HolidaysLoaded},
    model::{Agency, AgencyId, City, Rule, RuleId},
    store,
};

/// A city that the gateway serves.
pub async fn city(tx: &Tx<'_>, code: CityCode) -> Result<City, Error> {
    store::city(tx, code).await?.ok_or(Error::CityUnknown(code))
}

/// All cities that the gateway serves, by code.
pub async fn cities(tx: &mut Tx<'_>) -> Result<Vec<City>, Error> {
    store::all_cities(tx).await
}

/// Serves further cities; those that are served already stay as they are. Returns how many were new.
pub async fn add_cities(tx: &mut Tx<'_>, cities: &[City]) -> Result<usize, Error> {
    Ok(store::insert_cities(tx, cities).await?)
}

/// An agency.
pub async fn agency(tx: &mut Tx<'_>, id: AgencyId) -> Result<Agency, Error> {
    store::agency(tx, id).await?.ok_or(Error::AgencyUnknown)
}

/// Many agencies, by one statement for each city. Those that do not exist are absent.
pub async fn agencies(tx: &Tx<'_>, ids: &[AgencyId]) -> Result<BTreeMap<AgencyId, Agency>, Error> {
    let mut cities: BTreeMap<CityCode, BTreeSet<Uuid>> = BTreeMap::new();
    for id in ids {
        cities.entry(id.city()).or_default().insert(id.uuid());
    }
    let mut found = BTreeMap::new();
    for (city, ids) in &cities {
        found.extend(store::agencies_of(tx, *city, ids).await?);
    }
    Ok(found)
}

/// The agencies of a city, oldest first.
pub async fn agencies_in(tx: &mut Tx<'_>, code: CityCode) -> Result<Vec<Agency>, Error> {
    city(tx, code).await?;
    Ok(store::agencies_in(tx, code).await?)
}

/// Lists an agency in a city that is served; one that is listed already stays as it is.
pub async fn add_agency(tx: &mut Tx<'_>, agency: &Agency) -> Result<(), Error> {
    city(tx, agency.id.city()).await?;
    Ok(store::insert_agency(tx, agency).await?)
}

/// The days that count and those that do not.
pub async fn holiday_calendar(tx: &mut Tx<'_>) -> Result<HolidayCalendar, Error> {
    Ok(store::holiday_calendar(tx).await?)
}

/// Loads the holiday notices that this program ships.
pub async fn load_notices(tx: &mut Tx<'_>) -> Result<usize, Error> {
    load_holidays(tx, &china::holidays()).await
}

/// Loads announced days and tells of it, because deadlines may have moved. Days that are known
/// already stay as they are. Returns how many were new.
pub async fn load_holidays(tx: &mut Tx<'_>, days: &[Holiday]) -> Result<usize, Error> {
    let loaded = store::insert_holidays(tx, days).await?;
    if loaded > 0 {
        HOLIDAYS_LOADED.emit(tx, &HolidaysLoaded { days: loaded }).await?;
    }
    Ok(loaded)
}

/// The version of a rule that is in force in a city on a day; the city's own wins over the
/// country's.
pub async fn rule<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    key: &str,
    city: CityCode,
    on: NaiveDate,
) -> Result<Rule<P>, Error> {
    let missing = || Error::RuleMissing { key: key.to_owned(), city, on };
    read(store::rule(tx, key, (city, None), on).await?.ok_or_else(missing)?)
}

/// The rule that an agency is under on a day: its own, else its city's, else the country's.
pub async fn rule_of<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    key: &str,
    agency: AgencyId,
    on: NaiveDate,
) -> Result<Rule<P>, Error> {
    let city = agency.city();
    let missing = || Error::RuleMissing { key: key.to_owned(), city, on };
    read(store::rule(tx, key, (city, Some(agency)), on).await?.ok_or_else(missing)?)
}

/// The versions of a rule that an agency is under from one day until another, both included, each with
/// the first of these days on which it is in force.
pub async fn rule_versions<P: DeserializeOwned>(
    tx: &mut Tx<'_>,
    key: &str,
    agency: AgencyId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(NaiveDate, Rule<P>)>, Error> {
    let mut days = store::rule_changes(tx, key, agency, (from, to)).await?;
    days.insert(from);
    let mut versions: Vec<(NaiveDate, Rule<P>)> = Vec::new();
    for day in days {
        let rule = rule_of(tx, key, agency, day).await?;
        if versions.last().is_none_or(|(_, before)| before.id != rule.id) {
            versions.push((day, rule));
        }
    }
    Ok(versions)
}

/// Which version of a rule an agency is under on a day, for whoever keeps what versions say. Sent
/// together with other statements.
pub async fn rule_in_force(
    tx: &Tx<'_>,
    key: &str,
    agency: AgencyId,
    on: NaiveDate,
) -> Result<RuleId, Error> {
    let city = agency.city();
    let missing = || Error::RuleMissing { key: key.to_owned(), city, on };
    store::rule_in_force(tx, key, (city, Some(agency)), on).await?.ok_or_else(missing)
}

/// The very version that a decision used.
pub async fn rule_by_id<P: DeserializeOwned>(tx: &Tx<'_>, id: RuleId) -> Result<Rule<P>, Error> {
    let missing = || Error::Damaged(format!("{id} is gone"));
    read(store::rule_by_id(tx, id).await?.ok_or_else(missing)?)
}

fn read<P: DeserializeOwned>(row: store::RuleRow) -> Result<Rule<P>, Error> {
    Ok(Rule {
        id: RuleId::from_uuid(row.id),
        params: serde_json::from_value(row.params)
            .map_err(|error| Error::Damaged(format!("rule {}: {error}", row.id)))?,
        citation: citygate_kernel::Text::new(row.citation_en, row.citation_zh),
    })
}
