//! Who a hospital's patients are, and what it sees of them.

use citygate_fhir::{Query, Resource, ResourceType};
use citygate_identity::ClientId;
use citygate_kernel::{Clock, Locale};
use citygate_testkit::{TestDb, monday_morning};
use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::{
    Fault,
    fhir::{Match, Outcome, Page, Repository, Stored, Target, Write, Written},
    testing,
};

const NUMBER: &str = "11010519491231002X";
const OTHER: &str = "440524188001010014";
const SPECIMEN: &str = "999900199001010014";
const REASON: Reason<'static> = Reason { purpose: "exchange.patient", legal_basis: "mdr-15" };

struct Town {
    cx: Cx,
    sender: Sender,
    _db: TestDb,
}

impl Town {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let cx = db.platform(&Clock::manual(monday_morning())).cx(Locale::En, "req_test");
        let sender = hospital(&cx, CityCode::HANGZHOU).await;
        Self { cx, sender, _db: db }
    }

    async fn name(&self, sender: Sender, number: &str) -> Result<Patient, Error> {
        let number = number.parse().unwrap();
        let named = self.cx.db.tx("test.named", async |tx| {
            named(&self.cx, tx, sender, REASON, &number, Some("王芳"), "case").await
        });
        named.await
    }

    /// How many entries of an act are in the ledgers of all people.
    async fn entries(&self, act: &str) -> i64 {
        testing::count(&self.cx, &format!("identity.access_entries WHERE action = '{act}'")).await
    }

    async fn write(&self, target: Target, patient: serde_json::Value) -> Result<Written, Fault> {
        let resource = Resource::parse(&patient.to_string()).unwrap();
        let written = self.cx.db.tx("test.write", async |tx| {
            let writes = vec![Write { target, resource: resource.clone() }];
            Patients.write(&self.cx, tx, self.sender, writes).await
        });
        Ok(written.await?.pop().unwrap())
    }

    async fn search(&self, sender: Sender, pairs: &[(&str, &str)]) -> Result<Vec<Stored>, Fault> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (query, _) = Query::read(ResourceType::Patient, pairs).unwrap();
        let found = self.cx.db.tx("test.search", async |tx| {
            let page = Page { after: None, count: 10 };
            Patients.search(&self.cx, tx, sender, &query, page).await
        });
        Ok(found.await?.matches)
    }
}

async fn hospital(cx: &Cx, city: CityCode) -> Sender {
    Sender { client: ClientId::new(&cx.clock), agency: testing::new_hospital(cx, city).await }
}

fn patient(system: &str, number: &str) -> serde_json::Value {
    json!({"resourceType": "Patient", "name": [{"text": "王芳"}],
        "identifier": [{"system": "urn:hospital:mrn", "value": "7"},
                       {"system": system, "value": number}]})
}

fn create() -> Target {
    Target::Create { id: crate::model::new_id(monday_morning()) }
}

fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::Refused(error) => error.problem().kind.code,
        Fault::Held(hold) => panic!("{hold:?}"),
    }
}

#[tokio::test]
async fn a_person_has_one_id_at_a_hospital_and_another_at_the_next() {
    let town = Town::new().await;
    let first = town.name(town.sender, NUMBER).await.unwrap();
    assert_eq!(town.name(town.sender, NUMBER).await.unwrap(), first);
    let stranger = hospital(&town.cx, CityCode::HANGZHOU).await;
    let there = town.name(stranger, NUMBER).await.unwrap();
    assert_eq!(there.person, first.person);
    assert_ne!(there.id, first.id);
    assert_eq!(town.entries("named").await, 3);
    for (agency, patient, found) in [
        (town.sender.agency, first.id, Some(first.person)),
        (town.sender.agency, there.id, None),
        (stranger.agency, first.id, None),
    ] {
        let read = town.cx.db.read("test", async |tx| person(tx, agency, patient).await);
        assert_eq!(read.await.unwrap(), found);
    }
}

#[tokio::test]
async fn a_person_who_is_linked_by_many_at_once_has_one_id() {
    let town = Town::new().await;
    let person = town.name(hospital(&town.cx, CityCode::HANGZHOU).await, NUMBER).await.unwrap();
    let linked = join_all((0..8).map(|_| {
        town.cx
            .db
            .tx("test.link", async |tx| of_people(tx, town.sender.agency, &[person.person]).await)
    }));
    let mut ids: Vec<_> =
        linked.await.into_iter().map(|linked| linked.unwrap()[&person.person]).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn specimens_are_in_the_sandbox_and_nobody_else_is() {
    let town = Town::new().await;
    let sandbox = hospital(&town.cx, CityCode::SANDBOX).await;
    assert!(town.name(sandbox, SPECIMEN).await.is_ok());
    assert!(matches!(town.name(sandbox, NUMBER).await, Err(Error::SpecimenRequired)));
    assert!(matches!(town.name(town.sender, SPECIMEN).await, Err(Error::SpecimenRefused)));
    assert_eq!(town.entries("named").await, 1, "who may not be named is not looked at");
}

#[tokio::test]
async fn a_patient_is_created_once_and_read_without_number_and_full_name() {
    let town = Town::new().await;
    let target = create();
    let new = town.write(target, patient("urn:oid:2.16.156.10011.1.3", NUMBER)).await.unwrap();
    assert_eq!((new.outcome, new.stored.id), (Outcome::Created, target.id()));
    let json = new.stored.resource.to_json().unwrap();
    assert!(!json.contains("王芳") && !json.contains("1949") && json.contains('王'), "{json}");
    let hospital = format!("Organization/{}", town.sender.agency.uuid());
    assert!(json.contains(&hospital), "{json}");
    // Again, by the type of the identifier this time.
    let kind = json!({"coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NNCHN"}]});
    let mut again = patient("urn:other", NUMBER);
    again["identifier"][1]["type"] = kind;
    let known = town.write(create(), again).await.unwrap();
    assert_eq!((known.outcome, known.stored.id), (Outcome::Unchanged, new.stored.id));
    assert_eq!(town.entries("shown").await, 2);
}

#[tokio::test]
async fn a_patient_never_becomes_somebody_else() {
    let town = Town::new().await;
    let oid = "urn:oid:2.16.156.10011.1.3";
    let new = town.write(create(), patient(oid, NUMBER)).await.unwrap();
    let update = |if_match| Target::Update { id: new.stored.id, if_match };
    let same = town.write(update(Some(1)), patient(oid, NUMBER)).await.unwrap();
    assert_eq!(same.outcome, Outcome::Unchanged);
    let read = serde_json::from_str(&new.stored.resource.to_json().unwrap()).unwrap();
    assert_eq!(town.write(update(None), read).await.unwrap().outcome, Outcome::Unchanged);
    for (target, sent, refused) in [
        (update(None), patient(oid, OTHER), "exchange.patient_differs"),
        (update(Some(2)), patient(oid, NUMBER), "exchange.fhir_version_differs"),
        (
            Target::Update { id: create().id(), if_match: None },
            patient(oid, NUMBER),
            "exchange.fhir_unknown",
        ),
        (create(), patient("urn:passport", "E1"), "exchange.identifier_unsupported"),
        (create(), patient(oid, "110105194912310021"), "exchange.identifier_unsupported"),
        (create(), patient(oid, SPECIMEN), "exchange.specimen_refused"),
    ] {
        let fault = town.write(target, sent.clone()).await.map(|_| ()).unwrap_err();
        assert_eq!(code(fault), refused, "{sent}");
    }
    assert_eq!(town.entries("named").await, 2, "what is refused leaves nothing");
}

#[tokio::test]
async fn a_hospital_finds_its_own_patients_and_each_finding_is_written_down() {
    let town = Town::new().await;
    let stranger = hospital(&town.cx, CityCode::HANGZHOU).await;
    let own = town.name(town.sender, NUMBER).await.unwrap();
    let by_number = format!("urn:oid:2.16.156.10011.1.3|{NUMBER}");
    let by_id = own.id.to_string();
    for (sender, pairs, found) in [
        (town.sender, vec![("identifier", by_number.as_str())], 1),
        (town.sender, vec![("_id", by_id.as_str())], 1),
        (town.sender, vec![("_id", by_id.as_str()), ("identifier", by_number.as_str())], 1),
        (town.sender, vec![("identifier", "urn:other|11010519491231002X")], 0),
        (town.sender, vec![("identifier", OTHER)], 0),
        (stranger, vec![("identifier", by_number.as_str())], 0),
        (stranger, vec![("_id", by_id.as_str())], 0),
    ] {
        assert_eq!(town.search(sender, &pairs).await.unwrap().len(), found, "{pairs:?}");
    }
    assert_eq!((town.entries("looked_up").await, town.entries("shown").await), (2, 3));
    let everybody = town.search(town.sender, &[]).await.map(|_| ()).unwrap_err();
    assert_eq!(code(everybody), "exchange.search_too_broad");
    let (condition, _) =
        Query::read(ResourceType::Patient, [("identifier".to_owned(), by_number)]).unwrap();
    let resolved = town.cx.db.tx("test.resolve", async |tx| {
        let conditions = std::slice::from_ref(&condition);
        Patients.resolve(&town.cx, tx, town.sender, conditions).await
    });
    assert_eq!(resolved.await.unwrap(), [Match::One(own.id)]);
}
