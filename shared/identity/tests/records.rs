//! What services may know of people for a rule or a register, on a real database: everything that is
//! disclosed stands in the person's ledger of accesses, under its own code.

#![cfg(test)]

use chrono::NaiveDate;
use citygate_identity::{
    Access, Accessor, DocumentType, Error, Named, PersonId, Reason, Record, ResidentIdNumber,
    age_on, document_type, full_names, note_filed, note_read, person,
};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{Cx, Platform, db::DbError};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl;

const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
/// Born on the seventh of March 1990.
const NUMBER: &str = "330106199003070014";

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    case_ref: String,
}

fn access(cx: &Cx) -> Access<'_> {
    Access::new(cx, Accessor::city(CityCode::HANGZHOU), REASON)
}

async fn somebody(platform: &Platform, cx: &Cx, number: &str, name: Option<&str>) -> PersonId {
    let number: ResidentIdNumber = number.parse().unwrap();
    let noted = platform.db.tx("test.note", async |tx| {
        let named = Named { id_number: &number, name, case: Some("case") };
        person(&platform.keys, tx, &access(cx), named).await
    });
    noted.await.unwrap()
}

/// What stands in the ledger, but for the naming itself.
async fn entries(platform: &Platform) -> Vec<(String, String)> {
    let found: Result<Vec<Entry>, DbError> = platform
        .db
        .tx("test.entries", async |tx| {
            let entries = diesel::sql_query(
                "SELECT action, case_ref FROM identity.access_entries WHERE action <> 'named' \
                 ORDER BY action",
            );
            Ok(entries.load(tx.conn()).await?)
        })
        .await;
    found.unwrap().into_iter().map(|entry| (entry.action, entry.case_ref)).collect()
}

#[tokio::test]
async fn a_full_name_is_disclosed_and_who_gave_none_has_none() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let cx = platform.cx(Locale::En, "req_test");
    let known = somebody(&platform, &cx, NUMBER, Some("王芳")).await;
    let nameless = somebody(&platform, &cx, "330106199305120021", None).await;
    let found = platform.db.tx("test.names", async |tx| {
        full_names(&platform.keys, tx, &access(&cx), &[known, nameless], "M-1").await
    });
    let found = found.await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[&known].name.expose(), "王芳");
    assert_eq!(found[&known].document.expose(), NUMBER);
    assert_eq!(entries(&platform).await, [("disclosed".to_owned(), "M-1".to_owned())]);
}

#[tokio::test]
async fn an_age_is_of_completed_years_and_no_disclosure() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let cx = platform.cx(Locale::En, "req_test");
    let person = somebody(&platform, &cx, NUMBER, None).await;
    for (day, expected) in [
        ("2012-03-06", Some(21)),
        ("2012-03-07", Some(22)),
        ("1990-03-07", Some(0)),
        ("1990-03-06", None),
    ] {
        let on: NaiveDate = day.parse().unwrap();
        let age =
            platform.db.tx("test.age", async |tx| age_on(&platform.keys, tx, person, on).await);
        assert_eq!(age.await.unwrap(), expected, "{day}");
    }
    let kind = platform
        .db
        .tx("test.kind", async |tx| document_type(&platform.keys, tx, person).await)
        .await
        .unwrap();
    assert_eq!(kind, Some(DocumentType::ResidentId));
    assert_eq!(entries(&platform).await, []);
}

#[tokio::test]
async fn every_record_that_is_filed_or_read_has_an_entry_of_its_own() {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    let cx = platform.cx(Locale::En, "req_test");
    let person = somebody(&platform, &cx, NUMBER, None).await;
    let records = [
        (Record::Certificate, "certificate"),
        (Record::Marriage, "marriage"),
        (Record::ProvidentFund, "provident_fund"),
        (Record::HealthResult, "result"),
        (Record::SocialSecurity, "social_security"),
    ];
    let noted: Result<(), Error> = platform
        .db
        .tx("test.note", async |tx| {
            for (record, code) in records {
                note_filed(tx, &access(&cx), record, &[(person, code)]).await?;
                note_read(tx, &access(&cx), record, &[(person, code)]).await?;
            }
            note_read(tx, &access(&cx), Record::Marriage, &[]).await
        })
        .await;
    noted.unwrap();
    let expected: Vec<(String, String)> = records
        .iter()
        .flat_map(|(_, code)| {
            ["filed", "read"].map(|act| (format!("{code}_{act}"), (*code).to_owned()))
        })
        .collect();
    assert_eq!(entries(&platform).await, expected);
}
