//! Finding items.

use citygate_kernel::Text;
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Text as SqlText, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    grams,
    model::{Found, Item, LifeEvent, ListingId, Wish},
};

/// What an item says, where it can be used here, and whether it fits a wish. Both statements have
/// these parts in common.
macro_rules! shown {
    () => {
        "SELECT p.number, p.rank, p.code, p.name_en, p.name_zh, p.summary_en, p.summary_zh, \
           p.life_events, t.name_en AS type_en, t.name_zh AS type_zh, \
           ARRAY(SELECT l.id FROM listings.listings l WHERE l.city = p.city AND l.item = p.code \
             AND l.state = 'published' ORDER BY l.id LIMIT 20) AS listings \
         FROM page p JOIN listings.types t ON t.code = p.type_code "
    };
}

macro_rules! fits {
    () => {
        "(a.type_code = '' OR i.type_code = a.type_code) \
         AND (a.life_event = '' OR a.life_event = ANY (i.life_events)) \
         AND (a.city = 0 \
           OR EXISTS (SELECT FROM listings.offers o WHERE o.city = a.city AND o.item = i.number) \
           OR EXISTS (SELECT FROM listings.listings l WHERE l.city = a.city AND l.item = i.code \
             AND l.state = 'published')) "
    };
}

/// Items by the pieces of words that they share with a question, those that say most first. A piece
/// says the more the fewer items have it; of those that no item has, each counts against all. What
/// shares less than half of what the question says is not what was meant. Of pieces that very many items
/// have, only the eight rarest are looked at: they say little and take long. A name that begins with
/// the very question is meant before all others.
///
/// `$1` the pieces, `$2` the question, `$3` the city or 0, `$4` the type and `$5` the life event or
/// nothing, `$6` and `$7` rank and number of the last item before this page, `$8` how many.
pub const SEARCH: &str = concat!(
    "WITH asked AS MATERIALIZED (SELECT $1::text[] AS grams, $2::text AS text, \
       $3::integer AS city, $4::text AS type_code, $5::text AS life_event, $6::integer AS rank, \
       $7::integer AS number), \
     cut AS MATERIALIZED (SELECT g.items, g.times, CASE \
         WHEN g.times > 0 THEN greatest(20, (100 * ln(8192 / (g.times + 1)::float8))::integer) \
         WHEN char_length(w.gram) = 2 THEN 120 ELSE 320 END AS weight, \
         row_number() OVER (ORDER BY g.times NULLS LAST, w.gram) AS n \
       FROM asked, unnest(asked.grams) AS w(gram) LEFT JOIN listings.grams g USING (gram)), \
     known AS MATERIALIZED (SELECT items, weight FROM cut \
       WHERE n <= 8 OR times < 300 OR times IS NULL), \
     scored AS MATERIALIZED (SELECT item AS number, sum(weight)::integer AS score \
       FROM known, unnest(known.items) AS item GROUP BY item \
       HAVING 2 * sum(weight) >= (SELECT sum(weight) FROM known)), \
     ranked AS (SELECT i.*, a.city, 10 * s.score - i.grams + CASE \
         WHEN i.name_zh = a.text OR lower(i.name_en) = a.text THEN 3000000 \
         WHEN starts_with(i.name_zh, a.text) OR starts_with(lower(i.name_en), a.text) THEN 2000000 \
         WHEN strpos(i.name_zh, a.text) > 0 OR strpos(lower(i.name_en), a.text) > 0 THEN 1000000 \
         ELSE 0 END AS rank \
       FROM asked a, scored s JOIN listings.items i USING (number) WHERE ",
    fits!(),
    "), page AS (SELECT r.* FROM ranked r, asked a \
       WHERE r.rank < a.rank OR (r.rank = a.rank AND r.number > a.number) \
       ORDER BY r.rank DESC, r.number LIMIT $8::bigint) ",
    shown!(),
    "ORDER BY p.rank DESC, p.number"
);

/// Items in the order of the catalogue: those that were added first at the top.
const LIST: &str = concat!(
    "WITH asked AS MATERIALIZED (SELECT $1::integer AS city, $2::text AS type_code, \
       $3::text AS life_event, $4::integer AS number), \
     page AS (SELECT i.*, a.city, 0 AS rank FROM asked a JOIN listings.items i ON i.number > a.number \
       WHERE ",
    fits!(),
    "ORDER BY i.number LIMIT $5::bigint) ",
    shown!(),
    "ORDER BY p.number"
);

/// Items of the same type or life event that share pieces of the names, and not the item itself. Pieces
/// that a tenth of the catalogue has relate nothing.
const RELATED: &str = concat!(
    "WITH asked AS MATERIALIZED (SELECT $1::text[] AS grams, 0 AS city, i.number, i.type_code, \
       i.life_events FROM listings.items i WHERE i.number = $2::integer), \
     known AS MATERIALIZED (SELECT g.items, (100 * ln(8192 / (g.times + 1)::float8))::integer AS \
         weight FROM asked, unnest(asked.grams) AS w(gram) JOIN listings.grams g USING (gram) \
       WHERE g.times < 400), \
     scored AS MATERIALIZED (SELECT item AS number, sum(weight)::integer AS rank \
       FROM known, unnest(known.items) AS item GROUP BY item), \
     page AS (SELECT i.*, a.city, s.rank FROM asked a, scored s JOIN listings.items i USING (number) \
       WHERE i.number <> a.number \
         AND (i.type_code = a.type_code OR i.life_events && a.life_events) \
       ORDER BY s.rank DESC, i.number LIMIT $3::bigint) ",
    shown!(),
    "ORDER BY p.rank DESC, p.number"
);

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Integer)]
    rank: i32,
    #[diesel(sql_type = SqlText)]
    code: String,
    #[diesel(sql_type = SqlText)]
    name_en: String,
    #[diesel(sql_type = SqlText)]
    name_zh: String,
    #[diesel(sql_type = SqlText)]
    summary_en: String,
    #[diesel(sql_type = SqlText)]
    summary_zh: String,
    #[diesel(sql_type = Array<SqlText>)]
    life_events: Vec<String>,
    #[diesel(sql_type = SqlText)]
    type_en: String,
    #[diesel(sql_type = SqlText)]
    type_zh: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    listings: Vec<Uuid>,
}

impl FoundRow {
    fn found(self, wish: &Wish<'_>) -> Result<Found, Error> {
        let listing = |id| wish.city.map(|city| ListingId::from_parts(city, id));
        Ok(Found {
            item: Item {
                code: self.code.parse().map_err(|_| Error::Damaged("item"))?,
                name: Text::new(self.name_en, self.name_zh),
                summary: Text::new(self.summary_en, self.summary_zh),
                life_events: super::items::life_events(&self.life_events)?,
                keywords: Vec::new(),
            },
            type_name: Text::new(self.type_en, self.type_zh),
            rank: self.rank,
            number: self.number,
            listings: self.listings.into_iter().filter_map(listing).collect(),
        })
    }
}

/// The first two parameters of [`SEARCH`] for a question: its pieces, and itself.
pub fn search_parameters(question: &str) -> (Vec<String>, String) {
    (grams::asked(question), grams::plain(question).trim().to_owned())
}

/// Items that a question means.
pub(crate) async fn search(
    tx: &mut Tx<'_>,
    question: &str,
    wish: &Wish<'_>,
) -> Result<Vec<Found>, Error> {
    let (grams, text) = search_parameters(question);
    let (rank, number) = wish.after.unwrap_or((i32::MAX, 0));
    let rows: Vec<FoundRow> = sql(SEARCH)
        .bind::<Array<SqlText>, _>(grams)
        .bind::<SqlText, _>(text)
        .bind::<Integer, _>(wish.city.map_or(0, |city| city.number()))
        .bind::<SqlText, _>(wish.type_code.unwrap_or_default())
        .bind::<SqlText, _>(wish.life_event.map_or("", LifeEvent::code))
        .bind::<Integer, _>(rank)
        .bind::<Integer, _>(number)
        .bind::<BigInt, _>(wish.limit)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| row.found(wish)).collect()
}

/// Items in the order of the catalogue.
pub(crate) async fn list(tx: &mut Tx<'_>, wish: &Wish<'_>) -> Result<Vec<Found>, Error> {
    let rows: Vec<FoundRow> = sql(LIST)
        .bind::<Integer, _>(wish.city.map_or(0, |city| city.number()))
        .bind::<SqlText, _>(wish.type_code.unwrap_or_default())
        .bind::<SqlText, _>(wish.life_event.map_or("", LifeEvent::code))
        .bind::<Integer, _>(wish.after.map_or(0, |(_, number)| number))
        .bind::<BigInt, _>(wish.limit)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| row.found(wish)).collect()
}

/// Items that are related to one, closest first.
pub(crate) async fn related(
    tx: &mut Tx<'_>,
    (number, name): (i32, &Text),
    most: i64,
) -> Result<Vec<Found>, Error> {
    let grams: Vec<String> = grams::grams([name.en.as_str(), &name.zh]).into_iter().collect();
    let rows: Vec<FoundRow> = sql(RELATED)
        .bind::<Array<SqlText>, _>(grams)
        .bind::<Integer, _>(number)
        .bind::<BigInt, _>(most)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| row.found(&Wish::default())).collect()
}
