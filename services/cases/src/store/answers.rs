//! Answers of agencies.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{CaseAnswer, CaseId, CaseOutcome, Rating},
    schema::answers,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = answers)]
struct AnswerRow {
    id: Uuid,
    outcome: String,
    answered_at: DateTime<Utc>,
    in_time: bool,
    ask_until: Option<DateTime<Utc>>,
    solved: Option<bool>,
    satisfaction: Option<i16>,
    rated_at: Option<DateTime<Utc>>,
}

impl TryFrom<AnswerRow> for CaseAnswer {
    type Error = Error;

    fn try_from(row: AnswerRow) -> Result<Self, Error> {
        let rating = row.solved.zip(row.satisfaction).zip(row.rated_at);
        Ok(Self {
            id: row.id,
            outcome: CaseOutcome::parse(&row.outcome).ok_or(Error::Damaged("outcome"))?,
            answered_at: row.answered_at,
            in_time: row.in_time,
            ask_until: row.ask_until,
            rating: rating.map(|((solved, satisfaction), at)| Rating { solved, satisfaction, at }),
        })
    }
}

/// Writes an answer.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    (case, agency): (CaseId, AgencyId),
    answer: &CaseAnswer,
) -> Result<(), Error> {
    diesel::insert_into(answers::table)
        .values((
            answers::city.eq(case.city().number()),
            answers::id.eq(answer.id),
            answers::case_id.eq(case.uuid()),
            answers::agency_id.eq(agency.uuid()),
            answers::outcome.eq(answer.outcome.code()),
            answers::answered_at.eq(answer.answered_at),
            answers::in_time.eq(answer.in_time),
            answers::ask_until.eq(answer.ask_until),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what somebody says of an answer.
pub(crate) async fn rate(
    tx: &mut Tx<'_>,
    case: CaseId,
    answer: Uuid,
    rating: Rating,
) -> Result<(), Error> {
    diesel::update(answers::table.find((case.city().number(), answer)))
        .set((
            answers::solved.eq(rating.solved),
            answers::satisfaction.eq(rating.satisfaction),
            answers::rated_at.eq(rating.at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The last answer to a case. A case is answered again only after it was opened again.
pub(crate) async fn last(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<CaseAnswer>, Error> {
    let row: Option<AnswerRow> = answers::table
        .filter(answers::city.eq(case.city().number()))
        .filter(answers::case_id.eq(case.uuid()))
        .order(answers::answered_at.desc())
        .select(AnswerRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(CaseAnswer::try_from).transpose()
}
