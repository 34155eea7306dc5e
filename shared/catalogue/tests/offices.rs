//! Offices on a real database.

#![cfg(test)]

use citygate_catalogue::{
    Agency, AgencyId, Error, Office, OfficeFilter, OfficeId, add_agency, office, offices,
    offices_by_id, put_office,
};
use citygate_kernel::{CityCode, Clock, Text};
use citygate_testkit::{TestDb, monday_morning};
use uuid::Uuid;

const CITY: CityCode = CityCode::HANGZHOU;

fn agency_no(n: u128) -> AgencyId {
    AgencyId::from_parts(CITY, Uuid::from_u128(n))
}

fn office_no(n: u128, agency: u128, kind: &str, capabilities: &[&str]) -> Office {
    Office {
        id: OfficeId::from_parts(CITY, Uuid::from_u128(n)),
        agency: agency_no(agency),
        kind: kind.parse().unwrap(),
        name: Text::new(format!("Office {n}"), format!("第{n}登记处")),
        address: Text::new("1 Lake Road", "湖滨路1号"),
        capabilities: capabilities.iter().map(|word| word.parse().unwrap()).collect(),
        open: true,
    }
}

fn all() -> OfficeFilter {
    OfficeFilter { city: CITY, kind: None, capability: None, agency: None }
}

fn numbers(found: &[Office]) -> Vec<u128> {
    found.iter().map(|office| office.id.uuid().as_u128()).collect()
}

#[tokio::test]
async fn offices_are_found_by_kind_capability_and_agency_and_never_once_closed() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    platform
        .db
        .tx("test.offices", async |tx| {
            for n in [101, 102] {
                let name = Text::new("agency", "机构");
                add_agency(tx, &Agency { id: agency_no(n), name }).await?;
            }
            let mut closed = office_no(4, 101, "registry", &["foreign"]);
            for office in [
                office_no(1, 101, "registry", &[]),
                office_no(2, 102, "registry", &["hk_mo_tw", "foreign"]),
                office_no(3, 102, "hall", &["foreign"]),
                closed.clone(),
            ] {
                put_office(tx, &office).await?;
            }
            closed.open = false;
            put_office(tx, &closed).await?;
            let kind = Some("registry".parse().unwrap());
            let foreign = Some("foreign".parse().unwrap());
            for (filter, expected) in [
                (all(), &[1, 2, 3][..]),
                (OfficeFilter { kind: kind.clone(), ..all() }, &[1, 2]),
                (OfficeFilter { capability: foreign.clone(), ..all() }, &[2, 3]),
                (OfficeFilter { kind, capability: foreign, ..all() }, &[2]),
                (OfficeFilter { agency: Some(agency_no(102)), ..all() }, &[2, 3]),
                (OfficeFilter { kind: Some("school".parse().unwrap()), ..all() }, &[]),
            ] {
                assert_eq!(numbers(&offices(tx, &filter).await?), expected, "{filter:?}");
            }
            assert_eq!(office(tx, closed.id).await?, closed);
            let second = office(tx, OfficeId::from_parts(CITY, Uuid::from_u128(2))).await?;
            let words: Vec<_> = second.capabilities.iter().map(|word| word.as_str()).collect();
            assert_eq!(words, ["foreign", "hk_mo_tw"]);
            assert!(second.can("foreign") && !second.can("for"));
            let ids = [2, 9, 1].map(Uuid::from_u128);
            assert_eq!(numbers(&offices_by_id(tx, CITY, &ids).await?), [1, 2]);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn no_office_is_listed_for_an_agency_that_does_not_exist_there() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let elsewhere = AgencyId::from_parts("310000".parse().unwrap(), Uuid::from_u128(1));
    let wrong = Office { agency: elsewhere, ..office_no(1, 1, "registry", &[]) };
    for office in [office_no(1, 1, "registry", &[]), wrong] {
        let put = platform.db.tx("test.office", async |tx| put_office(tx, &office).await).await;
        assert!(matches!(put, Err(Error::AgencyUnknown)));
    }
    let unknown = OfficeId::from_parts(CITY, Uuid::from_u128(1));
    let none = platform.db.tx("test.office", async |tx| office(tx, unknown).await).await;
    assert!(matches!(none, Err(Error::OfficeUnknown)));
    let filter = OfficeFilter { city: "650100".parse().unwrap(), ..all() };
    let none = platform.db.tx("test.offices", async |tx| offices(tx, &filter).await).await;
    assert!(matches!(none, Err(Error::CityUnknown(_))));
}
