//! Letters at the turns of a visit: each at most once, with a place and a time and nothing that
//! tells of somebody's health.

use citygate_catalogue::{agency, city};
use citygate_identity::contact;
use citygate_kernel::Locale;
use citygate_notify::{Mail, send_mail};
use citygate_platform::{Cx, db::Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::Error,
    jobs,
    model::{
        EntryState, PlanEventKind, Queue, QueueEntry, QueueEntryId, StepKey, TurnChange, VisitId,
    },
    store,
};

use super::plan;

/// What somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Turn {
    /// It is nearly the person's turn.
    Near(QueueEntryId),
    /// The person is called, for the first time or after so many missed calls.
    Called(QueueEntryId, u16),
    /// A step can be done now.
    Step(StepKey),
    /// The result of an order is there.
    Result(Uuid),
}

impl Turn {
    /// What tells it from the other turns of a visit.
    fn code(self) -> String {
        match self {
            Self::Near(entry) => format!("near:{entry}"),
            Self::Called(entry, misses) => format!("called:{entry}:{misses}"),
            Self::Step(key) => format!("step:{}:{}", key.kind.code(), key.subject),
            Self::Result(order) => format!("result:{order}"),
        }
    }
}

/// Has somebody told.
pub(crate) async fn enqueue(tx: &mut Tx<'_>, visit: VisitId, turn: Turn) -> Result<(), Error> {
    jobs::announce_later(tx, visit, turn).await
}

/// Tells somebody, unless that was done or has passed.
pub(crate) async fn announce(cx: &Cx, visit: VisitId, turn: Turn) -> Result<(), Error> {
    cx.db
        .tx("hospital.announce", async |tx| {
            let Some(visit) = store::visits::lock_visit(tx, visit).await? else { return Ok(()) };
            let Some(words) = words(tx, visit.id, turn).await? else { return Ok(()) };
            if !store::plans::note_announcement(tx, visit.id, &turn.code()).await? {
                return Ok(());
            }
            let hospital = agency(tx, visit.agency).await?;
            if let Some(to) = contact(&cx.keys, tx, visit.person).await? {
                let mail = words.mail(hospital.name.get(to.locale), to.locale);
                send_mail(&cx.keys, tx, &to.email, &mail).await?;
            }
            if let Words::Near(queue, entry) = &words {
                let about = turn_change(queue, entry);
                let news = plan::news(PlanEventKind::TurnNear, &about)?;
                plan::replan_locked(tx, visit, vec![news]).await?;
            }
            Ok(())
        })
        .await
}

/// A turn, as an event tells it.
pub(crate) fn turn_change(queue: &Queue, entry: &QueueEntry) -> TurnChange {
    TurnChange { queue_id: queue.id, number: turn_number(queue, entry), room: entry.room.clone() }
}

/// The number that people read: "A017".
pub(crate) fn turn_number(queue: &Queue, entry: &QueueEntry) -> String {
    format!("{}{:03}", queue.terms.letter, entry.number)
}

/// What is told, with what it is about.
enum Words {
    Near(Queue, QueueEntry),
    Called(Queue, QueueEntry),
    InQueue(Queue, QueueEntry, String),
    Ready,
    Result,
}

/// What there is to tell; nothing, where it has passed.
async fn words(tx: &mut Tx<'_>, visit: VisitId, turn: Turn) -> Result<Option<Words>, Error> {
    let of_entry = async |tx: &mut Tx<'_>, id| {
        let Some(entry) = store::queue_entries::entry(tx, id).await? else { return Ok(None) };
        let queue = store::queues::queue(tx, entry.queue).await?.ok_or(Error::Damaged("queue"))?;
        Ok::<_, Error>(Some((queue, entry)))
    };
    Ok(match turn {
        Turn::Near(id) => of_entry(tx, id)
            .await?
            .filter(|(_, entry)| entry.state == EntryState::Waiting)
            .map(|(queue, entry)| Words::Near(queue, entry)),
        Turn::Called(id, misses) => of_entry(tx, id)
            .await?
            .filter(|(_, entry)| entry.state == EntryState::Called && entry.misses == misses)
            .map(|(queue, entry)| Words::Called(queue, entry)),
        Turn::Step(key) => {
            let steps = store::plans::steps_of_visit(tx, visit).await?;
            let open = steps.iter().any(|step| step.key == key && !step.state.is_over());
            let entries = store::queue_entries::entries_of_visit(tx, visit).await?;
            match entries.iter().find(|entry| plan::key(entry) == key) {
                _ if !open => None,
                Some(entry) => match of_entry(tx, entry.id).await? {
                    Some((queue, entry)) => {
                        let city = city(tx, visit.city()).await?;
                        let opens = queue.terms.opens_at.with_timezone(&city.time_zone);
                        Some(Words::InQueue(queue, entry, opens.format("%H:%M").to_string()))
                    }
                    None => None,
                },
                None => Some(Words::Ready),
            }
        }
        Turn::Result(_) => Some(Words::Result),
    })
}

impl Words {
    fn mail(&self, hospital: &str, locale: Locale) -> Mail {
        let place = |queue: &Queue, entry: &QueueEntry| {
            let place = queue.terms.place.get(locale);
            match &entry.room {
                Some(room) => format!("{place}, {room}"),
                None => place.to_owned(),
            }
        };
        let (subject, line) = match (self, locale) {
            (Self::Near(queue, entry), Locale::En) => (
                "It is nearly your turn".to_owned(),
                format!(
                    "Number {}. Please come to: {}.",
                    turn_number(queue, entry),
                    place(queue, entry)
                ),
            ),
            (Self::Near(queue, entry), Locale::ZhCn) => (
                "即将轮到您".to_owned(),
                format!("您的号码{}，请前往：{}。", turn_number(queue, entry), place(queue, entry)),
            ),
            (Self::Called(queue, entry), Locale::En) => (
                format!("You are called: {}", turn_number(queue, entry)),
                format!("Please come now to: {}.", place(queue, entry)),
            ),
            (Self::Called(queue, entry), Locale::ZhCn) => (
                format!("请{}号就诊", turn_number(queue, entry)),
                format!("请立即前往：{}。", place(queue, entry)),
            ),
            (Self::InQueue(queue, entry, opens), Locale::En) => (
                "Your next step".to_owned(),
                format!(
                    "You are in a queue with number {}. Place: {}. Open from {opens}.",
                    turn_number(queue, entry),
                    place(queue, entry)
                ),
            ),
            (Self::InQueue(queue, entry, opens), Locale::ZhCn) => (
                "下一步安排".to_owned(),
                format!(
                    "您已进入排队，号码{}，地点：{}，{opens}起开放。",
                    turn_number(queue, entry),
                    place(queue, entry)
                ),
            ),
            (Self::Ready, Locale::En) => {
                ("Your next step".to_owned(), "Your plan shows what comes next.".to_owned())
            }
            (Self::Ready, Locale::ZhCn) => {
                ("下一步安排".to_owned(), "下一步请查看就诊安排。".to_owned())
            }
            (Self::Result, Locale::En) => {
                ("News of your visit".to_owned(), "Your plan has gone on; please look.".to_owned())
            }
            (Self::Result, Locale::ZhCn) => {
                ("就诊进展".to_owned(), "您的就诊安排有新进展，请查看。".to_owned())
            }
        };
        let text = match locale {
            Locale::En => format!("{hospital}\n\n{line}\n"),
            Locale::ZhCn => format!("{hospital}\n\n{line}\n"),
        };
        Mail { subject, text }
    }
}
