//! What is done with listings.

mod catalogue;
mod portal;
mod precheck;
mod read;
mod review;
mod step;
mod submit;

use citygate_catalogue::AgencyId;
use citygate_identity::{PersonId, age_on, document_type};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx};

pub use self::catalogue::{PutItem, item_exists, item_names, put_item};
pub(crate) use self::{
    catalogue::{RollOut, city_and_item, find, item, life_events, most_used, roll_out, types},
    portal::{Change, Detail, change, detail, list, written},
    precheck::{Asked, ask, ask_for, both},
    read::{Shown, published_version, published_versions, shown, today},
    review::{publish, send_back},
    submit::{Checked, Submitted, check, submit},
};
use crate::{
    content::FactValue,
    error::Error,
    judge::Facts,
    model::{ListingId, ListingState, Published, VersionState},
    store,
};

/// The version of a listing under which something new can be begun today, in the time zone of its
/// city. [`Error::Unknown`] where nothing of it was ever public, [`Error::NotInForce`] where it is
/// suspended, retired, or not in effect today.
pub async fn in_force(tx: &mut Tx<'_>, id: ListingId) -> Result<Published, Error> {
    let listing = store::listings::by_id(tx, id).await?.ok_or(Error::Unknown)?;
    match listing.state {
        ListingState::Draft => return Err(Error::Unknown),
        ListingState::Suspended | ListingState::Retired => return Err(Error::NotInForce),
        ListingState::Published => {}
    }
    let today = today(tx, id.city()).await?;
    let number = store::versions::begun(tx, id, today).await?.ok_or(Error::NotInForce)?;
    let found = store::versions::written(tx, id, number).await?.ok_or(Error::Damaged("version"))?;
    let in_force = found.version.in_force().ok_or(Error::Damaged("review"))?;
    if !in_force.is_on(today) {
        return Err(Error::NotInForce);
    }
    Ok(Published {
        listing: id,
        agency: listing.agency,
        version: number,
        state: listing.state,
        content: found.content,
    })
}

/// Everything that works by an engine (`case`, as [`crate::Engine::code`] has it) and can be begun in a
/// city today, in the order of the listings' identifiers; a hundred at most.
pub async fn in_force_in(
    tx: &mut Tx<'_>,
    city: CityCode,
    engine: &str,
) -> Result<Vec<Published>, Error> {
    let today = today(tx, city).await?;
    store::versions::in_force_in(tx, city, (engine, today)).await
}

/// A published version, whatever has become of the listing: what was begun under it goes on under it.
pub async fn version(tx: &mut Tx<'_>, id: ListingId, number: i32) -> Result<Published, Error> {
    let listing = store::listings::by_id(tx, id).await?.ok_or(Error::Unknown)?;
    let found = store::versions::written(tx, id, number).await?;
    let found = found.filter(|found| found.version.state() == VersionState::Published);
    let found = found.ok_or(Error::VersionUnknown)?;
    Ok(Published {
        listing: id,
        agency: listing.agency,
        version: number,
        state: listing.state,
        content: found.content,
    })
}

/// What identity knows of a person for the conditions of listings, on the day of a city:
/// `person.age` in years, `person.document_type` as identity calls it. Nothing is disclosed by it.
pub async fn facts_of(
    cx: &Cx,
    tx: &mut Tx<'_>,
    city: CityCode,
    person: PersonId,
) -> Result<Facts, Error> {
    let today = today(tx, city).await?;
    let mut facts = Facts::default();
    if let Some(age) = age_on(&cx.keys, tx, person, today).await? {
        facts.put("person.age", FactValue::Integer(age.into()));
    }
    if let Some(kind) = document_type(&cx.keys, tx, person).await? {
        facts.put("person.document_type", FactValue::Text(kind.code().to_owned()));
    }
    Ok(facts)
}

/// Publishes a file for an agency at once, without a second person: for the demo city and for tests.
/// Doing it again with the same file changes nothing.
pub async fn publish_at_once(
    _: &Cx,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    file: &str,
) -> Result<ListingId, Error> {
    let submitted = submit::submitted(tx, (agency, None), file).await?;
    if submitted.state == VersionState::Submitted {
        review::published(tx, (agency, None), (submitted.listing, submitted.version)).await?;
    }
    Ok(submitted.listing)
}
