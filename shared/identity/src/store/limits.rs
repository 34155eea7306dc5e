//! Statements about how often something was done.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{
    error::Error,
    rules::{Counter, SmsCount},
    schema::{counters, sms_budgets},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = counters)]
struct CounterRow {
    last_at: DateTime<Utc>,
    hour_started_at: DateTime<Utc>,
    in_hour: i32,
    day_started_at: DateTime<Utc>,
    in_day: i32,
}

impl From<CounterRow> for Counter {
    fn from(row: CounterRow) -> Self {
        let CounterRow { last_at, hour_started_at, in_hour, day_started_at, in_day } = row;
        Self { last_at, hour_started_at, in_hour, day_started_at, in_day }
    }
}

impl From<Counter> for CounterRow {
    fn from(counter: Counter) -> Self {
        let Counter { last_at, hour_started_at, in_hour, day_started_at, in_day } = counter;
        Self { last_at, hour_started_at, in_hour, day_started_at, in_day }
    }
}

/// Locks a counter; makes it first, so that two who come at once meet in it.
pub(crate) async fn lock_counter(tx: &mut Tx<'_>, key: &[u8]) -> Result<Counter, Error> {
    let fresh = CounterRow::from(Counter::new(tx.now()));
    diesel::insert_into(counters::table)
        .values((counters::key.eq(key), fresh))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    let row: CounterRow = counters::table
        .find(key)
        .select(CounterRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await?;
    Ok(row.into())
}

pub(crate) async fn update_counter(
    tx: &mut Tx<'_>,
    key: &[u8],
    counter: Counter,
) -> Result<(), Error> {
    diesel::update(counters::table.find(key))
        .set(CounterRow::from(counter))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Begins to count from nothing.
pub(crate) async fn forget_counter(tx: &mut Tx<'_>, key: &[u8]) -> Result<(), Error> {
    diesel::delete(counters::table.find(key)).execute(tx.conn()).await?;
    Ok(())
}

/// Short messages of a day to a prefix, not locked.
pub(crate) async fn sms_count(
    tx: &mut Tx<'_>,
    day: NaiveDate,
    prefix: &str,
) -> Result<SmsCount, Error> {
    let row: Option<(i32, i32)> = sms_budgets::table
        .find((day, prefix))
        .select((sms_budgets::sent, sms_budgets::verified))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(row.map(|(sent, verified)| SmsCount { sent, verified }).unwrap_or_default())
}

/// Counts one more message to a prefix, and returns and locks the sum.
pub(crate) async fn count_sms(
    tx: &mut Tx<'_>,
    day: NaiveDate,
    prefix: &str,
    more: SmsCount,
) -> Result<SmsCount, Error> {
    let (sent, verified): (i32, i32) = diesel::insert_into(sms_budgets::table)
        .values((
            sms_budgets::counted_on.eq(day),
            sms_budgets::prefix.eq(prefix),
            sms_budgets::sent.eq(more.sent),
            sms_budgets::verified.eq(more.verified),
        ))
        .on_conflict((sms_budgets::counted_on, sms_budgets::prefix))
        .do_update()
        .set((
            sms_budgets::sent.eq(sms_budgets::sent + more.sent),
            sms_budgets::verified.eq(sms_budgets::verified + more.verified),
        ))
        .returning((sms_budgets::sent, sms_budgets::verified))
        .get_result(tx.conn())
        .await?;
    Ok(SmsCount { sent, verified })
}
