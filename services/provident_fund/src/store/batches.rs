//! Batches, their parts and faults.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_platform::{
    db::Tx,
    http::Cursor,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, Text, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::city;
use crate::{
    error::Error,
    model::{
        Batch, BatchId, BatchKind, BatchNo, BatchState, Declaration, Fault, FaultCode, Totals,
    },
    schema::{batch_faults as faults, batch_parts as parts, batches, centres},
};

/// Up to when a centre has told of a kind of records completely; none before that.
pub(crate) async fn as_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    kind: BatchKind,
) -> Result<Option<DateTime<Utc>>, Error> {
    let as_of: Option<Option<DateTime<Utc>>> = centres::table
        .find((agency.city().number(), agency.uuid(), kind.code()))
        .select(centres::as_of)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(as_of.flatten())
}

/// Makes room for what a centre tells of a kind of records.
pub(crate) async fn add_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    kind: BatchKind,
) -> Result<(), Error> {
    diesel::insert_into(centres::table)
        .values((
            centres::city.eq(agency.city().number()),
            centres::agency_id.eq(agency.uuid()),
            centres::kind.eq(kind.code()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Until this transaction ends, nobody else tells of this kind of a centre's records, or closes a
/// batch of it.
pub(crate) async fn lock_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    kind: BatchKind,
) -> Result<(), Error> {
    let _: String = centres::table
        .find((agency.city().number(), agency.uuid(), kind.code()))
        .select(centres::kind)
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(())
}

/// Moves the as-of of a centre to the last balanced batch that no unfinished one precedes, and never
/// back.
pub(crate) async fn move_as_of(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    kind: BatchKind,
) -> Result<(), Error> {
    sql("UPDATE provident_fund.centres AS c SET as_of = GREATEST(c.as_of, \
           (SELECT max(b.as_of) FROM provident_fund.batches AS b \
            WHERE b.city = c.city AND b.agency_id = c.agency_id AND b.kind = c.kind \
              AND b.state = 'closed' AND NOT EXISTS \
                (SELECT FROM provident_fund.batches AS o \
                 WHERE o.city = c.city AND o.agency_id = c.agency_id AND o.kind = c.kind \
                   AND o.state IN ('open', 'unbalanced') AND o.as_of <= b.as_of))) \
         WHERE c.city = $1 AND c.agency_id = $2 AND c.kind = $3")
    .bind::<Integer, _>(agency.city().number())
    .bind::<SqlUuid, _>(agency.uuid())
    .bind::<Text, _>(kind.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = batches)]
struct BatchRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    batch_no: String,
    kind: String,
    as_of: DateTime<Utc>,
    declared_lines: i64,
    declared_sum_minor: i64,
    replaces: Option<Uuid>,
    state: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<BatchRow> for Batch {
    type Error = Error;

    fn try_from(row: BatchRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            id: BatchId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.batch_no.parse().map_err(|_| Error::Damaged("batch number"))?,
            declared: Declaration {
                kind: BatchKind::parse(&row.kind).ok_or(Error::Damaged("batch kind"))?,
                as_of: row.as_of,
                lines: row.declared_lines,
                sum_minor: row.declared_sum_minor,
            },
            replaces: row.replaces.map(|id| BatchId::from_parts(city, id)),
            state: BatchState::parse(&row.state).ok_or(Error::Damaged("batch state"))?,
            created_at: row.created_at,
        })
    }
}

/// Writes a new batch. False when its number is taken; of two that try at once, one waits.
pub(crate) async fn insert(tx: &mut Tx<'_>, batch: &Batch) -> Result<bool, Error> {
    let inserted = diesel::insert_into(batches::table)
        .values((
            batches::city.eq(batch.id.city().number()),
            batches::id.eq(batch.id.uuid()),
            batches::agency_id.eq(batch.agency.uuid()),
            batches::batch_no.eq(batch.number.as_str()),
            batches::kind.eq(batch.declared.kind.code()),
            batches::as_of.eq(batch.declared.as_of),
            batches::declared_lines.eq(batch.declared.lines),
            batches::declared_sum_minor.eq(batch.declared.sum_minor),
            batches::replaces.eq(batch.replaces.map(BatchId::uuid)),
            batches::state.eq(batch.state.code()),
            batches::created_at.eq(batch.created_at),
            batches::changed_at.eq(batch.created_at),
        ))
        .on_conflict((batches::city, batches::agency_id, batches::batch_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// How a batch is held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Not at all.
    No,
    /// Others may send parts of it meanwhile, and nobody closes it.
    Shared,
    /// Nobody else does anything with it.
    Alone,
}

/// A centre's batch by its number.
pub(crate) async fn by_number(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    number: &BatchNo,
    hold: Hold,
) -> Result<Option<Batch>, Error> {
    let query = batches::table
        .filter(batches::city.eq(agency.city().number()))
        .filter(batches::agency_id.eq(agency.uuid()))
        .filter(batches::batch_no.eq(number.as_str()))
        .select(BatchRow::as_select());
    let row: Option<BatchRow> = match hold {
        Hold::No => query.first(tx.conn()).await.optional()?,
        Hold::Shared => query.for_share().first(tx.conn()).await.optional()?,
        Hold::Alone => query.for_no_key_update().first(tx.conn()).await.optional()?,
    };
    row.map(Batch::try_from).transpose()
}

/// A batch, which nobody else does anything with until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: BatchId) -> Result<Option<Batch>, Error> {
    let row: Option<BatchRow> = batches::table
        .find((id.city().number(), id.uuid()))
        .select(BatchRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Batch::try_from).transpose()
}

/// The batches of a centre, newest first.
pub(crate) async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Batch>, Error> {
    let mut query = batches::table
        .filter(batches::city.eq(agency.city().number()))
        .filter(batches::agency_id.eq(agency.uuid()))
        .order(batches::id.desc())
        .limit(limit)
        .select(BatchRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(batches::id.lt(after));
    }
    let rows: Vec<BatchRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Batch::try_from).collect()
}

/// Writes where a batch stands.
pub(crate) async fn set_state(
    tx: &mut Tx<'_>,
    id: BatchId,
    state: BatchState,
) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(batches::table.find((id.city().number(), id.uuid())))
        .set((batches::state.eq(state.code()), batches::changed_at.eq(now)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A part as it was received.
#[derive(Debug)]
pub(crate) struct PartKept {
    pub digest: Vec<u8>,
    pub totals: Totals,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = parts)]
struct PartRow {
    digest: Vec<u8>,
    lines: i32,
    accepted: i32,
    repeated: i32,
    sum_minor: i64,
}

/// A part of a batch, if it is there.
pub(crate) async fn part(
    tx: &mut Tx<'_>,
    batch: BatchId,
    part_no: u32,
) -> Result<Option<PartKept>, Error> {
    let row: Option<PartRow> = parts::table
        .find((batch.city().number(), batch.uuid(), counted(part_no)))
        .select(PartRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|row| PartKept {
        digest: row.digest,
        totals: Totals {
            lines: row.lines.into(),
            accepted: row.accepted.into(),
            repeated: row.repeated.into(),
            sum_minor: row.sum_minor,
        },
    }))
}

/// From here on each statement of the transaction is planned for the values that it has and the
/// tables as they are: thousands of rows at once, in tables that were empty a minute ago, are nothing
/// for a plan that was made then and kept.
pub(crate) async fn plan_anew(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.conn().batch_execute("SET LOCAL plan_cache_mode = force_custom_plan").await?;
    Ok(())
}

/// Claims a part's number. False when it is taken; of two that try at once, one waits.
pub(crate) async fn claim_part(
    tx: &mut Tx<'_>,
    batch: BatchId,
    part_no: u32,
    digest: &[u8],
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted = diesel::insert_into(parts::table)
        .values((
            parts::city.eq(batch.city().number()),
            parts::batch_id.eq(batch.uuid()),
            parts::part_no.eq(counted(part_no)),
            parts::digest.eq(digest),
            parts::lines.eq(0),
            parts::accepted.eq(0),
            parts::repeated.eq(0),
            parts::sum_minor.eq(0),
            parts::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

/// Writes what became of a part that was claimed.
pub(crate) async fn finish_part(
    tx: &mut Tx<'_>,
    batch: BatchId,
    part_no: u32,
    totals: Totals,
    refused: &[Fault],
) -> Result<(), Error> {
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    diesel::update(parts::table.find((batch.city().number(), batch.uuid(), counted(part_no))))
        .set((
            parts::lines.eq(small(totals.lines)),
            parts::accepted.eq(small(totals.accepted)),
            parts::repeated.eq(small(totals.repeated)),
            parts::sum_minor.eq(totals.sum_minor),
        ))
        .execute(tx.conn())
        .await?;
    if refused.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO provident_fund.batch_faults (city, batch_id, part_no, line, code) \
         SELECT $1, $2, $3, new.* FROM unnest($4, $5) AS new")
    .bind::<Integer, _>(batch.city().number())
    .bind::<SqlUuid, _>(batch.uuid())
    .bind::<Integer, _>(counted(part_no))
    .bind::<Array<Integer>, _>(column(refused, |fault| counted(fault.line)))
    .bind::<Array<Text>, _>(column(refused, |fault| fault.code.code()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What has arrived of a batch.
pub(crate) async fn totals(tx: &mut Tx<'_>, batch: BatchId) -> Result<Totals, Error> {
    let sum = |text| diesel::dsl::sql::<diesel::sql_types::BigInt>(text);
    let (lines, accepted, repeated, sum_minor) = parts::table
        .filter(parts::city.eq(batch.city().number()))
        .filter(parts::batch_id.eq(batch.uuid()))
        .select((
            sum("COALESCE(sum(lines), 0)::bigint"),
            sum("COALESCE(sum(accepted), 0)::bigint"),
            sum("COALESCE(sum(repeated), 0)::bigint"),
            sum("COALESCE(sum(sum_minor), 0)::bigint"),
        ))
        .first(tx.conn())
        .await?;
    Ok(Totals { lines, accepted, repeated, sum_minor })
}

/// The numbers of the parts that are there, ascending.
pub(crate) async fn part_numbers(tx: &mut Tx<'_>, batch: BatchId) -> Result<Vec<u32>, Error> {
    let numbers: Vec<i32> = parts::table
        .filter(parts::city.eq(batch.city().number()))
        .filter(parts::batch_id.eq(batch.uuid()))
        .order(parts::part_no)
        .select(parts::part_no)
        .load(tx.conn())
        .await?;
    numbers.into_iter().map(number).collect()
}

/// Lines of a batch that were refused, the last first.
pub(crate) async fn faults(
    tx: &mut Tx<'_>,
    batch: BatchId,
    before: Option<(u32, u32)>,
    limit: i64,
) -> Result<Vec<Fault>, Error> {
    let mut query = faults::table
        .filter(faults::city.eq(batch.city().number()))
        .filter(faults::batch_id.eq(batch.uuid()))
        .order((faults::part_no.desc(), faults::line.desc()))
        .limit(limit)
        .select((faults::part_no, faults::line, faults::code))
        .into_boxed();
    if let Some((part_no, line)) = before {
        let (part_no, line) = (counted(part_no), counted(line));
        let same_part = faults::part_no.eq(part_no).and(faults::line.lt(line));
        query = query.filter(faults::part_no.lt(part_no).or(same_part));
    }
    let rows: Vec<(i32, i32, String)> = query.load(tx.conn()).await?;
    let faults = rows.into_iter().map(|(part_no, line, code)| {
        let code = FaultCode::parse(&code).ok_or(Error::Damaged("fault code"))?;
        Ok(Fault { part_no: number(part_no)?, line: number(line)?, code })
    });
    faults.collect()
}

fn number(counted: i32) -> Result<u32, Error> {
    counted.try_into().map_err(|_| Error::Damaged("number of a part"))
}

/// A number as a column holds it: beyond all that there are where it does not fit.
fn counted(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
