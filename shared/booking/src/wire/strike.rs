//! Strikes as those read them whom they are about.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Locale};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::objections::{ObjectionBody, recorded};
use crate::{
    actions::{Block, StrikeView},
    model::{Annulment, AppointmentId, StrikeId, StrikeKind},
};

/// The caller's strikes, and what they come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Strikes)]
pub(crate) struct StrikesBody {
    /// Newest first; a hundred at most.
    items: Vec<StrikeBody>,
    /// Where the caller cannot book for a while; empty where nothing is in the way.
    blocks: Vec<BlockBody>,
}

/// That the caller cannot book with a service of a city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingBlock)]
struct BlockBody {
    city: CityCode,
    /// `hospital`.
    service: String,
    /// The last day.
    until: NaiveDate,
    /// The rule that says so, in the language of the answer.
    citation: String,
}

/// That the caller did not come, or gave up too late.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Strike)]
struct StrikeBody {
    id: StrikeId,
    agency: StrikeAgencyBody,
    /// The service that opened the session: `hospital`.
    service: String,
    appointment_id: AppointmentId,
    kind: StrikeKind,
    /// What happened and what follows, in plain words in the language of the answer.
    explanation: String,
    /// What the agency's system recorded.
    #[schema(value_type = Object)]
    evidence: Map<String, Value>,
    /// The day of the appointment.
    struck_on: NaiveDate,
    /// The last day on which it counts.
    expires_on: NaiveDate,
    /// Whether it counts today.
    stands: bool,
    /// Why it counts no more; absent unless it was annulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Annulment)]
    annulled_for: Option<Annulment>,
    /// The rule that it was written under, in the language of the answer.
    citation: String,
    /// The last day for an objection.
    objection_until: NaiveDate,
    /// What the caller has said against it, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ObjectionBody)]
    objection: Option<ObjectionBody>,
}

/// An agency by its name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrikeAgency)]
struct StrikeAgencyBody {
    id: AgencyId,
    name: String,
}

impl StrikesBody {
    pub(crate) fn new(views: Vec<StrikeView>, blocks: Vec<Block>, locale: Locale) -> Self {
        let block = |block: Block| BlockBody {
            city: block.city,
            service: block.service,
            until: block.until,
            citation: block.citation.get(locale).to_owned(),
        };
        Self {
            items: views.into_iter().map(|view| StrikeBody::new(view, locale)).collect(),
            blocks: blocks.into_iter().map(block).collect(),
        }
    }
}

impl StrikeBody {
    fn new(view: StrikeView, locale: Locale) -> Self {
        let (explanation, stands) = (explanation(&view, locale), view.stands());
        let objection_until = view.objection_until();
        let StrikeView { strike, agency, rule, objection, .. } = view;
        Self {
            id: strike.id,
            agency: StrikeAgencyBody { id: agency.id, name: agency.name.get(locale).to_owned() },
            service: strike.service,
            appointment_id: strike.appointment,
            kind: strike.kind,
            explanation,
            evidence: recorded(strike.evidence),
            struck_on: strike.struck_on,
            expires_on: strike.expires_on,
            stands,
            annulled_for: strike.annulled_for,
            citation: rule.citation.get(locale).to_owned(),
            objection_until,
            objection: objection.map(ObjectionBody::from),
        }
    }
}

/// What happened, what follows, and what can be done.
fn explanation(view: &StrikeView, locale: Locale) -> String {
    let title = view.at.title.get(locale);
    let starts_at: DateTime<Utc> = view.at.starts_at;
    let when = starts_at.with_timezone(&view.city.time_zone).format("%Y-%m-%d %H:%M");
    let (agency, expires_on) = (view.agency.name.get(locale), view.strike.expires_on);
    let happened = match (view.strike.kind, locale) {
        (StrikeKind::NoShow, Locale::En) => {
            format!("{agency} recorded that you did not come on {when} ({title}).")
        }
        (StrikeKind::NoShow, Locale::ZhCn) => {
            format!("{agency}记录您未于{when}到场（{title}）。")
        }
        (StrikeKind::LateCancel, Locale::En) => format!(
            "You gave up your appointment of {when} ({title}) when it was too late for others."
        ),
        (StrikeKind::LateCancel, Locale::ZhCn) => {
            format!("您在规定时限之后取消了{when}的预约（{title}）。")
        }
        (StrikeKind::Cancel, Locale::En) => {
            format!("Your appointment of {when} ({title}) was given up in time.")
        }
        (StrikeKind::Cancel, Locale::ZhCn) => {
            format!("您{when}的预约（{title}）已在规定时限内取消。")
        }
    };
    let follows = match (view.strike.annulled_for, locale) {
        (None, Locale::En) => format!(
            " It counts until {expires_on}. If it is wrong, object to it until {}, in your own \
             words; the staff of {agency} decide.",
            view.objection_until()
        ),
        (None, Locale::ZhCn) => format!(
            "该记录有效期至{expires_on}。如有异议，可于{}前提交说明，由{agency}工作人员处理。",
            view.objection_until()
        ),
        (Some(Annulment::Objection), Locale::En) => {
            " It was annulled because of your objection, and does not count.".to_owned()
        }
        (Some(Annulment::Objection), Locale::ZhCn) => {
            "因异议成立，该记录已撤销，不再计入。".to_owned()
        }
        (Some(Annulment::AgencyLate), Locale::En) => {
            " It was annulled because the agency itself was late, and does not count.".to_owned()
        }
        (Some(Annulment::AgencyLate), Locale::ZhCn) => {
            "因机构自身延误，该记录已撤销，不再计入。".to_owned()
        }
        (Some(Annulment::SessionStopped), Locale::En) => {
            " It was annulled because the session was stopped, and does not count.".to_owned()
        }
        (Some(Annulment::SessionStopped), Locale::ZhCn) => {
            "因该场次停诊，该记录已撤销，不再计入。".to_owned()
        }
    };
    happened + &follows
}
