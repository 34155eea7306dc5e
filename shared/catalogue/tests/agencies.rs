//! Agencies on a real database.

#![cfg(test)]

use std::collections::BTreeSet;

use citygate_catalogue::{Agency, AgencyId, Error, add_agency, agencies, agency};
use citygate_kernel::{CityCode, Clock, Text};
use citygate_testkit::{TestDb, monday_morning};

const SHANGHAI: i32 = 310_000;

fn named(city: CityCode, en: &str, zh: &str) -> Agency {
    Agency { id: AgencyId::new(city, &Clock::system()), name: Text::new(en, zh) }
}

#[tokio::test]
async fn many_agencies_are_read_by_a_statement_for_each_city() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let (hangzhou, shanghai) = (CityCode::HANGZHOU, CityCode::try_from(SHANGHAI).unwrap());
    let police = named(hangzhou, "police", "公安局");
    let clinic = named(hangzhou, "clinic", "诊所");
    let office = named(shanghai, "office", "办公室");
    let unknown = named(shanghai, "unknown", "未知").id;
    // The same number in another city is another agency.
    let elsewhere = AgencyId::from_parts(shanghai, police.id.uuid());
    let (found, statements, alone) = platform
        .db
        .tx("test.agencies", async |tx| {
            for agency in [&police, &clinic, &office] {
                add_agency(tx, agency).await?;
            }
            let asked = [office.id, police.id, unknown, clinic.id, elsewhere, police.id];
            let before = tx.statements();
            let found = agencies(tx, &asked).await?;
            let statements = tx.statements() - before;
            Ok::<_, Error>((found, statements, agency(tx, clinic.id).await?))
        })
        .await
        .unwrap();
    let expected = BTreeSet::from([police.id, clinic.id, office.id]);
    assert_eq!(found.keys().copied().collect::<BTreeSet<_>>(), expected);
    assert!(found.iter().all(|(id, agency)| agency.id == *id));
    assert_eq!(found[&clinic.id].name.en, alone.name.en);
    assert_eq!(found[&police.id].name.en, "police");
    assert_eq!(found[&office.id].name.zh, "办公室");
    assert_eq!(statements, 2);
}

#[tokio::test]
async fn nobody_asked_for_is_nobody_found() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let none = platform.db.tx("test.none", async |tx| agencies(tx, &[]).await).await.unwrap();
    assert!(none.is_empty());
}
