//! Reports as FHIR resources: written, read and searched through the repository.

use citygate_exchange::fhir::{FhirError, Match, Outcome, Page, Target, Write, Written};
use citygate_fhir::{Query, Resource, ResourceType};
use serde_json::{Value, json};

use super::{
    scene::{Scene, WANG, says},
    *,
};
use crate::fhir_repository;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn create(n: u128, resource: &Value) -> Write {
    let resource = Resource::parse(&resource.to_string()).unwrap();
    Write { target: Target::Create { id: id(n) }, resource }
}

fn subject() -> Value {
    json!({ "identifier": { "system": "urn:oid:2.16.156.10011.1.3", "value": WANG } })
}

fn order() -> Value {
    json!({
        "resourceType": "ServiceRequest", "identifier": [{ "system": "urn:his", "value": "O1" }],
        "status": "active", "intent": "order", "code": { "text": "血常规" }, "subject": subject(),
    })
}

fn observation(value: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "6690-2" }], "text": "白细胞" },
        "valueString": value, "performer": [{ "display": "检验科" }],
    })
}

fn report(status: &str, minute: u32, result: u128) -> Value {
    json!({
        "resourceType": "DiagnosticReport", "identifier": [{ "system": "urn:lis", "value": "R1" }],
        "basedOn": [{ "reference": format!("ServiceRequest/{}", id(1)) }], "status": status,
        "code": { "text": "血常规" }, "subject": subject(),
        "issued": format!("2026-11-23T09:{minute:02}:00+08:00"),
        "result": [{ "reference": format!("Observation/{}", id(result)) }],
    })
}

async fn write(scene: &Scene, writes: &[Write]) -> Result<Vec<Written>, Fault> {
    let repository = fhir_repository();
    let act = async |tx: &mut Tx<'_>| {
        repository.write(&scene.cx, tx, scene.one.sender, writes.to_vec()).await
    };
    scene.cx.db.tx("test.write", act).await
}

fn update(n: u128, if_match: Option<u32>, resource: &Value) -> Write {
    Write { target: Target::Update { id: id(n), if_match }, ..create(n, resource) }
}

/// Which elements were refused.
fn unfit(refused: Result<Vec<Written>, Fault>) -> Vec<String> {
    let Err(Fault::Refused(error)) = refused else { panic!("{refused:?}") };
    let problem = error.problem();
    assert_eq!(problem.kind.code, "exchange.fhir_unprocessable");
    problem.errors.into_iter().map(|wrong| wrong.pointer).collect()
}

async fn find(scene: &Scene, kind: ResourceType, text: &[(&str, &str)]) -> Vec<Uuid> {
    let repository = fhir_repository();
    let pairs = text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (query, _) = Query::read(kind, pairs).unwrap();
    let page = Page { after: None, count: 10 };
    let act = async |tx: &mut Tx<'_>| {
        repository.search(&scene.cx, tx, scene.one.sender, &query, page).await
    };
    let found = scene.cx.db.tx("test.search", act).await;
    found.unwrap().matches.into_iter().map(|stored| stored.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_given_back_as_it_was_sent_and_names_nobody() {
    let scene = Scene::set().await;
    let first =
        [create(1, &order()), create(2, &report("final", 0, 3)), create(3, &observation("5.0"))];
    let written = write(&scene, &first).await.unwrap();
    let outcomes: Vec<Outcome> = written.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Created; 3]);
    for one in &written {
        let text = one.stored.resource.to_json().unwrap();
        assert!(!text.contains(WANG), "{text}");
        assert!(text.contains("Patient/"), "{text}");
    }
    let text = written[2].stored.resource.to_json().unwrap();
    assert!(text.contains("检验科"), "what is not understood is kept: {text}");

    // The same again, under other ids, is the same.
    let again = [
        create(11, &order()),
        create(12, &report("final", 0, 13)),
        create(13, &observation("5.0")),
    ];
    let again = write(&scene, &again).await.unwrap();
    let same = |(one, other): (&Written, &Written)| {
        other.outcome == Outcome::Unchanged && one.stored.id == other.stored.id
    };
    assert!(written.iter().zip(&again).all(same), "{again:?}");

    // A correction is a version of the same report.
    let corrected = [create(22, &report("corrected", 5, 23)), create(23, &observation("6.0"))];
    let corrected = write(&scene, &corrected).await.unwrap();
    assert_eq!((corrected[0].stored.id, corrected[0].stored.version), (id(2), 2));
    assert_eq!(corrected[0].outcome, Outcome::Updated);

    let repository = fhir_repository();
    let read = scene.cx.db.tx("test.history", async |tx| {
        let what = (ResourceType::DiagnosticReport, id(2));
        let (cx, sender) = (&scene.cx, scene.one.sender);
        let history = repository.history(cx, tx, sender, what, None, 10).await?.unwrap();
        let first = repository.read(cx, tx, sender, what, Some(1)).await?.unwrap();
        let other = repository.read(cx, tx, scene.other.sender, what, None).await?;
        let order = repository.read(cx, tx, sender, (ResourceType::ServiceRequest, id(1)), None);
        Ok::<_, Fault>((history, first, other.is_none(), order.await?.unwrap()))
    });
    let (history, first, hidden, order) = read.await.unwrap();
    assert_eq!(history.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    assert!(first.resource.to_json().unwrap().contains(r#""status":"final""#));
    assert!(hidden, "another hospital's is not there");
    assert!(order.resource.to_json().unwrap().contains(r#""status":"completed""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_find_what_stands() {
    use ResourceType::{DiagnosticReport, Observation, ServiceRequest};
    let scene = Scene::set().await;
    let first =
        [create(1, &order()), create(2, &report("final", 0, 3)), create(3, &observation("5.0"))];
    let written = write(&scene, &first).await.unwrap();
    let subject: Value = written[0].stored.resource.get("subject").unwrap().unwrap();
    let patient = subject["reference"].as_str().unwrap().to_owned();
    let corrected = [create(22, &report("corrected", 5, 23)), create(23, &observation("6.0"))];
    write(&scene, &corrected).await.unwrap();
    let order = format!("ServiceRequest/{}", id(1));
    type Row<'a> = (ResourceType, &'a [(&'a str, &'a str)], Option<u128>);
    let rows: [Row<'_>; 17] = [
        (DiagnosticReport, &[("identifier", "R1")], Some(2)),
        (DiagnosticReport, &[("identifier", "R2")], None),
        (DiagnosticReport, &[("patient", &patient)], Some(2)),
        (DiagnosticReport, &[("based-on", &order), ("status", "corrected")], Some(2)),
        (DiagnosticReport, &[("status", "final")], None),
        (DiagnosticReport, &[("issued", "2026-11-23")], Some(2)),
        (DiagnosticReport, &[("issued", "lt2026-11-23")], None),
        (DiagnosticReport, &[("_lastUpdated", "ge2026-11-23T00:00:00Z")], Some(2)),
        (DiagnosticReport, &[("category", "RAD")], None),
        (Observation, &[("patient", &patient), ("code", "http://loinc.org|6690-2")], Some(23)),
        (Observation, &[("patient", &patient), ("code", "6690-2"), ("status", "final")], Some(23)),
        (Observation, &[("subject", &patient), ("code", "718-7")], None),
        (Observation, &[("patient", &patient), ("_lastUpdated", "ge2026-11-23")], Some(23)),
        (Observation, &[("patient", &patient), ("_lastUpdated", "lt2026-11-23")], None),
        (ServiceRequest, &[("identifier", "urn:his|O1")], Some(1)),
        (ServiceRequest, &[("status", "completed")], Some(1)),
        (ServiceRequest, &[("status", "active")], None),
    ];
    for (kind, query, expected) in rows {
        let found = find(&scene, kind, query).await;
        assert_eq!(found, expected.map(id).into_iter().collect::<Vec<_>>(), "{kind} {query:?}");
    }
    let pairs = [("identifier".to_owned(), "R1".to_owned())];
    let (condition, _) = Query::read(DiagnosticReport, pairs).unwrap();
    let repository = fhir_repository();
    let resolved = scene.cx.db.tx("test.resolve", async |tx| {
        repository.resolve(&scene.cx, tx, scene.one.sender, std::slice::from_ref(&condition)).await
    });
    assert_eq!(resolved.await.unwrap(), [Match::One(id(2))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let scene = Scene::set().await;
    write(&scene, &[create(1, &order())]).await.unwrap();
    for (element, change) in [
        ("DiagnosticReport.identifier", json!({ "identifier": [] })),
        ("DiagnosticReport.issued", json!({ "issued": null })),
        ("DiagnosticReport.basedOn", json!({ "basedOn": [] })),
        ("DiagnosticReport.subject", json!({ "subject": null })),
        ("DiagnosticReport.subject", json!({ "subject": { "reference": "Patient/x" } })),
        ("DiagnosticReport.status", json!({ "status": "unknown" })),
        ("DiagnosticReport.result", json!({ "result": [{ "reference": "Observation/x" }] })),
        ("DiagnosticReport.contained", json!({ "contained": [{ "resourceType": "Specimen" }] })),
    ] {
        let mut wrong = report("final", 0, 3);
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(wrong.as_object_mut().unwrap().remove(name)),
                value => wrong[name] = value.clone(),
            }
        }
        let refused = write(&scene, &[create(2, &wrong), create(3, &observation("5.0"))]).await;
        assert_eq!(unfit(refused), [element], "{change}");
    }
    let alone = write(&scene, &[create(3, &observation("5.0"))]).await;
    assert_eq!(unfit(alone), ["Observation"]);
    let counts = scene.counts().await;
    assert_eq!((counts.1, counts.3), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_said_at_once() {
    let scene = Scene::set().await;
    let mut wrong_order = order();
    wrong_order["status"] = json!("draft");
    wrong_order.as_object_mut().unwrap().remove("subject");
    let mut wrong_report = report("unknown", 0, 3);
    wrong_report["basedOn"] = json!([]);
    let mut other_report = report("final", 0, 5);
    other_report["identifier"] = json!([{ "value": "R2" }]);
    let mut wrong_item = observation("5.0");
    wrong_item["status"] = json!("unknown");
    let wrong = [
        create(1, &wrong_order),
        create(2, &wrong_report),
        create(3, &observation("5.0")),
        create(4, &other_report),
        create(5, &wrong_item),
    ];
    let expected = [
        "ServiceRequest.status",
        "ServiceRequest.subject",
        "DiagnosticReport.basedOn",
        "DiagnosticReport.status",
        "DiagnosticReport.result[0].resolve().status",
    ];
    assert_eq!(unfit(write(&scene, &wrong).await), expected);
    assert_eq!(scene.counts().await, (0, 0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_cannot_be_replaced_or_referred_to() {
    let scene = Scene::set().await;
    let item = || observation("5.0");
    write(&scene, &[create(1, &order()), create(2, &report("final", 0, 3)), create(3, &item())])
        .await
        .unwrap();
    let before = scene.counts().await;
    let mut nobody = report("corrected", 5, 13);
    nobody["subject"] = json!({ "reference": format!("Patient/{}", id(9)) });
    let mut orphan = report("corrected", 5, 13);
    orphan["basedOn"] = json!([{ "reference": format!("ServiceRequest/{}", id(9)) }]);
    let mut renamed = report("corrected", 5, 13);
    renamed["identifier"] = json!([{ "value": "R2" }]);
    let new = create(13, &item());
    let right = report("corrected", 5, 13);
    for (what, writes, expected) in [
        ("an order", vec![update(9, None, &order())], FhirError::IdsAreGiven),
        ("a report", vec![update(9, None, &right), new.clone()], FhirError::IdsAreGiven),
        (
            "an item",
            vec![update(2, None, &right), update(13, None, &item())],
            FhirError::IdsAreGiven,
        ),
        ("an old order", vec![update(1, Some(9), &order())], FhirError::VersionDiffers),
        ("an old report", vec![update(2, Some(2), &right), new.clone()], FhirError::VersionDiffers),
        (
            "nobody",
            vec![update(2, None, &nobody), new.clone()],
            FhirError::ReferenceUnknown("DiagnosticReport.subject".to_owned()),
        ),
        (
            "no order",
            vec![update(2, None, &orphan), new.clone()],
            FhirError::ReferenceUnknown("DiagnosticReport.basedOn".to_owned()),
        ),
    ] {
        let refused = write(&scene, &writes).await;
        let Err(Fault::Refused(error)) = refused else { panic!("{what}: {refused:?}") };
        assert_eq!(error.to_string(), expected.to_string(), "{what}");
    }
    let other = write(&scene, &[update(2, None, &renamed), new.clone()]).await;
    assert_eq!(unfit(other), ["DiagnosticReport.identifier"]);
    let alone = write(&scene, &[update(3, None, &observation("6.0"))]).await;
    assert_eq!(unfit(alone), ["Observation"], "an item by its id alone");
    assert_eq!(scene.counts().await, before);

    let replaced = write(&scene, &[update(2, Some(1), &right), new]).await.unwrap();
    assert_eq!((replaced[0].outcome, replaced[0].stored.version), (Outcome::Updated, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_is_in_the_ledger_once_for_each_person() {
    use ResourceType::{DiagnosticReport, Observation, ServiceRequest};
    let scene = Scene::set().await;
    let named = scene.ledger().await;
    let all =
        [create(1, &order()), create(2, &report("final", 0, 3)), create(3, &observation("5"))];
    let written = write(&scene, &all).await.unwrap();
    let subject: Value = written[0].stored.resource.get("subject").unwrap().unwrap();
    let patient = subject["reference"].as_str().unwrap().to_owned();
    assert_eq!(scene.ledger().await, (named.0 + 1, named.1, named.2), "named once in a request");
    let mut by_id = report("corrected", 5, 23);
    by_id["subject"] = subject;
    write(&scene, &[create(22, &by_id), create(23, &observation("6"))]).await.unwrap();
    assert_eq!(scene.ledger().await, (named.0 + 1, named.1 + 1, named.2), "filed, not named");

    let repository = fhir_repository();
    let (cx, agency, other) = (&scene.cx, scene.one.sender, scene.other.sender);
    let read = async |sender, kind, n, version, history: bool| {
        let look = async |tx: &mut Tx<'_>| match history {
            true => {
                let found = repository.history(cx, tx, sender, (kind, id(n)), None, 10).await?;
                Ok::<_, Fault>(found.map_or(0, |found| found.len()))
            }
            false => {
                let found = repository.read(cx, tx, sender, (kind, id(n)), version).await?;
                Ok(usize::from(found.is_some()))
            }
        };
        let before = scene.ledger().await.2;
        let found = scene.cx.db.tx("test.look", look).await.unwrap();
        (found, scene.ledger().await.2 - before)
    };
    for (kind, n) in [(ServiceRequest, 1), (DiagnosticReport, 2), (Observation, 23)] {
        assert_eq!(read(agency, kind, n, None, false).await, (1, 1), "{kind}");
        assert_eq!(read(agency, kind, n, Some(9), false).await, (0, 0), "no such version: {kind}");
        assert_eq!(read(agency, kind, 99, None, false).await, (0, 0), "no such {kind}");
        assert_eq!(read(other, kind, n, None, false).await, (0, 0), "another's {kind}");
        assert_eq!(read(other, kind, n, None, true).await, (0, 0), "another's {kind}");
        assert_eq!(read(agency, kind, 99, None, true).await, (0, 0), "no such {kind}");
        let versions = if kind == DiagnosticReport { 2 } else { 1 };
        assert_eq!(read(agency, kind, n, None, true).await, (versions, 1), "all of a {kind}");
    }
    // An item that no version names any more is still read by its id.
    assert_eq!(read(agency, Observation, 3, None, false).await, (1, 1));
    for (kind, query, found, noted) in [
        (ServiceRequest, ("patient", &*patient), 1, 1),
        (DiagnosticReport, ("patient", &patient), 1, 1),
        (Observation, ("patient", &patient), 1, 1),
        (ServiceRequest, ("identifier", "O9"), 0, 0),
        (DiagnosticReport, ("identifier", "R9"), 0, 0),
        (Observation, ("_id", &id(99).to_string()), 0, 0),
    ] {
        let before = scene.ledger().await.2;
        assert_eq!(find(&scene, kind, &[query]).await.len(), found, "{kind}");
        assert_eq!(scene.ledger().await.2 - before, noted, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_by_hl7_is_a_resource_as_fhir_has_it() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    let filed = scene.file(&scene.one, [says("R1", "O1", scene.wang, S::Final, 1, "5.10")]).await;
    let filed = filed.unwrap().remove(0);
    let (report, item) = (filed.report.id.uuid(), filed.observations[0]);
    let repository = fhir_repository();
    let read = scene.cx.db.tx("test.read", async |tx| {
        let (cx, sender) = (&scene.cx, scene.one.sender);
        let mut all = Vec::new();
        for what in [
            (ResourceType::ServiceRequest, filed.report.order.uuid()),
            (ResourceType::DiagnosticReport, report),
            (ResourceType::Observation, item),
        ] {
            all.push(repository.read(cx, tx, sender, what, None).await?.unwrap().resource);
        }
        Ok::<_, Fault>(all)
    });
    let all = read.await.unwrap();
    for resource in &all {
        assert_eq!(citygate_fhir::validate(resource), [], "{}", resource.to_json().unwrap());
    }
    let texts: Vec<String> = all.iter().map(|one| one.to_json().unwrap()).collect();
    let values: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let patient = values[0]["subject"].clone();
    let meta = json!({ "versionId": "1", "lastUpdated": values[1]["meta"]["lastUpdated"] });
    let cbc = json!({ "coding": [{ "code": "CBC" }], "text": "血常规" });
    let expected = json!({
        "resourceType": "DiagnosticReport", "id": report, "meta": meta,
        "identifier": [{ "value": "R1" }], "status": "final", "code": cbc, "subject": patient,
        "basedOn": [{ "reference": format!("ServiceRequest/{}", filed.report.order.uuid()) }],
        "effectiveDateTime": values[1]["effectiveDateTime"], "issued": values[1]["issued"],
        "conclusion": "未见异常", "result": [{ "reference": format!("Observation/{item}") }],
    });
    assert_eq!(values[1], expected);
    let issued = values[1]["issued"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(issued, filed.report.issued_at);
    assert!(texts[2].contains(r#""value":5.10"#), "to the last digit: {}", texts[2]);
}
