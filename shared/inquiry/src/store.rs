//! Every statement of inquiries.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, CityId, Clock, Kind, Masked};
use citygate_platform::{db::Tx, keys::Keys};
use diesel::{dsl::not, prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Kept, Question, Source, Subject},
    schema::{answers, sources},
    sealed::{API_KEY, RECORD},
};

/// Prefix of identifiers of sources.
pub(crate) enum SourceKind {}
impl Kind for SourceKind {
    const PREFIX: &'static str = "isrc";
}

/// Prefix of identifiers of answers.
pub(crate) enum AnswerKind {}
impl Kind for AnswerKind {
    const PREFIX: &'static str = "ians";
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sources)]
struct SourceRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    subject: String,
    url: String,
    api_key_sealed: Vec<u8>,
    fresh_for_seconds: i32,
}

impl SourceRow {
    async fn source(self, keys: &Keys, tx: &Tx<'_>) -> Result<(Uuid, Source), Error> {
        let city: CityCode = self.city.try_into().map_err(|_| Error::Damaged("city"))?;
        let key = keys.open_sealed(tx, &API_KEY, self.id, &self.api_key_sealed).await?;
        let key = String::from_utf8(key).map_err(|_| Error::Damaged("key"))?;
        let source = Source {
            agency: AgencyId::from_parts(city, self.agency_id),
            subject: self.subject.parse().map_err(|_| Error::Damaged("subject"))?,
            url: self.url.parse().map_err(|_| Error::Damaged("url"))?,
            api_key: Masked::new(key),
            fresh_for: TimeDelta::seconds(i64::from(self.fresh_for_seconds)),
        };
        Ok((self.id, source))
    }
}

/// Writes a source anew: its id changes with its key.
pub(crate) async fn set_source(keys: &Keys, tx: &mut Tx<'_>, source: &Source) -> Result<(), Error> {
    let now = tx.now();
    let city = source.agency.city();
    let id = CityId::<SourceKind>::new(city, &Clock::manual(now)).uuid();
    let key = keys.seal(tx, &API_KEY, id, source.api_key.expose().as_bytes()).await?;
    let seconds = i32::try_from(source.fresh_for.num_seconds());
    let values = (
        sources::city.eq(city.number()),
        sources::id.eq(id),
        sources::agency_id.eq(source.agency.uuid()),
        sources::subject.eq(source.subject.as_str()),
        sources::url.eq(source.url.as_str()),
        sources::api_key_sealed.eq(key),
        sources::fresh_for_seconds.eq(seconds.map_err(|_| Error::Damaged("seconds"))?),
        sources::set_at.eq(now),
    );
    diesel::insert_into(sources::table)
        .values(&values)
        .on_conflict((sources::city, sources::agency_id, sources::subject))
        .do_update()
        .set((
            sources::id.eq(excluded(sources::id)),
            sources::url.eq(excluded(sources::url)),
            sources::api_key_sealed.eq(excluded(sources::api_key_sealed)),
            sources::fresh_for_seconds.eq(excluded(sources::fresh_for_seconds)),
            sources::set_at.eq(excluded(sources::set_at)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes a source and all that its register has said. Returns whether there was one.
pub(crate) async fn remove_source(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    subject: &Subject,
) -> Result<bool, Error> {
    let source = sources::table
        .filter(sources::city.eq(agency.city().number()))
        .filter(sources::agency_id.eq(agency.uuid()))
        .filter(sources::subject.eq(subject.as_str()));
    Ok(diesel::delete(source).execute(tx.conn()).await? > 0)
}

/// Removes answers, so many at most. Returns how many.
pub(crate) async fn remove_answers(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    subject: &Subject,
    limit: i64,
) -> Result<usize, Error> {
    let some = answers::table
        .filter(answers::city.eq(agency.city().number()))
        .filter(answers::agency_id.eq(agency.uuid()))
        .filter(answers::subject.eq(subject.as_str()))
        .select(answers::id)
        .limit(limit);
    let some: Vec<Uuid> = some.load(tx.conn()).await?;
    let gone = answers::table
        .filter(answers::city.eq(agency.city().number()))
        .filter(answers::id.eq_any(some));
    Ok(diesel::delete(gone).execute(tx.conn()).await?)
}

/// Every source, by city, agency and subject.
pub(crate) async fn sources(keys: &Keys, tx: &mut Tx<'_>) -> Result<Vec<Source>, Error> {
    const MANY: i64 = 10_000;
    let rows: Vec<SourceRow> = sources::table
        .order((sources::city, sources::agency_id, sources::subject))
        .limit(MANY)
        .select(SourceRow::as_select())
        .load(tx.conn())
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(row.source(keys, tx).await?.1);
    }
    Ok(all)
}

/// Those agencies that have a register of a subject which can be asked.
pub(crate) async fn with_source(
    tx: &Tx<'_>,
    subject: &Subject,
    agencies: &BTreeSet<AgencyId>,
) -> Result<BTreeSet<AgencyId>, Error> {
    let cities: BTreeSet<i32> = agencies.iter().map(|agency| agency.city().number()).collect();
    let ids: Vec<Uuid> = agencies.iter().map(|agency| agency.uuid()).collect();
    let found: Vec<(i32, Uuid)> = sources::table
        .filter(sources::city.eq_any(cities.into_iter().collect::<Vec<_>>()))
        .filter(sources::agency_id.eq_any(ids))
        .filter(sources::subject.eq(subject.as_str()))
        .select((sources::city, sources::agency_id))
        .load(&mut tx.pipeline())
        .await?;
    let agency = |(city, id): (i32, Uuid)| {
        let city: CityCode = city.try_into().map_err(|_| Error::Damaged("city"))?;
        Ok(AgencyId::from_parts(city, id))
    };
    found.into_iter().map(agency).collect()
}

/// The agencies that have a source, by city and age.
pub(crate) async fn agencies_with(
    tx: &mut Tx<'_>,
    subject: &Subject,
) -> Result<Vec<AgencyId>, Error> {
    const MANY: i64 = 1_000;
    let rows: Vec<(i32, Uuid)> = sources::table
        .filter(sources::subject.eq(subject.as_str()))
        .order((sources::city, sources::agency_id))
        .limit(MANY)
        .select((sources::city, sources::agency_id))
        .load(tx.conn())
        .await?;
    rows.into_iter()
        .map(|(city, id)| {
            let city: CityCode = city.try_into().map_err(|_| Error::Damaged("city"))?;
            Ok(AgencyId::from_parts(city, id))
        })
        .collect()
}

/// A source, with the id under which it was set.
pub(crate) async fn source(
    keys: &Keys,
    tx: &mut Tx<'_>,
    agency: AgencyId,
    subject: &Subject,
) -> Result<Option<(Uuid, Source)>, Error> {
    let row: Option<SourceRow> = sources::table
        .filter(sources::city.eq(agency.city().number()))
        .filter(sources::agency_id.eq(agency.uuid()))
        .filter(sources::subject.eq(subject.as_str()))
        .select(SourceRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    match row {
        Some(row) => Ok(Some(row.source(keys, tx).await?)),
        None => Ok(None),
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = answers)]
struct AnswerRow {
    id: Uuid,
    as_of: DateTime<Utc>,
    asked_at: DateTime<Utc>,
    record_sealed: Vec<u8>,
}

/// What a register said last of somebody.
pub(crate) async fn kept(
    keys: &Keys,
    tx: &mut Tx<'_>,
    question: &Question<'_>,
) -> Result<Option<Kept>, Error> {
    let row: Option<AnswerRow> = answers::table
        .filter(answers::city.eq(question.agency.city().number()))
        .filter(answers::agency_id.eq(question.agency.uuid()))
        .filter(answers::subject.eq(question.subject.as_str()))
        .filter(answers::person_id.eq(question.person.uuid()))
        .select(AnswerRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    let Some(AnswerRow { id, as_of, asked_at, record_sealed }) = row else { return Ok(None) };
    let record = keys.open_sealed(tx, &RECORD, id, &record_sealed).await?;
    Ok(Some(Kept { record, as_of, asked_at }))
}

/// Keeps what a register said, unless something newer was kept meanwhile.
pub(crate) async fn keep(
    keys: &Keys,
    tx: &mut Tx<'_>,
    question: &Question<'_>,
    answer: &Kept,
) -> Result<(), Error> {
    use diesel::query_dsl::methods::FilterDsl as _;
    let city = question.agency.city();
    let id = CityId::<AnswerKind>::new(city, &Clock::manual(tx.now())).uuid();
    let sealed = keys.seal(tx, &RECORD, id, &answer.record).await?;
    diesel::insert_into(answers::table)
        .values((
            answers::city.eq(city.number()),
            answers::id.eq(id),
            answers::agency_id.eq(question.agency.uuid()),
            answers::subject.eq(question.subject.as_str()),
            answers::person_id.eq(question.person.uuid()),
            answers::as_of.eq(answer.as_of),
            answers::asked_at.eq(answer.asked_at),
            answers::record_sealed.eq(sealed),
        ))
        .on_conflict((answers::city, answers::agency_id, answers::subject, answers::person_id))
        .do_update()
        .set((
            answers::id.eq(excluded(answers::id)),
            answers::as_of.eq(excluded(answers::as_of)),
            answers::asked_at.eq(excluded(answers::asked_at)),
            answers::record_sealed.eq(excluded(answers::record_sealed)),
        ))
        .filter(not(answers::as_of.gt(excluded(answers::as_of))))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets what a register said of somebody.
pub(crate) async fn forget(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    subject: &Subject,
    person: PersonId,
) -> Result<(), Error> {
    let kept = answers::table
        .filter(answers::city.eq(agency.city().number()))
        .filter(answers::agency_id.eq(agency.uuid()))
        .filter(answers::subject.eq(subject.as_str()))
        .filter(answers::person_id.eq(person.uuid()));
    diesel::delete(kept).execute(tx.conn()).await?;
    Ok(())
}
