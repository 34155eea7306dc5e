//! What an agency reads and writes of its listings.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::StaffId;
use citygate_kernel::{Locale, Text, Words, wire::hex};
use citygate_platform::http::{Cursor, Page};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::{content::ContentBody, public::reason};
use crate::{
    actions::{Checked, Detail, Submitted},
    content::ItemCode,
    error::Error,
    file::{FILE_BYTES_MAX, FileFault},
    language::Wanted,
    model::{
        EngineKind, Listing, ListingId, ListingState, Outcome, Version, VersionState, Written,
    },
};

/// A file of a listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingFileRequest, example = json!({"file": "item = \"utilities.water_bill\"\n"}))]
pub(crate) struct CheckFileBody {
    /// TOML, 256 KiB at most.
    #[serde(deserialize_with = "file")]
    #[schema(min_length = 1, max_length = 262_144)]
    pub file: String,
}

fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    if (1..=FILE_BYTES_MAX).contains(&text.len()) {
        Ok(text.into_owned())
    } else {
        Err(de::Error::custom("a file of 1 to 262144 bytes is expected"))
    }
}

/// What a file is worth.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedListingFile)]
pub(crate) struct CheckedFileBody {
    /// Everything that is wrong with it, in its order; empty where all is well.
    faults: Vec<FileFaultBody>,
    /// What the public would read. Present where there are no faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ContentBody)]
    content: Option<ContentBody>,
}

/// Something that is wrong with a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingFileFault)]
struct FileFaultBody {
    /// Counted from 1.
    line: usize,
    /// In characters, counted from 1.
    column: usize,
    /// Of what; empty for the whole file.
    #[schema(example = "application.steps[1].period")]
    pointer: String,
    /// What is wrong, in a sentence.
    text: String,
}

impl CheckedFileBody {
    pub(crate) fn new(checked: Checked, wanted: &Wanted) -> Self {
        let fault = |fault: FileFault| {
            let FileFault { line, column, pointer, text } = fault;
            FileFaultBody { line, column, pointer, text }
        };
        let content = checked.content.and_then(|content| ContentBody::new(&content, wanted));
        Self { faults: checked.faults.into_iter().map(fault).collect(), content }
    }
}

/// What was made of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubmittedListing)]
pub(crate) struct SubmittedBody {
    listing_id: ListingId,
    #[schema(minimum = 1)]
    version: i32,
    /// `submitted`, unless the newest version says the same and is published already.
    state: VersionState,
}

impl From<Submitted> for SubmittedBody {
    fn from(submitted: Submitted) -> Self {
        let Submitted { listing, version, state } = submitted;
        Self { listing_id: listing, version, state }
    }
}

/// Rows on a page when nobody says, and at most.
const ROWS: (i64, i64) = (20, 100);

/// Which listings of an agency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingsQuery {
    /// Those that stand here; all of them where nobody says.
    #[param(required = false, value_type = ListingState)]
    pub state: Option<ListingState>,
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match i64::deserialize(deserializer)? {
        limit if (1..=ROWS.1).contains(&limit) => Ok(Some(limit)),
        _ => Err(de::Error::custom("limit is between 1 and 100")),
    }
}

impl ListingsQuery {
    /// Rows on a page.
    pub(crate) fn limit(&self) -> i64 {
        self.limit.unwrap_or(ROWS.0)
    }

    /// Cuts what was read, one row more than the limit, into the page and its next cursor.
    pub(crate) fn page(&self, mut found: Vec<Listing>, locale: Locale) -> Page<PortalListingBody> {
        let limit = usize::try_from(self.limit()).unwrap_or_default();
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next_cursor = last.map(|listing| Cursor(listing.id.uuid()));
        let items = found.iter().map(|listing| PortalListingBody::new(listing, locale)).collect();
        Page { items, next_cursor }
    }
}

/// A listing as its agency sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalListing)]
pub(crate) struct PortalListingBody {
    id: ListingId,
    agency_id: AgencyId,
    item: ItemCode,
    engine: EngineKind,
    /// In the language of the answer.
    name: String,
    state: ListingState,
    /// The same in the language of the answer.
    state_name: String,
    /// The number of the newest version.
    versions: i32,
    /// Why it is suspended or offered no more, in the language of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    reason: Option<String>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
}

impl PortalListingBody {
    pub(crate) fn new(listing: &Listing, locale: Locale) -> Self {
        Self {
            id: listing.id,
            agency_id: listing.agency,
            item: listing.item.clone(),
            engine: listing.engine,
            name: listing.name.get(locale).to_owned(),
            state: listing.state,
            state_name: listing.state.name().get(locale).to_owned(),
            versions: listing.versions,
            reason: reason(listing, locale),
            created_at: listing.created_at,
            changed_at: listing.changed_at,
        }
    }
}

/// A listing with its versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalListingDetail)]
pub(crate) struct PortalListingDetailBody {
    listing: PortalListingBody,
    /// Newest first, 100 at most.
    versions: Vec<ReviewedVersionBody>,
}

impl PortalListingDetailBody {
    pub(crate) fn new(detail: Detail, locale: Locale) -> Self {
        let Detail { listing, versions } = detail;
        let listing = PortalListingBody::new(&listing, locale);
        Self { listing, versions: versions.into_iter().map(ReviewedVersionBody::from).collect() }
    }
}

/// A version, who wrote it, and what a second person said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewedListingVersion)]
pub(crate) struct ReviewedVersionBody {
    #[schema(minimum = 1)]
    number: i32,
    state: VersionState,
    /// SHA-256 of the file, in hexadecimal digits.
    digest: String,
    /// Absent where the city itself has listed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = StaffId)]
    submitted_by: Option<StaffId>,
    submitted_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = StaffId)]
    reviewed_by: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    reviewed_at: Option<DateTime<Utc>>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    reason: Option<String>,
    /// From which day on it is in force, unless another follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    in_force_from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    in_force_to: Option<NaiveDate>,
}

impl From<Version> for ReviewedVersionBody {
    fn from(version: Version) -> Self {
        let (state, days) = (version.state(), version.in_force());
        let staff = |(staff, _)| staff;
        let review = version.review.as_ref();
        let reason = review.and_then(|review| match &review.outcome {
            Outcome::Returned(reason) => Some(reason.clone()),
            Outcome::Published(_) => None,
        });
        Self {
            number: version.number,
            state,
            digest: hex(&version.digest),
            submitted_by: version.submitted_by.map(staff),
            submitted_at: version.submitted_at,
            reviewed_by: review.and_then(|review| review.by).map(staff),
            reviewed_at: review.map(|review| review.at),
            reason,
            in_force_from: days.map(|days| days.from),
            in_force_to: days.and_then(|days| days.to),
        }
    }
}

/// A version with its file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalListingVersion)]
pub(crate) struct PortalVersionBody {
    listing: PortalListingBody,
    version: ReviewedVersionBody,
    /// As it was submitted.
    file: String,
    /// What the file says, with both languages and every condition.
    content: Map<String, Value>,
}

impl PortalVersionBody {
    pub(crate) fn new(
        (listing, written): (Listing, Written),
        locale: Locale,
    ) -> Result<Self, Error> {
        let Ok(Value::Object(content)) = serde_json::to_value(&written.content) else {
            return Err(Error::Damaged("content"));
        };
        Ok(Self {
            listing: PortalListingBody::new(&listing, locale),
            version: written.version.into(),
            file: written.file,
            content,
        })
    }
}

/// Why a version is returned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnVersionRequest, example = json!({"reason": "The fee is not that of the list."}))]
pub(crate) struct ReturnBody {
    /// For its author.
    pub reason: Words<500>,
}

/// Why a listing is suspended or offered no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingReasonRequest, example = json!({"reason": {
    "en": "The register is being moved until Monday.", "zh": "系统迁移，周一恢复办理。"
}}))]
pub(crate) struct ReasonBody {
    reason: ReasonTextBody,
}

/// In both languages; the public reads it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingReason)]
struct ReasonTextBody {
    en: Words<500>,
    zh: Words<500>,
}

impl ReasonBody {
    pub(crate) fn text(&self) -> Text {
        Text::new(self.reason.en.as_str(), self.reason.zh.as_str())
    }
}
