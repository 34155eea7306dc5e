//! Versions on a real database: which is in force, and what stays as it is.

#![cfg(test)]

use chrono::TimeDelta;
use citygate_catalogue::{Agency, AgencyId, add_agency, load_notices};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_listings::{Error, ListingId, in_force, in_force_in, publish_at_once, version};
use citygate_platform::Cx;
use citygate_testkit::{TestDb, monday_morning};

const WATER: &str = include_str!("../../../services/listed/demo/water_bill.toml");

struct Things {
    _db: TestDb,
    cx: Cx,
    clock: Clock,
    agency: AgencyId,
}

impl Things {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Clock::manual(monday_morning());
        let cx = db.platform(&clock).cx(Locale::En, "test");
        let agency = AgencyId::new(CityCode::HANGZHOU, &clock);
        let water = Agency { id: agency, name: Text::new("Water", "水务") };
        cx.db
            .tx("test.agency", async |tx| {
                load_notices(tx).await?;
                add_agency(tx, &water).await
            })
            .await
            .unwrap();
        Self { _db: db, cx, clock, agency }
    }

    async fn publish(&self, day: &str, max: &str) -> Result<ListingId, Error> {
        let file = WATER.replace("2026-01-01", day).replace("500_000", max);
        self.cx
            .db
            .tx("test.publish", async |tx| publish_at_once(&self.cx, tx, self.agency, &file).await)
            .await
    }

    async fn in_force(&self, id: ListingId) -> Result<i32, Error> {
        let found = self.cx.db.read("test.in_force", async |tx| in_force(tx, id).await).await?;
        Ok(found.version)
    }

    async fn bills(&self) -> Vec<(ListingId, i32)> {
        let found = self
            .cx
            .db
            .read("test.bills", async |tx| in_force_in(tx, CityCode::HANGZHOU, "bill").await)
            .await;
        found.unwrap().into_iter().map(|one| (one.listing, one.version)).collect()
    }
}

#[tokio::test]
async fn of_the_versions_that_have_begun_the_one_that_began_last_is_in_force() {
    let things = Things::new().await;
    let id = things.publish("2026-01-01", "100").await.unwrap();
    assert_eq!(things.publish("2026-01-01", "100").await.unwrap(), id, "again changes nothing");
    assert_eq!(things.publish("2026-11-25", "200").await.unwrap(), id);
    assert_eq!(things.in_force(id).await.unwrap(), 1);
    assert_eq!(things.bills().await, [(id, 1)]);
    // One that is written later, but begins today, holds until the day of the other.
    things.publish("2026-02-01", "300").await.unwrap();
    assert_eq!(things.in_force(id).await.unwrap(), 3);
    things.clock.advance(TimeDelta::days(2));
    assert_eq!(things.in_force(id).await.unwrap(), 2);
    assert_eq!(things.bills().await, [(id, 2)]);
    assert_eq!(things.publish("2026-01-01", "100").await.unwrap(), id, "not even after others");
    assert_eq!(things.in_force(id).await.unwrap(), 2);
    for number in [1, 2, 3] {
        let kept =
            things.cx.db.read("test.version", async |tx| version(tx, id, number).await).await;
        let kept = kept.unwrap().content.bill.unwrap();
        assert_eq!(kept.amount_minor_max, i64::from(number) * 100);
    }
    let none = things.cx.db.read("test.version", async |tx| version(tx, id, 4).await).await;
    assert!(matches!(none, Err(Error::VersionUnknown)));
}

#[tokio::test]
async fn what_has_not_begun_cannot_be_used_and_a_faulty_file_is_nothing() {
    let things = Things::new().await;
    let id = things.publish("2026-11-25", "100").await.unwrap();
    assert!(matches!(things.in_force(id).await, Err(Error::NotInForce)));
    assert_eq!(things.bills().await, []);
    let unknown = ListingId::new(CityCode::HANGZHOU, &things.clock);
    assert!(matches!(things.in_force(unknown).await, Err(Error::Unknown)));
    let faulty = things.publish("2026-11-25", "\"much\"").await;
    assert!(matches!(faulty, Err(Error::Faulty(faults)) if faults.len() == 1));
    things.clock.advance(TimeDelta::days(2));
    assert_eq!(things.in_force(id).await.unwrap(), 1);
}
