//! One resource at a time.

use actix_web::http::Method;
use futures_util::future::join;
use serde_json::{Value, json};

use super::{BASE, City, city, city_with, schedule, slot};

#[actix_web::test]
async fn a_resource_is_created_read_changed_and_its_versions_stay() {
    let city = city().await;
    let made = city.post("/Schedule", &schedule("S1")).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, etag) = (made.id(), made.header("etag").to_owned());
    assert_eq!(etag, "W/\"1\"");
    assert_eq!(made.header("location"), format!("{BASE}/Schedule/{id}/_history/1"));
    assert_eq!(made.header("last-modified"), "Mon, 23 Nov 2026 01:00:00 GMT");
    assert_eq!(made.at("/meta/versionId"), "1");
    let path = format!("/Schedule/{id}");
    let mut changed = schedule("S1");
    changed["id"] = json!(id);
    changed["comment"] = json!("mornings");
    let put = city.ask(Method::PUT, &path).header("if-match", &etag).json(&changed).reply().await;
    assert_eq!((put.status, put.header("etag")), (200, "W/\"2\""));
    let read = city.get(&path).await;
    assert_eq!((read.status, read.header("etag")), (200, "W/\"2\""));
    assert_eq!(read.at("/comment"), "mornings");
    let first = city.get(&format!("{path}/_history/1")).await;
    assert_eq!((first.status, first.at("/comment")), (200, Value::Null));
    let history = city.get(&format!("{path}/_history?_count=1")).await;
    assert_eq!(history.at("/type"), "history");
    assert_eq!(history.at("/entry/0/resource/meta/versionId"), "2");
    let next = history.at("/link/1/url");
    let next = next.as_str().unwrap().strip_prefix(BASE).unwrap();
    let older = city.get(next).await;
    assert_eq!(older.at("/entry/0/resource/meta/versionId"), "1");
    assert_eq!(older.at("/entry/0/request/method"), "POST");
    assert_eq!(older.at("/link/1"), Value::Null);
}

#[actix_web::test]
async fn a_version_that_is_not_the_present_one_is_not_replaced() {
    let city = city().await;
    let id = city.post("/Schedule", &schedule("S1")).await.id();
    let mut changed = schedule("S1");
    changed["id"] = json!(id);
    for tag in ["W/\"2\"", "1", "W/\"x\""] {
        let put = city.ask(Method::PUT, &format!("/Schedule/{id}")).header("if-match", tag);
        let put = put.json(&changed).reply().await;
        assert_eq!((put.status, put.problem()), (412, "exchange.fhir_version_differs".into()));
    }
    assert_eq!(city.rows().await, 1);
}

#[actix_web::test]
async fn two_that_create_on_one_condition_at_once_create_one() {
    let city = city().await;
    let create = async || {
        let ask = city.ask(Method::POST, "/Schedule").json(&schedule("S1"));
        ask.header("if-none-exist", "identifier=urn:h|S1").reply().await
    };
    let (one, other) = join(create(), create()).await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{one:?} {other:?}");
    assert_eq!(one.id(), other.id());
    assert_eq!(city.rows().await, 1);
}

#[actix_web::test]
async fn an_update_on_a_condition_creates_changes_or_refuses() {
    let city = city().await;
    let put = async |query: &str, body: &Value| {
        city.ask(Method::PUT, &format!("/Schedule?{query}")).json(body).reply().await
    };
    let made = put("identifier=urn:h%7CS1", &schedule("S1")).await;
    assert_eq!(made.status, 201, "{made:?}");
    let changed = put("identifier=urn:h|S1", &schedule("S1")).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "W/\"2\""));
    assert_eq!(changed.id(), made.id());
    assert_eq!(put("", &schedule("S1")).await.problem(), "exchange.fhir_parameter");
    let mut named = schedule("S1");
    named["id"] = json!(made.id());
    assert_eq!(put("identifier=urn:h|S1", &named).await.problem(), "exchange.fhir_invalid");
    let schedule = format!("Schedule/{}", made.id());
    for number in ["1", "2"] {
        assert_eq!(city.post("/Slot", &slot(&schedule, number)).await.status, 201);
    }
    let many = city.ask(Method::PUT, "/Slot?status=free").json(&slot(&schedule, "3"));
    let many = many.reply().await;
    assert_eq!((many.status, many.problem()), (412, "exchange.fhir_not_selective".into()));
}

#[actix_web::test]
async fn what_is_another_hospitals_is_not_there() {
    let city = city().await;
    let path = format!("/Schedule/{}", city.post("/Schedule", &schedule("S1")).await.id());
    let mut changed = schedule("S1");
    changed["id"] = json!(path.strip_prefix("/Schedule/"));
    for path in [path.clone(), format!("{path}/_history"), format!("{path}/_history/1")] {
        let read = city.ask_as(1, Method::GET, &path).reply().await;
        assert_eq!((read.status, read.problem()), (404, "exchange.fhir_unknown".into()));
    }
    let found = city.ask_as(1, Method::GET, "/Schedule?identifier=urn:h|S1").reply().await;
    assert_eq!((found.status, found.at("/entry")), (200, Value::Null));
    let put = city.ask_as(1, Method::PUT, &path).json(&changed).reply().await;
    assert_eq!((put.status, put.problem()), (405, "exchange.fhir_ids_are_given".into()));
    let slot = slot(&path[1..], "1");
    let referring = city.ask_as(1, Method::POST, "/Slot").json(&slot).reply().await;
    let told = (referring.status, referring.problem());
    assert_eq!(told, (422, "exchange.fhir_reference_unknown".into()));
}

async fn many_slots(city: &City, count: usize) -> String {
    let schedule = city.schedule().await;
    for number in 0..count {
        let made = city.post("/Slot", &slot(&schedule, &format!("N{number}"))).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    schedule
}

#[actix_web::test]
async fn pages_lead_through_all_matches_once_while_more_are_added() {
    let city = city().await;
    let schedule = many_slots(&city, 5).await;
    let (mut seen, mut path) = (Vec::new(), "/Slot?status=free&_count=2".to_owned());
    let mut pages = 0;
    loop {
        let page = city.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        for entry in page.at("/entry").as_array().unwrap() {
            assert_eq!(entry["search"]["mode"], "match");
            let url = format!("{BASE}/Slot/{}", entry["resource"]["id"].as_str().unwrap());
            assert_eq!(entry["fullUrl"], url.as_str());
            seen.push(url);
        }
        pages += 1;
        if pages == 1 {
            // Ids of one millisecond have no order.
            city.platform.clock.advance(chrono::TimeDelta::milliseconds(1));
            assert_eq!(city.post("/Slot", &slot(&schedule, "late")).await.status, 201);
        }
        let links = page.at("/link");
        let next = links.as_array().unwrap().iter().find(|link| link["relation"] == "next");
        let Some(next) = next else { break };
        path = next["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((pages, all, seen.len()), (3, 6, 6));
}

#[actix_web::test]
async fn a_search_by_post_finds_the_same() {
    let city = city().await;
    many_slots(&city, 2).await;
    let form = "application/x-www-form-urlencoded";
    let posted = city.ask(Method::POST, "/Slot/_search?_count=1");
    let posted = posted.text(form, "identifier=urn:h%7CN1").reply().await;
    assert_eq!(posted.status, 200, "{posted:?}");
    assert_eq!(posted.at("/entry/0/resource/identifier/0/value"), "N1");
    assert_eq!(posted.at("/entry/1"), Value::Null);
    let refused = city.ask(Method::POST, "/Slot/_search").text("text/plain", "a=b").reply().await;
    assert_eq!((refused.status, refused.problem()), (415, "exchange.fhir_media_type".into()));
}

#[actix_web::test]
async fn parameters_that_are_not_known_are_left_out_or_refused_as_is_preferred() {
    let city = city().await;
    many_slots(&city, 1).await;
    let path = "/Slot?status=free&colour=red&_sort=start&_include=Slot:schedule";
    let lenient = city.get(path).await;
    assert_eq!(lenient.status, 200, "{lenient:?}");
    assert_eq!(lenient.at("/link/0/url"), format!("{BASE}/Slot?status=free&_count=20"));
    for path in ["/Slot?colour=red", "/Slot?_sort=start", "/Slot?_include=Slot:schedule"] {
        let strict = city.ask(Method::GET, path).header("prefer", "handling=strict").reply().await;
        assert_eq!((strict.status, strict.problem()), (400, "exchange.fhir_parameter".into()));
    }
    for path in ["/Slot?_count=0", "/Slot?_count=x", "/Slot?_cursor=x", "/Slot?status:text=x"] {
        assert_eq!(city.get(path).await.problem(), "exchange.fhir_parameter", "{path}");
    }
}

#[actix_web::test]
async fn the_answer_to_a_write_has_in_it_what_is_preferred() {
    let city = city().await;
    for (preferred, kind) in
        [("return=representation", "Schedule"), ("return=OperationOutcome", "OperationOutcome")]
    {
        let made = city.ask(Method::POST, "/Schedule").header("prefer", preferred);
        let made = made.json(&schedule(preferred)).reply().await;
        assert_eq!((made.status, made.at("/resourceType")), (201, json!(kind)));
    }
    let made = city.ask(Method::POST, "/Schedule").header("prefer", "return=minimal");
    let made = made.json(&schedule("S3")).reply().await;
    assert_eq!((made.status, made.text.as_str(), made.header("etag")), (201, "", "W/\"1\""));
}

#[actix_web::test]
async fn a_message_is_carried_out_once_under_its_number() {
    let city = city().await;
    let send = async |number: &str, body: &Value| {
        let ask = city.ask(Method::POST, "/Schedule").header("idempotency-key", number);
        ask.json(body).reply().await
    };
    let first = send("M1", &schedule("S1")).await;
    let again = send("M1", &schedule("S1")).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!((&again.text, again.header("location")), (&first.text, first.header("location")));
    let other = send("M1", &schedule("S2")).await;
    assert_eq!((other.status, other.problem()), (409, "exchange.message_differs".into()));
    assert_eq!(city.rows().await, 1);
}

#[actix_web::test]
async fn what_waits_is_said_to_wait_and_under_which_id() {
    let city = city().await;
    let schedule = city.schedule().await;
    for (comment, status, code, severity) in [
        ("hold", 202, "exchange.held_order_unknown", "information"),
        ("mismatch", 422, "exchange.held_patient_mismatch", "error"),
    ] {
        let mut slot = slot(&schedule, comment);
        slot["comment"] = json!(comment);
        let held = city.post("/Slot", &slot).await;
        assert_eq!((held.status, held.problem().as_str()), (status, code));
        assert_eq!(held.at("/issue/0/severity"), severity);
        let told = held.at("/issue/0/diagnostics");
        assert!(told.as_str().unwrap().starts_with("held as hold_330100_"), "{told}");
    }
    assert_eq!(city.rows().await, 1);
}

#[actix_web::test]
async fn what_waited_is_carried_out_as_it_came_when_its_order_arrives() {
    let city = city().await;
    let schedule = city.schedule().await;
    let waiting = |number: &str| {
        let mut slot = slot(&schedule, number);
        slot["comment"] = json!("hold");
        slot
    };
    let entry = |number: &str| {
        let request = json!({"method": "PUT", "url": format!("Slot?identifier=urn:h|{number}")});
        json!({"resource": waiting(number), "request": request})
    };
    let bundle = |kind: &str, entry: Value| json!({"resourceType": "Bundle", "type": kind, "entry": [entry]});
    let by_number = city.ask(Method::PUT, "/Slot?identifier=urn:h|1").json(&waiting("1"));
    assert_eq!(by_number.reply().await.status, 202);
    let new = city.ask(Method::POST, "/Slot").header("if-none-exist", "identifier=urn:h|2");
    assert_eq!(new.json(&waiting("2")).reply().await.status, 202);
    assert_eq!(city.post("", &bundle("transaction", entry("3"))).await.status, 202);
    let batch = city.post("", &bundle("batch", entry("4"))).await;
    assert_eq!(batch.at("/entry/0/response/status"), "202 Accepted");
    assert_eq!(city.rows().await, 1);
    assert_eq!(city.post("/Schedule", &super::schedule("ORD1")).await.status, 201);
    let told = city
        .platform
        .db
        .tx("test.order", async |tx| crate::retry_held(tx, city.agency, "ORD1").await);
    told.await.unwrap();
    while city.worker.run_due().await.unwrap() > 0 {}
    for number in ["1", "2", "3", "4"] {
        let found = city.get(&format!("/Slot?identifier=urn:h|{number}")).await;
        assert_eq!(found.at("/entry/0/resource/schedule/reference"), schedule, "{number}");
        assert_eq!(found.at("/entry/1"), Value::Null);
    }
}

#[actix_web::test]
async fn operations_are_those_of_the_type_or_of_one_resource() {
    let city = city().await;
    let parameters = json!({"resourceType": "Parameters", "parameter": [{"name": "a"}]});
    let id = uuid::Uuid::nil();
    for (path, said) in [
        ("/Slot/$find".to_owned(), "Slot find false"),
        ("/Slot/$hold".to_owned(), "Slot hold false"),
        (format!("/Slot/{id}/$cancel"), "Slot cancel true"),
    ] {
        let reply = city.post(&path, &parameters).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.at("/parameter/0/valueString"), said);
        assert_eq!(reply.at("/parameter/1/valueInteger"), 1);
    }
    for path in ["/Slot/$cancel", "/Slot/$expunge", "/Schedule/$hold", "/Slot/x/$cancel"] {
        let unknown = city.post(path, &parameters).await;
        assert_eq!((unknown.status, unknown.problem()), (404, "exchange.fhir_unknown".into()));
    }
    let wrong = city.post("/Slot/$hold", &schedule("S1")).await;
    assert_eq!((wrong.status, wrong.problem()), (400, "exchange.fhir_malformed".into()));
}

#[actix_web::test]
async fn a_token_opens_the_types_of_its_scopes() {
    let city = city_with(&["system/Slot.rs", "system/Schedule.write"]).await;
    let refused = |reply: super::Reply, scope: &str| {
        assert_eq!((reply.status, reply.problem()), (403, "identity.scope_missing".into()));
        assert!(reply.header("www-authenticate").contains(scope), "{reply:?}");
    };
    let made = city.post("/Schedule", &schedule("S1")).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(city.get("/Slot").await.status, 200);
    refused(city.get("/Schedule").await, "system/Schedule.read");
    refused(city.post("/Slot", &json!({})).await, "system/Slot.write");
    refused(city.post("/Slot/$hold", &json!({})).await, "system/Slot.write");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "GET", "url": "Schedule"}},
        {"request": {"method": "GET", "url": "Nothing"}},
    ]});
    refused(city.post("", &bundle).await, "system/Schedule.read");
}
