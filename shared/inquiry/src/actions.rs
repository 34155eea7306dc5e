//! Asking, and saying where.

use std::collections::BTreeSet;

use citygate_catalogue::AgencyId;
use citygate_identity::{Document, full_names};
use citygate_platform::{
    Cx,
    db::{Tx, TxError},
    keys::Keys,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Answer, Freshness, Kept, Question, Source, Subject, Trouble},
    register::Registers,
    rules::{self, Heard, Outcome},
    store,
};

/// What is known before anybody is asked.
enum Beginning {
    /// What is kept is good enough.
    Fresh(Kept),
    /// The register is asked, about the person of a document.
    Ask { id: Uuid, source: Source, document: Document },
}

impl Registers {
    /// Asks an agency's register for somebody's record, and keeps what it says.
    ///
    /// `permit` is run in the transaction in which the person's number is opened for the register:
    /// whatever gives the caller the right to ask (a proof that is used up, an entry in the ledger)
    /// belongs there. Where it fails, nobody is asked; where nobody is named to be asked, it is undone.
    /// No transaction is open while the register takes its time.
    ///
    /// [`Error::NoSource`], [`Error::NoRecord`] and [`Error::Unheard`] say that there is nothing to
    /// give.
    pub async fn ask<T, E>(
        &self,
        cx: &Cx,
        question: &Question<'_>,
        mut permit: impl AsyncFnMut(&mut Tx<'_>) -> Result<(), E>,
    ) -> Result<Answer<T>, E>
    where
        T: DeserializeOwned,
        E: TxError + From<Error>,
    {
        let beginning = cx.db.tx("inquiry.begin", async |tx| {
            permit(tx).await?;
            Ok::<_, E>(begin::<T>(cx, tx, question).await?)
        });
        let (id, source, document) = match beginning.await? {
            Beginning::Fresh(kept) => return Ok(answer(kept, Freshness::Live, None)?),
            Beginning::Ask { id, source, document } => (id, source, document),
        };
        let heard = self.hear((id, &source), &document, &cx.request_id).await;
        let heard = readable::<T>(heard);
        Ok(end(cx, question, heard).await?)
    }
}

async fn begin<T: DeserializeOwned>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    question: &Question<'_>,
) -> Result<Beginning, Error> {
    let found = store::source(&cx.keys, tx, question.agency, question.subject).await?;
    let (id, source) = found.ok_or(Error::NoSource)?;
    let kept = kept::<T>(cx, tx, question).await?;
    let fresh = kept.filter(|kept| rules::is_fresh(kept, source.fresh_for, tx.now()));
    if let Some(kept) = fresh {
        return Ok(Beginning::Fresh(kept));
    }
    let Question { subject, person, access, .. } = question;
    let register = format!("{} {}", subject.as_str(), question.agency);
    let mut named = full_names(&cx.keys, tx, access, &[*person], &register).await?;
    let name = named.remove(person).ok_or(Error::NoRecord)?;
    Ok(Beginning::Ask { id, source, document: name.document })
}

/// What a register said last, if it can still be read: a record of an older form is none.
async fn kept<T: DeserializeOwned>(
    cx: &Cx,
    tx: &mut Tx<'_>,
    question: &Question<'_>,
) -> Result<Option<Kept>, Error> {
    let kept = store::kept(&cx.keys, tx, question).await?;
    Ok(kept.filter(|kept| serde_json::from_slice::<T>(&kept.record).is_ok()))
}

/// What cannot be read is not kept either.
fn readable<T: DeserializeOwned>(heard: Heard) -> Heard {
    match heard {
        Heard::Record { record, .. } if serde_json::from_slice::<T>(&record).is_err() => {
            Heard::Nothing(Trouble::Unreadable)
        }
        heard => heard,
    }
}

/// Weighs what was heard against what was kept, and keeps what is believed.
async fn end<T: DeserializeOwned>(
    cx: &Cx,
    question: &Question<'_>,
    heard: Heard,
) -> Result<Answer<T>, Error> {
    let outcome = cx.db.tx("inquiry.end", async |tx| {
        let kept = kept::<T>(cx, tx, question).await?;
        let outcome = rules::weigh(heard.clone(), kept, tx.now());
        match &outcome {
            Outcome::Live(answer) => store::keep(&cx.keys, tx, question, answer).await?,
            Outcome::NoRecord => {
                let Question { agency, subject, person, .. } = question;
                store::forget(tx, *agency, subject, *person).await?;
            }
            Outcome::Kept(..) | Outcome::Unheard(_) => {}
        }
        Ok::<_, Error>(outcome)
    });
    match outcome.await? {
        Outcome::Live(kept) => answer(kept, Freshness::Live, None),
        Outcome::Kept(kept, trouble) => {
            note(question, trouble);
            answer(kept, Freshness::Kept, Some(trouble))
        }
        Outcome::NoRecord => Err(Error::NoRecord),
        Outcome::Unheard(trouble) => {
            note(question, trouble);
            Err(Error::Unheard(trouble))
        }
    }
}

fn answer<T: DeserializeOwned>(
    kept: Kept,
    freshness: Freshness,
    trouble: Option<Trouble>,
) -> Result<Answer<T>, Error> {
    let Kept { record, as_of, asked_at } = kept;
    let record = serde_json::from_slice(&record).map_err(|_| Error::Damaged("record"))?;
    Ok(Answer { record, as_of, asked_at, freshness, trouble })
}

/// Tells whoever looks after the city; nothing here says about whom.
fn note(question: &Question<'_>, trouble: Trouble) {
    let Question { agency, subject, .. } = question;
    tracing::warn!(
        %agency,
        subject = subject.as_str(),
        trouble = trouble.code(),
        "a register was not heard"
    );
}

/// Says where an agency's register of a subject is asked from now on. What it has said stays.
pub async fn set_source(keys: &Keys, tx: &mut Tx<'_>, source: &Source) -> Result<(), Error> {
    citygate_catalogue::agency(tx, source.agency).await?;
    store::set_source(keys, tx, source).await
}

/// Asks nobody any more, and forgets what was said. Returns whether there was a source.
pub async fn remove_source(cx: &Cx, agency: AgencyId, subject: &Subject) -> Result<bool, Error> {
    const BATCH: i64 = 1_000;
    let removed = cx
        .db
        .tx("inquiry.remove_source", async |tx| store::remove_source(tx, agency, subject).await);
    let removed = removed.await?;
    loop {
        let forgotten = cx.db.tx("inquiry.remove_answers", async |tx| {
            store::remove_answers(tx, agency, subject, BATCH).await
        });
        if forgotten.await? == 0 {
            return Ok(removed);
        }
    }
}

/// Of some agencies, those whose register of a subject can be asked.
pub async fn with_source(
    tx: &Tx<'_>,
    subject: &Subject,
    agencies: &BTreeSet<AgencyId>,
) -> Result<BTreeSet<AgencyId>, Error> {
    store::with_source(tx, subject, agencies).await
}

/// The agencies whose registers of a subject can be asked, by city.
pub async fn agencies_with(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<AgencyId>, Error> {
    store::agencies_with(tx, subject).await
}

/// Every source, with its key.
pub async fn sources(keys: &Keys, tx: &mut Tx<'_>) -> Result<Vec<Source>, Error> {
    store::sources(keys, tx).await
}
