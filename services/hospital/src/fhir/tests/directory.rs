//! What a hospital says of itself, its places, departments and doctors.

use citygate_exchange::fhir::{Outcome, Written};
use citygate_fhir::{Parameter, Query, ResourceType as Kind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{House, coded, identifier, refusal, says};
use crate::fhir::resolved;

/// A role, its doctor, their department and its building, in the order in which none can be kept.
fn described(campus: Uuid) -> [(u128, Value); 4] {
    let translated = |en: &str| {
        json!({"extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/translation",
            "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": en}],
        }]})
    };
    [
        (
            13,
            json!({
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": format!("Practitioner/{}", Uuid::from_u128(12))},
                "organization": {"reference": format!("Organization/{}", Uuid::from_u128(11))},
                "code": coded("clinic-kind", "special"),
            }),
        ),
        (
            12,
            json!({
                "resourceType": "Practitioner",
                "identifier": identifier("practitioner-no", "D9"),
                "name": [{"text": "方薇", "_text": translated("Fang Wei")}],
                "qualification": [{"code": coded("practitioner-title", "chief")[0]}],
                "extension": [{"url": "urn:citygate:known-for", "extension": [
                    {"url": "zh", "valueString": "冠心病"}, {"url": "en", "valueString": "Hearts"},
                ]}],
            }),
        ),
        (
            11,
            json!({
                "resourceType": "HealthcareService",
                "identifier": identifier("department-no", "H2"),
                "name": "心脏二科", "_name": translated("Heart Unit 2"),
                "specialty": coded("specialty", "03.04"),
                "location": [{"reference": format!("Location/{}", Uuid::from_u128(10))}],
            }),
        ),
        (
            10,
            json!({
                "resourceType": "Location",
                "identifier": identifier("location-no", "C-2"),
                "status": "active", "name": "2号楼", "_name": translated("Building 2"),
                "physicalType": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/location-physical-type",
                    "code": "bu",
                }]},
                "position": {"longitude": 120.1682, "latitude": 30.253},
                "partOf": {"reference": format!("Location/{}", campus)},
            }),
        ),
    ]
}

#[tokio::test]
async fn what_a_hospital_says_of_itself_comes_and_is_read_as_it_was_said() {
    let house = House::new().await;
    let campus = house.search(Kind::Location, &[("identifier", "C")]).await.remove(0);
    assert_eq!(says(&campus)["physicalType"]["coding"][0]["code"], "si");
    let bundle = described(campus.id);
    let written = house.create(&bundle).await.unwrap();
    assert!(written.iter().all(|one| one.outcome == Outcome::Created));
    let again = house.create(&bundle).await.unwrap();
    let ids = |all: &[Written]| all.iter().map(|one| one.stored.id).collect::<Vec<_>>();
    assert_eq!(ids(&written), ids(&again), "its number names the same one");
    let versions = |all: &[Written]| all.iter().map(|one| one.stored.version).collect::<Vec<_>>();
    assert_eq!(versions(&written), versions(&again));
    assert_eq!(again[1].outcome, Outcome::Unchanged);
    let [role, doctor, service, building] = [0, 1, 2, 3].map(|n| says(&written[n].stored));
    assert_eq!(
        role["practitioner"]["reference"],
        format!("Practitioner/{}", doctor["id"].as_str().unwrap())
    );
    assert_eq!(doctor["name"][0]["text"], "方薇");
    assert_eq!(service["type"][0]["coding"][0]["code"], "special");
    assert_eq!(
        service["location"][0]["reference"],
        format!("Location/{}", building["id"].as_str().unwrap())
    );
    assert_eq!(building["position"]["longitude"].to_string(), "120.1682");
    assert_eq!(building["_name"]["extension"][0]["extension"][1]["valueString"], "Building 2");
    // What is read can be sent back as it is, and changes nothing.
    for one in &written[1..] {
        let same = house.update(one.stored.id, Some(one.stored.version), &says(&one.stored)).await;
        assert_eq!(same.unwrap()[0].outcome, Outcome::Unchanged, "{}", says(&one.stored));
    }
    // A change makes another version, and who has seen the old one cannot overwrite it.
    let old = &written[1].stored;
    let mut renamed = says(old);
    renamed["name"][0]["text"] = json!("方小薇");
    let changed = house.update(old.id, Some(old.version), &renamed).await.unwrap();
    assert_eq!(changed[0].outcome, Outcome::Updated);
    assert_ne!(changed[0].stored.version, old.version);
    let stale = refusal(house.update(old.id, Some(old.version), &says(old)).await).0;
    assert_eq!(stale, "exchange.fhir_version_differs");
    // Its roles remain, under their ids.
    let roles =
        house.search(Kind::PractitionerRole, &[("practitioner", &old.id.to_string())]).await;
    assert_eq!(roles.iter().map(|one| one.id).collect::<Vec<_>>(), [written[0].stored.id]);
    // To others it is not there.
    let other = house.other().await;
    for one in &written {
        let kind = one.stored.resource.kind();
        assert!(house.read_as(other, kind, one.stored.id).await.is_none(), "{kind}");
        assert!(house.search_as(other, kind, &[]).await.unwrap().is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn the_hospital_describes_itself_and_is_shown_or_taken_out() {
    let house = House::new().await;
    let id = house.scene.hospital.uuid();
    let own = house.read(Kind::Organization, id).await;
    assert_eq!(says(&own)["active"], true);
    let same = house.update(id, Some(own.version), &says(&own)).await.unwrap();
    assert_eq!(same[0].outcome, Outcome::Unchanged);
    let mut out = says(&own);
    out["active"] = json!(false);
    out["telecom"][0]["value"] = json!("+86 571 5550 0901");
    let changed = house.update(id, None, &out).await.unwrap().remove(0);
    assert_eq!(
        (changed.outcome, says(&changed.stored)["active"].clone()),
        (Outcome::Updated, json!(false))
    );
    // Departments are parts of it, and written otherwise.
    let department =
        house.search(Kind::Organization, &[("partof", &id.to_string())]).await.remove(0);
    let refused = refusal(house.update(department.id, None, &says(&department)).await);
    assert_eq!(refused.1, "Organization.partOf");
}

#[tokio::test]
async fn conditions_are_by_identifier() {
    let house = House::new().await;
    let cx = &house.scene.cx;
    for (name, value, expected) in [
        ("identifier", "urn:citygate:practitioner-no|D1", "One"),
        ("identifier", "urn:citygate:practitioner-no|D7", "None"),
        ("identifier", "urn:citygate:practitioner-no|D1,urn:citygate:practitioner-no|D2", "Many"),
        ("name", "Ouyang", "exchange.fhir_parameter"),
    ] {
        let values = value.split(',').map(ToOwned::to_owned).collect();
        let parameter = Parameter { name: name.to_owned(), modifier: None, values };
        let query = Query { kind: Kind::Practitioner, parameters: vec![parameter] };
        let found =
            cx.db.tx("test.resolve", async |tx| resolved(cx, tx, house.sender, &query).await);
        let found = match found.await {
            Ok(found) => format!("{found:?}"),
            refused => refusal(refused).0,
        };
        assert!(found.starts_with(expected), "{name}={value}: {found}");
    }
}
