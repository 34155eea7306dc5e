//! Items and their types.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{
    db::{DbError, Tx},
    sql::{column, sql},
};
use diesel::{
    QueryableByName,
    dsl::count_star,
    prelude::*,
    sql_types::{Array, BigInt, Date, Integer, Nullable, Text as SqlText, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::city;
use crate::{
    content::ItemCode,
    error::Error,
    grams,
    model::{Item, ItemCity, ItemListing, ItemType, LifeEvent, ListingId},
    schema::{items, types},
};

/// Reads the words of a row.
pub(super) fn life_events(words: &[String]) -> Result<Vec<LifeEvent>, Error> {
    let read = |word: &String| LifeEvent::parse(word).ok_or(Error::Damaged("life event"));
    words.iter().map(read).collect()
}

/// One column of texts that the rows keep.
fn texts<'a, T>(rows: &'a [T], of: impl Fn(&'a T) -> &'a str) -> Vec<&'a str> {
    rows.iter().map(of).collect()
}

/// Every type, by its code, with how many items it has.
pub(crate) async fn all_types(tx: &mut Tx<'_>) -> Result<Vec<ItemType>, Error> {
    let counted: Vec<(String, i64)> = items::table
        .group_by(items::type_code)
        .select((items::type_code, count_star()))
        .load(tx.conn())
        .await?;
    let mut counted: BTreeMap<String, i64> = counted.into_iter().collect();
    let rows: Vec<(String, String, String)> =
        types::table.order(types::code).load(tx.conn()).await?;
    let read = |(code, en, zh): (String, _, _)| {
        let items = counted.remove(&code).unwrap_or_default();
        ItemType { code, name: Text::new(en, zh), items }
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = SqlText)]
    life_event: String,
    #[diesel(sql_type = BigInt)]
    items: i64,
}

/// How many items each life event has; absent are those that have none.
pub(crate) async fn per_life_event(tx: &mut Tx<'_>) -> Result<BTreeMap<LifeEvent, i64>, Error> {
    let statement = "SELECT life_event, count(*) AS items \
         FROM listings.items, unnest(life_events) AS life_event GROUP BY life_event";
    let rows: Vec<EventRow> = sql(statement).load(tx.conn()).await?;
    let read = |row: EventRow| {
        let event = LifeEvent::parse(&row.life_event).ok_or(Error::Damaged("life event"))?;
        Ok((event, row.items))
    };
    rows.into_iter().map(read).collect()
}

/// An item with its number and what its type is called.
pub(crate) async fn item(
    tx: &mut Tx<'_>,
    code: &ItemCode,
) -> Result<Option<(i32, Item, Text)>, Error> {
    type Row = (i32, String, String, String, String, Vec<Option<String>>, Vec<Option<String>>);
    let row: Option<(Row, (String, String))> = items::table
        .inner_join(types::table.on(types::code.eq(items::type_code)))
        .filter(items::code.eq(code.as_str()))
        .select((
            (
                items::number,
                items::name_en,
                items::name_zh,
                items::summary_en,
                items::summary_zh,
                items::life_events,
                items::keywords,
            ),
            (types::name_en, types::name_zh),
        ))
        .first(tx.conn())
        .await
        .optional()?;
    let Some(((number, en, zh, summary_en, summary_zh, events, keywords), of)) = row else {
        return Ok(None);
    };
    let events: Vec<String> = events.into_iter().flatten().collect();
    let item = Item {
        code: code.clone(),
        name: Text::new(en, zh),
        summary: Text::new(summary_en, summary_zh),
        life_events: life_events(&events)?,
        keywords: keywords.into_iter().flatten().collect(),
    };
    Ok(Some((number, item, Text::new(of.0, of.1))))
}

/// Whether the catalogue has an item.
pub(crate) async fn exists(tx: &mut Tx<'_>, code: &ItemCode) -> Result<bool, Error> {
    let of = items::table.filter(items::code.eq(code.as_str()));
    Ok(diesel::select(diesel::dsl::exists(of)).get_result(tx.conn()).await?)
}

/// Whether there is such a type.
pub(crate) async fn type_exists(tx: &mut Tx<'_>, code: &str) -> Result<bool, Error> {
    let of = types::table.find(code);
    Ok(diesel::select(diesel::dsl::exists(of)).get_result(tx.conn()).await?)
}

/// What items are called. One that there is not is absent.
pub(crate) async fn names(
    tx: &mut Tx<'_>,
    codes: &[String],
) -> Result<BTreeMap<String, Text>, DbError> {
    let rows: Vec<(String, String, String)> = items::table
        .filter(items::code.eq_any(codes))
        .select((items::code, items::name_en, items::name_zh))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|(code, en, zh)| (code, Text::new(en, zh))).collect())
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = SqlText)]
    code: String,
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// The numbers of items.
pub(crate) async fn numbers(
    tx: &mut Tx<'_>,
    codes: &[&str],
) -> Result<BTreeMap<String, i32>, Error> {
    let rows: Vec<(String, i32)> = items::table
        .filter(items::code.eq_any(codes))
        .select((items::code, items::number))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

const INSERT: &str = "INSERT INTO listings.items (code, type_code, name_en, name_zh, summary_en, \
       summary_zh, life_events, keywords, grams) \
     SELECT code, type_code, name_en, name_zh, summary_en, summary_zh, \
       string_to_array(life_events, ' '), string_to_array(keywords, E'\\n'), grams \
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], \
       $7::text[], $8::text[], $9::integer[]) AS new(code, type_code, name_en, name_zh, \
       summary_en, summary_zh, life_events, keywords, grams) \
     ON CONFLICT (code) DO NOTHING RETURNING code, number";

/// Adds items; those whose code there is stay as they are. Their types have to be there. Returns how
/// many were new.
pub(crate) async fn insert(tx: &mut Tx<'_>, new: &[Item]) -> Result<usize, Error> {
    let cut: BTreeMap<&str, BTreeSet<String>> =
        new.iter().map(|item| (item.code.as_str(), grams::grams(item.found_by()))).collect();
    let events = |item: &Item| -> String {
        let words: Vec<&str> = item.life_events.iter().map(|event| event.code()).collect();
        words.join(" ")
    };
    let length = |item: &Item| {
        let found = cut.get(item.code.as_str()).map_or(0, BTreeSet::len);
        i32::try_from(found).unwrap_or(i32::MAX)
    };
    let added: Vec<NumberRow> = sql(INSERT)
        .bind::<Array<SqlText>, _>(texts(new, |item| item.code.as_str()))
        .bind::<Array<SqlText>, _>(texts(new, |item| item.code.type_code()))
        .bind::<Array<SqlText>, _>(texts(new, |item| &item.name.en))
        .bind::<Array<SqlText>, _>(texts(new, |item| &item.name.zh))
        .bind::<Array<SqlText>, _>(texts(new, |item| &item.summary.en))
        .bind::<Array<SqlText>, _>(texts(new, |item| &item.summary.zh))
        .bind::<Array<SqlText>, _>(column(new, events))
        .bind::<Array<SqlText>, _>(column(new, |item| item.keywords.join("\n")))
        .bind::<Array<Integer>, _>(column(new, length))
        .load(tx.conn())
        .await?;
    let of = |row: &NumberRow| {
        let pieces = cut.get(row.code.as_str()).into_iter().flatten();
        pieces.map(|gram| (gram.clone(), row.number)).collect::<Vec<_>>()
    };
    index(tx, &added.iter().flat_map(of).collect::<Vec<_>>()).await?;
    Ok(added.len())
}

/// Writes an item anew that there is already. Returns whether there is.
pub(crate) async fn update(tx: &mut Tx<'_>, item: &Item) -> Result<bool, Error> {
    let Some((number, before, _)) = self::item(tx, &item.code).await? else { return Ok(false) };
    let old: Vec<String> = grams::grams(before.found_by()).into_iter().collect();
    let forget = "UPDATE listings.grams SET items = array_remove(items, $1::integer), \
         times = times - 1 WHERE gram = ANY ($2::text[])";
    sql(forget)
        .bind::<Integer, _>(number)
        .bind::<Array<SqlText>, _>(old)
        .execute(tx.conn())
        .await?;
    let new = grams::grams(item.found_by());
    let words: Vec<&str> = item.life_events.iter().map(|event| event.code()).collect();
    diesel::update(items::table.find(number))
        .set((
            items::name_en.eq(&item.name.en),
            items::name_zh.eq(&item.name.zh),
            items::summary_en.eq(&item.summary.en),
            items::summary_zh.eq(&item.summary.zh),
            items::life_events.eq(words),
            items::keywords.eq(&item.keywords),
            items::grams.eq(i32::try_from(new.len()).unwrap_or(i32::MAX)),
        ))
        .execute(tx.conn())
        .await?;
    index(tx, &new.into_iter().map(|gram| (gram, number)).collect::<Vec<_>>()).await?;
    Ok(true)
}

/// Writes which items have which pieces. Those of two that write at once are locked in one order.
async fn index(tx: &mut Tx<'_>, pieces: &[(String, i32)]) -> Result<(), Error> {
    let statement = "INSERT INTO listings.grams (gram, times, items) \
         SELECT gram, count(*), array_agg(number ORDER BY number) \
         FROM unnest($1::text[], $2::integer[]) AS new(gram, number) GROUP BY gram ORDER BY gram \
         ON CONFLICT (gram) DO UPDATE SET times = grams.times + excluded.times, \
           items = grams.items || excluded.items";
    sql(statement)
        .bind::<Array<SqlText>, _>(texts(pieces, |(gram, _)| gram))
        .bind::<Array<Integer>, _>(column(pieces, |(_, number)| *number))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Says that a city has items at its counters. Those that it had stay as they are. Returns how many
/// are new.
pub(crate) async fn offer(
    tx: &mut Tx<'_>,
    city: CityCode,
    offered: &[(i32, NaiveDate)],
) -> Result<usize, Error> {
    let statement = "INSERT INTO listings.offers (city, item, since) \
         SELECT $1::integer, new.* FROM unnest($2::integer[], $3::date[]) AS new \
         ON CONFLICT DO NOTHING";
    Ok(sql(statement)
        .bind::<Integer, _>(city.number())
        .bind::<Array<Integer>, _>(column(offered, |(item, _)| *item))
        .bind::<Array<Date>, _>(column(offered, |(_, since)| *since))
        .execute(tx.conn())
        .await?)
}

#[derive(QueryableByName)]
struct CityRow {
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = Nullable<Date>)]
    since: Option<NaiveDate>,
}

#[derive(QueryableByName)]
struct ListingRow {
    #[diesel(sql_type = Integer)]
    city: i32,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    agency_id: Uuid,
    #[diesel(sql_type = Nullable<Date>)]
    begins: Option<NaiveDate>,
}

/// The cities that have an item, by their codes, after one of them.
pub(crate) async fn cities(
    tx: &mut Tx<'_>,
    (number, code): (i32, &ItemCode),
    (after, limit): (i32, i64),
) -> Result<Vec<ItemCity>, Error> {
    let statement = "SELECT city, max(since) AS since FROM ( \
           SELECT city, since FROM listings.offers WHERE item = $1::integer \
           UNION ALL SELECT city, NULL::date FROM listings.listings \
             WHERE item = $2::text AND state = 'published') AS had \
         WHERE city > $3::integer GROUP BY city ORDER BY city LIMIT $4::bigint";
    let rows: Vec<CityRow> = sql(statement)
        .bind::<Integer, _>(number)
        .bind::<SqlText, _>(code.as_str())
        .bind::<Integer, _>(after)
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
        .await?;
    let codes = column(&rows, |row| row.city);
    let usable = "SELECT l.city, l.id, l.agency_id, (SELECT min(r.in_force_from) \
           FROM listings.reviews r WHERE r.city = l.city AND r.listing_id = l.id) AS begins \
         FROM listings.listings l WHERE l.city = ANY ($1::integer[]) AND l.item = $2::text \
           AND l.state = 'published' ORDER BY l.city, l.id LIMIT 1000";
    let usable: Vec<ListingRow> = sql(usable)
        .bind::<Array<Integer>, _>(codes)
        .bind::<SqlText, _>(code.as_str())
        .load(tx.conn())
        .await?;
    let mut listings: BTreeMap<i32, Vec<ItemListing>> = BTreeMap::new();
    for row in usable {
        let of = city(row.city)?;
        listings.entry(row.city).or_default().push(ItemListing {
            listing: ListingId::from_parts(of, row.id),
            agency: AgencyId::from_parts(of, row.agency_id),
            from: row.begins,
        });
    }
    let read = |row: CityRow| {
        Ok(ItemCity {
            city: city(row.city)?,
            counter_since: row.since,
            listings: listings.remove(&row.city).unwrap_or_default(),
        })
    };
    rows.into_iter().map(read).collect()
}
