//! A file becomes a version of a listing.

use aws_lc_rs::digest;
use citygate_catalogue::AgencyId;
use citygate_kernel::Clock;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::item_exists;
use crate::{
    content::{Content, ItemCode},
    error::Error,
    file::{FileFault, read_file},
    model::{
        Editor, EngineKind, Hand, Listing, ListingEvent, ListingId, ListingState, NewVersion,
        VersionState,
    },
    rules::state,
    store,
    wire::SubmittedBody,
};

/// What was made of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Submitted {
    pub listing: ListingId,
    pub version: i32,
    pub state: VersionState,
}

/// What a file is worth.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Everything that is wrong with it; empty where all is well.
    pub faults: Vec<FileFault>,
    /// What the public would read; none where there are faults.
    pub content: Option<Content>,
}

/// Checks a file, and leaves nothing.
pub(crate) async fn check(cx: &Cx, file: &str) -> Result<Checked, Error> {
    match read_file(file) {
        Ok(content) => {
            let wanted = &content.item;
            cx.db.read("listings.check", async |tx| known(tx, wanted).await).await?;
            Ok(Checked { faults: Vec::new(), content: Some(content) })
        }
        Err(faults) => Ok(Checked { faults, content: None }),
    }
}

/// Submits a file, once for each claim. A second person of the agency looks at it.
pub(crate) async fn submit(
    cx: &Cx,
    editor: Editor,
    claim: &Claim,
    file: &str,
) -> Result<Answer, Error> {
    cx.db
        .tx("listings.submit", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                let whose = (editor.agency, Some((editor.staff, editor.account)));
                Ok::<_, Error>(SubmittedBody::from(submitted(tx, whose, file).await?))
            })
            .await
        })
        .await
}

/// The version that a file is: a new one, unless the newest says the same and was not given back.
pub(super) async fn submitted(
    tx: &mut Tx<'_>,
    (agency, by): (AgencyId, Hand),
    file: &str,
) -> Result<Submitted, Error> {
    let content = read_file(file).map_err(Error::Faulty)?;
    known(tx, &content.item).await?;
    let digest = digest::digest(&digest::SHA256, file.as_bytes());
    let digest = digest.as_ref();
    let engine = EngineKind::from(content.engine().ok_or(Error::Damaged("engine"))?);
    let mut listing = listing_of(tx, agency, (&content, engine)).await?;
    if let Some((version, state)) = said_before(tx, (&listing, by), digest).await? {
        return Ok(Submitted { listing: listing.id, version, state });
    }
    listing.state = state::next(listing.state, ListingEvent::Submit)?;
    if listing.state != ListingState::Draft && listing.engine != engine {
        return Err(Error::EngineDiffers);
    }
    listing.versions += 1;
    if listing.state == ListingState::Draft {
        listing.engine = engine;
        listing.name = content.name.clone();
    }
    listing.changed_at = tx.now();
    let number = listing.versions;
    let new = NewVersion { file, digest, content: &content };
    store::versions::insert(tx, listing.id, (number, new), by).await?;
    store::listings::save(tx, &listing).await?;
    let staff = by.map(|(staff, _)| staff);
    store::events::insert(tx, &listing, (ListingEvent::Submit, Some(number)), staff).await?;
    Ok(Submitted { listing: listing.id, version: number, state: VersionState::Submitted })
}

/// The version that says the same already. Of an agency's it is the newest, unless that was given back;
/// the city lists a file once, whatever the agency has made of the listing since.
async fn said_before(
    tx: &mut Tx<'_>,
    (listing, by): (&Listing, Hand),
    digest: &[u8],
) -> Result<Option<(i32, VersionState)>, Error> {
    if by.is_none()
        && let Some(number) = store::versions::published_as(tx, listing.id, digest).await?
    {
        return Ok(Some((number, VersionState::Published)));
    }
    if listing.state == ListingState::Retired {
        return Ok(None);
    }
    let newest = store::versions::of_listing(tx, listing.id, (None, 1)).await?.pop();
    let newest = newest.filter(|newest| newest.digest == digest);
    let newest = newest.map(|newest| (newest.number, newest.state()));
    Ok(newest.filter(|(_, state)| *state != VersionState::Returned))
}

/// The listing by which the agency offers the item, locked. Of two who offer it at once, one waits for
/// the other and finds it.
async fn listing_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (content, engine): (&Content, EngineKind),
) -> Result<Listing, Error> {
    if let Some(found) = store::listings::lock_item(tx, agency, &content.item).await? {
        return Ok(found);
    }
    let now = tx.now();
    let new = Listing {
        id: ListingId::new(agency.city(), &Clock::manual(now)),
        agency,
        item: content.item.clone(),
        engine,
        state: ListingState::Draft,
        versions: 0,
        name: content.name.clone(),
        reason: None,
        created_at: now,
        changed_at: now,
    };
    store::listings::insert(tx, &new).await?;
    store::listings::lock_item(tx, agency, &content.item).await?.ok_or(Error::Damaged("listing"))
}

/// The catalogue has to have the item.
async fn known(tx: &mut Tx<'_>, item: &ItemCode) -> Result<(), Error> {
    if item_exists(tx, item).await? { Ok(()) } else { Err(Error::ItemUnknown) }
}
