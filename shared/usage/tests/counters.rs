//! Counters on a real database.

#![cfg(test)]

use chrono::{DateTime, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_platform::{Cx, db::DbError};
use citygate_testkit::{TestDb, monday_morning};
use citygate_usage::{Error, Measure, Service, count, last_month, ranking};

async fn agency(cx: &Cx, city: CityCode) -> AgencyId {
    let agency = Agency {
        id: AgencyId::new(city, &Clock::system()),
        name: Text::new("Office", "办事处"),
    };
    let added = cx.db.tx("test.agency", async |tx| add_agency(tx, &agency).await);
    added.await.unwrap();
    agency.id
}

async fn counted(cx: &Cx, agency: AgencyId, item: &str, times: usize) {
    let service = Service { agency, item };
    for _ in 0..times {
        let used = cx.db.tx("test.count", async |tx| count(cx, tx, service, Measure::Used).await);
        used.await.unwrap();
    }
}

async fn ranked(cx: &Cx, city: CityCode) -> Vec<(String, i64)> {
    let read = cx.db.read("test.ranking", async |tx| {
        let month = last_month(tx, city).await?;
        ranking(tx, city, month).await
    });
    read.await.unwrap()
}

fn cx(db: &TestDb, at: DateTime<Utc>) -> Cx {
    db.platform(&Clock::manual(at)).cx(Locale::En, "test")
}

#[tokio::test]
async fn a_month_is_ranked_when_it_is_over_in_its_city_and_what_is_rare_is_absent() {
    let db = TestDb::new().await;
    let city = CityCode::HANGZHOU;
    // 23:30 of the 30 November in Hangzhou, and a minute after midnight.
    let (november, december) = ("2026-11-30T15:30:00Z", "2026-11-30T16:01:00Z");
    let now = cx(&db, november.parse().unwrap());
    let (one, other) = (agency(&now, city).await, agency(&now, city).await);
    counted(&now, one, "utilities.water_bill", 7).await;
    counted(&now, other, "utilities.water_bill", 5).await;
    counted(&now, one, "market.stall_permit", 9).await;
    counted(&now, one, "exit_entry.hk_macao_endorsement", 20).await;
    assert_eq!(ranked(&now, city).await, []);
    let later = cx(&db, december.parse().unwrap());
    counted(&later, one, "market.stall_permit", 5).await;
    let wanted = [
        ("exit_entry.hk_macao_endorsement".to_owned(), 20),
        ("utilities.water_bill".to_owned(), 12),
    ];
    assert_eq!(ranked(&later, city).await, wanted);
    let early = later.db.read("test.ranking", async |tx| {
        let month = last_month(tx, city).await?.plus(1);
        ranking(tx, city, month).await
    });
    assert_eq!(early.await.unwrap(), [], "of a month that is not over nothing is told");
}

#[tokio::test]
async fn many_count_at_the_same_time_and_none_is_lost() {
    let db = TestDb::new().await;
    let now = cx(&db, monday_morning());
    let agency = agency(&now, CityCode::HANGZHOU).await;
    let many = (0..8).map(|n| {
        let cx = Cx { request_id: format!("request {n}"), ..now.clone() };
        async move { counted(&cx, agency, "utilities.water_bill", 25).await }
    });
    futures_util::future::join_all(many).await;
    let january = cx(&db, "2026-12-05T00:00:00Z".parse().unwrap());
    let found = ranked(&january, CityCode::HANGZHOU).await;
    assert_eq!(found, [("utilities.water_bill".to_owned(), 200)]);
}

#[tokio::test]
async fn what_is_rolled_back_was_not_counted() {
    let db = TestDb::new().await;
    let now = cx(&db, monday_morning());
    let agency = agency(&now, CityCode::HANGZHOU).await;
    let service = Service { agency, item: "utilities.water_bill" };
    for _ in 0..20 {
        let undone = now.db.tx("test.count", async |tx| {
            count(&now, tx, service, Measure::Used).await?;
            Err::<(), _>(DbError::Faulty("changed its mind".to_owned()))
        });
        assert!(undone.await.is_err());
    }
    let later = cx(&db, "2026-12-05T00:00:00Z".parse().unwrap());
    assert_eq!(ranked(&later, CityCode::HANGZHOU).await, []);
}

#[tokio::test]
async fn a_city_that_is_not_served_has_no_ranking() {
    let db = TestDb::new().await;
    let now = cx(&db, monday_morning());
    let nowhere = CityCode::try_from(820_000).unwrap();
    let read =
        now.db.read("test.ranking", async |tx| Ok::<_, Error>(last_month(tx, nowhere).await?));
    assert!(matches!(read.await, Err(Error::Catalogue(_))));
}
