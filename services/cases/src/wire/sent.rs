//! What people and desks send.

use citygate_kernel::{CityCode, Words, wire, words};
use citygate_listings::{Code, Intent, ListingId};
use citygate_platform::http::Cursor;
use serde::{Deserialize, Deserializer, de};
use utoipa::{IntoParams, ToSchema};

use crate::{
    actions::{file::NewCase, own::NewRating, reply::NewAnswer},
    model::{CaseId, CaseOutcome, Point, Said},
};

/// A member that may be absent, but not null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn between<'de, D: Deserializer<'de>>(deserializer: D, limit: f64) -> Result<f64, D::Error> {
    let degrees = f64::deserialize(deserializer)?;
    if (-limit..=limit).contains(&degrees) {
        Ok(degrees)
    } else {
        Err(de::Error::custom(format!("degrees from -{limit} to {limit} are expected")))
    }
}

fn latitude<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    between(deserializer, 90.0)
}

fn longitude<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    between(deserializer, 180.0)
}

/// Where something is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CasePlaceRequest)]
struct PlaceBody {
    /// Degrees north (WGS 84). Everybody may know it to about a kilometre.
    #[serde(deserialize_with = "latitude")]
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Degrees east.
    #[serde(deserialize_with = "longitude")]
    #[schema(minimum = -180, maximum = 180)]
    long: f64,
    /// Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<200>)]
    address: Option<Words<200>>,
    /// A division of the city; everybody may know it.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = CityCode)]
    district: Option<CityCode>,
}

/// What somebody asks, reports or suggests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileCaseRequest, example = json!({
    "listing_id": "list_330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f", "category": "street_lighting",
    "intent": "complain", "text": "The lamp in front of number 12 has been out for a week.",
    "place": {"lat": 30.2741, "long": 120.1551, "address": "12 Example Road"},
}))]
pub(crate) struct FileCaseBody {
    listing_id: ListingId,
    /// A category of the listing.
    category: Code,
    /// What is wanted; the category takes some of them.
    intent: Intent,
    /// Stored encrypted. What the listing does not take is not stored at all.
    text: Words<2000>,
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = PlaceBody)]
    place: Option<PlaceBody>,
    /// Whether the desk is to learn nothing of the caller. Of a report it never does.
    #[serde(default)]
    #[schema(required = false)]
    anonymous_to_desk: bool,
    /// How to reach the caller, for the desk: a telephone number. Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<100>)]
    contact: Option<Words<100>>,
}

impl FileCaseBody {
    pub(crate) fn into_case(self) -> NewCase {
        let (point, address, district) = match self.place {
            Some(place) => {
                let point = Point { lat: place.lat, long: place.long };
                (Some(point), place.address.map(Words::into_string), place.district)
            }
            None => (None, None, None),
        };
        NewCase {
            listing: self.listing_id,
            category: self.category.as_str().to_owned(),
            intent: Some(self.intent),
            text: self.text.into_string(),
            point,
            address,
            district,
            anonymous: self.anonymous_to_desk,
            contact: self.contact.map(Words::into_string),
        }
    }
}

/// What somebody adds to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddToCaseRequest, example = json!({"text": "Now the next lamp is out as well."}))]
pub(crate) struct AddToCaseBody {
    /// Stored encrypted.
    pub text: Words<2000>,
}

/// What somebody says of an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RateCaseRequest, example = json!({"solved": true, "satisfaction": 5}))]
pub(crate) struct RateCaseBody {
    /// Whether it is right now.
    solved: bool,
    /// From 1 to 5, which is best.
    #[serde(deserialize_with = "satisfaction")]
    #[schema(value_type = i64, minimum = 1, maximum = 5)]
    satisfaction: i16,
    /// Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<500>)]
    note: Option<Words<500>>,
}

fn satisfaction<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i16, D::Error> {
    let number = i16::try_from(wire::integer(deserializer)?).ok();
    let number = number.filter(|number| (1..=5).contains(number));
    number.ok_or_else(|| de::Error::custom("a number from 1 to 5 is expected"))
}

impl RateCaseBody {
    pub(crate) fn rating(&self) -> NewRating<'_> {
        let Self { solved, satisfaction, note } = self;
        let note = note.as_ref().map(Words::as_str);
        NewRating { solved: *solved, satisfaction: *satisfaction, note }
    }
}

/// Why somebody has a case begin anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReopenCaseRequest, example = json!({"reason": "It is dark again."}))]
pub(crate) struct ReopenCaseBody {
    /// Stored encrypted.
    pub reason: Words<500>,
}

/// Which public cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicQuery {
    /// Of which city.
    pub city: CityCode,
    /// Of which category only.
    #[param(value_type = Option<Code>)]
    pub category: Option<Code>,
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    pub cursor: Option<Cursor>,
}

/// Whose a case is, as the desk that has it says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DisputeCaseRequest, example = json!({"desk": "roads", "reason": "It is on a motorway."}))]
pub(crate) struct DisputeCaseBody {
    /// Another desk of the listing's categories.
    pub desk: Code,
    /// Stored encrypted; other desks read it.
    pub reason: Words<500>,
}

/// Whose a case is, as was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DispatchCaseRequest, example = json!({"desk": "roads"}))]
pub(crate) struct DispatchCaseBody {
    /// A desk of the listing's categories.
    pub desk: Code,
}

/// Why an answer takes longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExtendCaseRequest, example = json!({"reason": "A part has to be ordered."}))]
pub(crate) struct ExtendCaseBody {
    /// The person reads it. Stored encrypted.
    pub reason: Words<500>,
}

words! {
    /// How a desk says that a case ended.
    CaseAnswerOutcome {
        /// What was wrong is right. The case ends so if the person says the same.
        Solved = "solved",
        /// It was explained.
        Explained = "explained",
        /// It is another body's, which has it now.
        Transferred = "transferred",
    }
}

words! {
    /// How a desk closes a case that it asks nobody about.
    CaseClosingOutcome {
        /// It was explained.
        Explained = "explained",
        /// It is another body's, which has it now.
        Transferred = "transferred",
    }
}

/// What a desk answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerCaseRequest,
    example = json!({"text": "The lamp was replaced today.", "outcome": "solved"}))]
pub(crate) struct AnswerCaseBody {
    /// The person reads it. Stored encrypted.
    text: Words<2000>,
    outcome: CaseAnswerOutcome,
    /// What those read whose cases are linked to this one. Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<2000>)]
    for_linked: Option<Words<2000>>,
}

impl AnswerCaseBody {
    pub(crate) fn into_answer(self) -> NewAnswer {
        let outcome = match self.outcome {
            CaseAnswerOutcome::Solved => CaseOutcome::Solved,
            CaseAnswerOutcome::Explained => CaseOutcome::Explained,
            CaseAnswerOutcome::Transferred => CaseOutcome::Transferred,
        };
        let (text, for_linked) = (self.text.into_string(), self.for_linked.map(Words::into_string));
        NewAnswer { outcome, said: Said { text, for_linked } }
    }
}

/// How a desk closes a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CloseCaseRequest,
    example = json!({"text": "The water works have it now.", "outcome": "transferred"}))]
pub(crate) struct CloseCaseBody {
    /// The person reads it. Stored encrypted.
    text: Words<2000>,
    outcome: CaseClosingOutcome,
    /// What those read whose cases are linked to this one. Stored encrypted.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = false, value_type = Words<2000>)]
    for_linked: Option<Words<2000>>,
}

impl CloseCaseBody {
    pub(crate) fn into_answer(self) -> NewAnswer {
        let outcome = match self.outcome {
            CaseClosingOutcome::Explained => CaseOutcome::Explained,
            CaseClosingOutcome::Transferred => CaseOutcome::Transferred,
        };
        let (text, for_linked) = (self.text.into_string(), self.for_linked.map(Words::into_string));
        NewAnswer { outcome, said: Said { text, for_linked } }
    }
}

/// Which case another repeats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkCaseRequest)]
pub(crate) struct LinkCaseBody {
    /// A case of the agency that waits for an answer and is linked to none.
    pub parent_id: CaseId,
}
