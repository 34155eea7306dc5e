//! The catalogue in the database: what the migration wrote, and what a seed number makes.

#![cfg(test)]

use citygate_kernel::{Clock, Locale};
use citygate_listings::{Item, generated, item_exists, item_names, put_item};
use citygate_testkit::TestDb;
use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

async fn texts(db: &TestDb, query: &str) -> Vec<String> {
    let mut connection = AsyncPgConnection::establish(&db.url).await.unwrap();
    let rows: Vec<Row> = sql_query(query).load(&mut connection).await.unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

const PIECES: &str = "SELECT code || ' ' || gram AS text FROM listings.grams, unnest(items) AS number \
     JOIN listings.items USING (number) ORDER BY 1";

#[tokio::test]
async fn the_first_items_are_cut_into_the_pieces_that_the_program_makes() {
    let db = TestDb::new().await;
    let before = texts(&db, PIECES).await;
    assert!(before.len() > 300);
    let cx = db.platform(&Clock::system()).cx(Locale::En, "test");
    let codes = texts(&db, "SELECT code AS text FROM listings.items").await;
    assert_eq!(codes.len(), 6);
    let toml = "SELECT 'code = ' || to_json(code) || E'\\nname = { en = ' || to_json(name_en) || \
         ', zh = ' || to_json(name_zh) || E' }\\nsummary = { en = ' || to_json(summary_en) || \
         ', zh = ' || to_json(summary_zh) || E' }\\nlife_events = ' || to_json(life_events) || \
         E'\\nkeywords = ' || to_json(keywords) AS text FROM listings.items";
    for file in texts(&db, toml).await {
        let item = Item::read(&file).unwrap();
        cx.db.tx("test.put", async |tx| put_item(tx, &item).await).await.unwrap();
    }
    assert_eq!(texts(&db, PIECES).await, before);
    let wrong = "SELECT gram AS text FROM listings.grams WHERE times <> cardinality(items)";
    assert_eq!(texts(&db, wrong).await, [""; 0]);
}

#[tokio::test]
async fn a_seed_number_makes_the_whole_catalogue_once() {
    let db = TestDb::new().await;
    let cx = db.platform(&Clock::system()).cx(Locale::En, "test");
    let mut told = Vec::new();
    let first = generated::load(&cx, 7, |line| told.push(line.to_owned())).await.unwrap();
    assert_eq!((first.cities, first.items), (117, 3_994));
    assert!((300_000..=496_000).contains(&first.offers), "{}", first.offers);
    assert!(told.len() > 5, "{told:?}");
    let again = generated::load(&cx, 7, |_| {}).await.unwrap();
    assert_eq!(again, generated::Loaded::default());
    let wrong = "SELECT gram AS text FROM listings.grams WHERE times <> cardinality(items)";
    assert_eq!(texts(&db, wrong).await, [""; 0]);
    let sizes = "SELECT count(*)::text AS text FROM listings.items GROUP BY type_code";
    let sizes = texts(&db, sizes).await;
    assert!(sizes.len() == 40 && sizes.iter().all(|size| size == "100"), "{sizes:?}");
    let known = "utilities.water_bill".parse().unwrap();
    let unknown = "utilities.nothing".parse().unwrap();
    let answers = cx.db.read("test.exists", async |tx| {
        let names = item_names(tx, vec!["utilities.water_bill".to_owned()]).await?;
        assert_eq!(names["utilities.water_bill"].en, "Water bill");
        Ok::<_, citygate_listings::Error>((
            item_exists(tx, &known).await?,
            item_exists(tx, &unknown).await?,
        ))
    });
    assert_eq!(answers.await.unwrap(), (true, false));
}
