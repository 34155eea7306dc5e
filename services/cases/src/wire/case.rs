//! Cases as people see them.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{CityCode, Locale};
use citygate_listings::{Intent, ListingId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    actions::{read::OpenedCase, view::CaseView},
    model::{CaseAnswer, CaseId, CaseOutcome, CaseStanding, CaseTurn, Content, Line, Point},
};

/// Until when a case is answered, and why then.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseReplyTime)]
pub(super) struct ReplyTimeBody {
    /// The day that is not counted.
    after: NaiveDate,
    /// The last day; it ends at midnight.
    until: NaiveDate,
    /// When that is.
    ends_at: DateTime<Utc>,
    /// Whether it was extended.
    extended: bool,
    /// Whether holidays that are not announced yet can move it.
    provisional: bool,
    /// How it is counted, in plain words in the language of the answer.
    explanation: String,
}

impl ReplyTimeBody {
    pub(super) fn new(view: &CaseView, locale: Locale) -> Self {
        let running = view.clock.running();
        let citation = Some(&view.category.citation.title);
        let mut explanation = view.clock.reply.explain(locale, view.today, citation);
        if let Some(extended) = &view.clock.extended {
            let more = extended.explain(locale, view.today, None);
            explanation = match locale {
                Locale::En => format!("{explanation} It was extended: {more}"),
                Locale::ZhCn => format!("{explanation}已延长期限：{more}"),
            };
        }
        Self {
            after: view.clock.reply.trigger_on(),
            until: running.due_on(),
            ends_at: running.ends_at(view.city.time_zone),
            extended: view.clock.extended.is_some(),
            provisional: running.provisional(),
            explanation,
        }
    }
}

/// A case, without anything that was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FiledCase)]
pub(crate) struct CaseLineBody {
    id: CaseId,
    state: CaseStanding,
    /// That in words, in the language of the answer.
    standing: String,
    city: CityCode,
    listing_id: ListingId,
    listing_name: String,
    category: String,
    category_name: String,
    intent: Intent,
    /// Who has it; while that is disputed, still who disputes it.
    desk: String,
    created_at: DateTime<Utc>,
    due: ReplyTimeBody,
    /// How it ended; present once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseOutcome)]
    outcome: Option<CaseOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    closed_at: Option<DateTime<Utc>>,
    /// How often it was opened again.
    #[schema(minimum = 0)]
    reopened: i32,
    /// The case that it repeats, and with which it closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseId)]
    parent_id: Option<CaseId>,
    /// Whether everybody may know that there is such a case.
    public: bool,
}

impl CaseLineBody {
    pub(crate) fn new(view: CaseView, locale: Locale) -> Self {
        let due = ReplyTimeBody::new(&view, locale);
        let CaseView { case, listing, category, city, .. } = view;
        Self {
            id: case.id,
            state: case.state,
            standing: case.state.name().get(locale).to_owned(),
            city: city.code,
            listing_id: case.listing,
            listing_name: listing.get(locale).to_owned(),
            category_name: category.name.get(locale).to_owned(),
            intent: case.intent,
            due,
            outcome: case.outcome,
            closed_at: case.closed_at,
            reopened: case.reopened,
            parent_id: case.parent,
            public: case.is_public(),
            created_at: case.created_at,
            category: case.category,
            desk: case.desk,
        }
    }

    /// Where a page goes on.
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// Where something is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CasePlace)]
pub(super) struct PlaceBody {
    lat: f64,
    long: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    address: Option<String>,
}

impl PlaceBody {
    pub(super) fn new(point: Option<Point>, address: Option<String>) -> Option<Self> {
        point.map(|point| Self { lat: point.lat, long: point.long, address })
    }
}

/// A line of the history of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseHistoryLine)]
pub(super) struct HistoryLineBody {
    turn: CaseTurn,
    /// Where the case stood after it.
    state: CaseStanding,
    at: DateTime<Utc>,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    text: Option<String>,
}

impl From<Line> for HistoryLineBody {
    fn from(line: Line) -> Self {
        let Line { turn, state, at, said } = line;
        Self { turn, state, at, text: said.map(|said| said.text) }
    }
}

impl HistoryLineBody {
    /// As the person reads it: what desks say to each other is theirs.
    fn for_the_person(line: Line) -> Self {
        let between_desks = line.turn == CaseTurn::Dispute;
        let body = Self::from(line);
        if between_desks { Self { text: None, ..body } } else { body }
    }
}

/// The last answer of the agency; what it says stands in the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseAnswer)]
pub(super) struct AnswerBody {
    /// How the desk says that it ended.
    outcome: CaseOutcome,
    answered_at: DateTime<Utc>,
    in_time: bool,
    /// Until when the person is asked whether it helped; absent where nobody is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    ask_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = RatingBody)]
    rating: Option<RatingBody>,
}

/// What the person says of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseRating)]
struct RatingBody {
    solved: bool,
    #[schema(minimum = 1, maximum = 5)]
    satisfaction: i16,
    rated_at: DateTime<Utc>,
}

impl From<CaseAnswer> for AnswerBody {
    fn from(answer: CaseAnswer) -> Self {
        let rating = answer.rating.map(|rating| RatingBody {
            solved: rating.solved,
            satisfaction: rating.satisfaction,
            rated_at: rating.at,
        });
        Self {
            outcome: answer.outcome,
            answered_at: answer.answered_at,
            in_time: answer.in_time,
            ask_until: answer.ask_until,
            rating,
        }
    }
}

/// A case with everything that was written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedCase)]
pub(crate) struct OpenedCaseBody {
    case: CaseLineBody,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PlaceBody)]
    place: Option<PlaceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    contact: Option<String>,
    /// Whether the desk learns nothing of the person.
    anonymous_to_desk: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = AnswerBody)]
    answer: Option<AnswerBody>,
    /// Oldest first.
    history: Vec<HistoryLineBody>,
}

impl OpenedCaseBody {
    pub(crate) fn new(opened: OpenedCase, locale: Locale) -> Self {
        let OpenedCase { view, content, history, answer } = opened;
        let Content { text, point, address, contact } = content;
        let anonymous_to_desk = view.case.hidden;
        Self {
            case: CaseLineBody::new(view, locale),
            text,
            place: PlaceBody::new(point, address),
            contact,
            anonymous_to_desk,
            answer: answer.map(AnswerBody::from),
            history: history.into_iter().map(HistoryLineBody::for_the_person).collect(),
        }
    }
}

/// A case as everybody may know it: neither who, nor what was written, nor where exactly.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicCase)]
pub(crate) struct PublicCaseBody {
    id: CaseId,
    category: String,
    category_name: String,
    intent: Intent,
    state: CaseStanding,
    /// That in words, in the language of the answer.
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseOutcome)]
    outcome: Option<CaseOutcome>,
    /// To about a kilometre.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PlaceBody)]
    place: Option<PlaceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CityCode)]
    district: Option<CityCode>,
    created_at: DateTime<Utc>,
    /// Until when it is answered.
    due_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    closed_at: Option<DateTime<Utc>>,
}

impl PublicCaseBody {
    pub(crate) fn new(view: CaseView, locale: Locale) -> Self {
        let CaseView { case, category, .. } = view;
        Self {
            id: case.id,
            category_name: category.name.get(locale).to_owned(),
            category: case.category,
            intent: case.intent,
            state: case.state,
            standing: case.state.name().get(locale).to_owned(),
            outcome: case.outcome,
            place: PlaceBody::new(case.place, None),
            district: case.district,
            created_at: case.created_at,
            due_on: case.due_on,
            closed_at: case.closed_at,
        }
    }
}
