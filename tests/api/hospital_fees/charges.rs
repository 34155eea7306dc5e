//! Charges and their receipts.

use citygate_catalogue::AgencyId;
use citygate_kernel::CityCode;
use citygate_sandbox::insurer::SettlementState;
use serde_json::json;

use super::{EMPLOYEE, Fees, charge, system};
use crate::support::{refused, wallet};

#[tokio::test]
async fn a_charge_is_split_paid_confirmed_and_has_a_receipt() {
    let fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    let open = fees.get(&id).await;
    assert_eq!((open.text_at("/state").as_str(), open.minor_at("/total")), ("open", 25_000));
    assert_eq!(open.minor_at("/estimate/insurance") + open.minor_at("/estimate/own"), 25_000);
    let bill = fees.pre_settled(&id).await;
    let split = fees.get(&id).await;
    let sums = (split.minor_at("/settlement/insurance"), split.minor_at("/settlement/own"));
    assert_eq!(sums, (19_000, 6_000), "{}", split.text);
    let line = split.body["lines"][1]["split"].clone();
    assert_eq!((&line["category_b_self"], &line["pool"]), (&json!(1_000), &json!(6_300)));
    assert_eq!(fees.at_insurer(), [SettlementState::PreSettled]);
    fees.pay(&bill).await;
    fees.app.work().await;
    assert_eq!(fees.state(&id).await, "settled");
    assert_eq!(fees.at_insurer(), [SettlementState::Confirmed]);
    assert_eq!(wallet(&fees.patient).await, 44_000);
    let path = format!("/v1/hospital/charges/{id}/receipt");
    let receipt = fees.patient.caller.get(&path).await.unwrap();
    assert_eq!((receipt.status, receipt.minor_at("/own")), (200, 6_000), "{}", receipt.text);
    let (number, code) = (receipt.text_at("/receipt_no"), receipt.text_at("/code"));
    let verify = |number: String, code: String| {
        let anybody = fees.app.anybody();
        async move { anybody.get(&format!("/v1/hospital/receipts/{number}?code={code}")).await.unwrap() }
    };
    let verified = verify(number.clone(), code.clone()).await;
    assert_eq!((verified.status, verified.text_at("/state").as_str()), (200, "valid"));
    assert_eq!(verified.body.get("lines"), None, "what was done is nobody's business");
    let wrong_code = verify(number.clone(), "0123456789abcdef".to_owned()).await;
    refused(&wrong_code, 404, "hospital.receipt_unknown");
    let last = if number.ends_with('0') { "1" } else { "0" };
    let wrong_number = verify(format!("{}{last}", &number[..23]), code).await;
    refused(&wrong_number, 404, "hospital.receipt_unknown");
    let mut sql = fees.app.sql().await;
    let left = sql.count("hospital.settlements WHERE credential <> ''").await;
    assert_eq!(left, 0, "credentials are gone");
    fees.app.finish().await;
}

#[tokio::test]
async fn the_number_of_a_charge_stands_for_its_content() {
    let fees = Fees::start().await;
    fees.charge("C-1").await;
    let again = fees.put("C-1", &charge()).await;
    assert_eq!((again.status, again.text_at("/unchanged").as_str()), (200, "true"));
    let mut other = charge();
    other["lines"][0]["quantity"] = json!(3);
    refused(&fees.put("C-1", &other).await, 409, "hospital.charge_differs");
    let elsewhere = format!("vist_330100_{}", "0".repeat(32));
    let path = format!("/v1/hospital/visits/{elsewhere}/charges/C-2");
    let unknown = fees.hospital.caller.put(&path, &charge()).await.unwrap();
    refused(&unknown, 404, "hospital.visit_unknown");
    let stranger = system(&fees.app, AgencyId::new(CityCode::HANGZHOU, &fees.app.clock)).await;
    let foreign = stranger.caller.put(&fees.path("C-2"), &charge()).await.unwrap();
    refused(&foreign, 404, "hospital.visit_unknown");
    let foreign = stranger.caller.get(&fees.path("C-1")).await.unwrap();
    refused(&foreign, 404, "hospital.charge_unknown");
    for (pointer, wrong) in [
        ("/lines", json!([])),
        ("/lines/0/quantity", json!(0)),
        ("/lines/0/unit_price/amount_minor", json!(0)),
        ("/lines/0/class", json!("d")),
        ("/title/zh", json!("")),
    ] {
        let mut body = charge();
        *body.pointer_mut(pointer).unwrap() = wrong;
        refused(&fees.put("C-3", &body).await, 400, "request.invalid_body");
    }
    assert_eq!(fees.app.sql().await.count("hospital.charges").await, 1);
    fees.app.finish().await;
}

#[tokio::test]
async fn only_the_patient_sees_a_charge() {
    let fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    let stranger = fees.app.demo_citizen(1).await;
    let path = format!("/v1/hospital/charges/{id}");
    let other = stranger.caller.get(&path).await.unwrap();
    refused(&other, 404, "hospital.charge_unknown");
    for what in ["own-settlement", "settlement-cancellation", "credit"] {
        let path = format!("{path}/{what}");
        let reply = stranger.caller.post_once(&path, what, &json!({})).await.unwrap();
        refused(&reply, 404, "hospital.charge_unknown");
    }
    let list = stranger.caller.get("/v1/hospital/charges").await.unwrap();
    assert_eq!(list.body["items"], json!([]), "{}", list.text);
    let list = fees.patient.caller.get("/v1/hospital/charges").await.unwrap();
    assert_eq!(list.text_at("/items/0/id"), id);
    fees.app.finish().await;
}

#[tokio::test]
async fn a_charge_is_withdrawn_while_nobody_settles_it() {
    let fees = Fees::start().await;
    let id = fees.charge("C-1").await;
    let path = format!("{}/withdrawal", fees.path("C-1"));
    for _ in 0..2 {
        let withdrawn = fees.hospital.caller.put(&path, &json!({})).await.unwrap();
        assert_eq!(withdrawn.text_at("/state"), "withdrawn", "{}", withdrawn.text);
    }
    let alone = fees.act(&id, "own-settlement", "alone", &json!({})).await;
    refused(&alone, 409, "hospital.charge_withdrawn");
    fees.settled("C-2").await;
    let path = format!("{}/withdrawal", fees.path("C-2"));
    let late = fees.hospital.caller.put(&path, &json!({})).await.unwrap();
    refused(&late, 409, "hospital.settlement_under_way");
    fees.app.finish().await;
}

#[tokio::test]
async fn where_nothing_is_left_to_the_patient_nothing_is_billed() {
    let fees = Fees::start().await;
    let mut body = charge();
    body["lines"] = json!([body["lines"][0]]);
    let put = fees.put("C-1", &body).await;
    let id = put.text_at("/id");
    fees.insure(&id, "settle", EMPLOYEE).await;
    fees.app.work().await;
    let settled = fees.get(&id).await;
    assert_eq!(settled.text_at("/state"), "settled", "{}", settled.text);
    assert_eq!(settled.text_at("/settlement/bill_id"), "");
    assert_eq!(fees.at_insurer(), [SettlementState::Confirmed]);
    fees.app.finish().await;
}

#[tokio::test]
async fn what_a_charge_tells_of_somebodys_health_is_sealed() {
    let fees = Fees::start().await;
    let mut body = charge();
    let secret = ["Zidovudine", "齐多夫定", "HIV-0001"];
    body["title"] = json!({"en": secret[0], "zh": secret[1]});
    body["lines"][0]["text"] = json!({"en": secret[0], "zh": secret[1]});
    body["lines"][0]["code"] = json!(secret[2]);
    let put = fees.put("C-1", &body).await;
    let id = put.text_at("/id");
    let bill = fees.pre_settled(&id).await;
    fees.pay(&bill).await;
    fees.app.work().await;
    let lines = json!({"refund_no": "R-1", "lines": [1], "reason": "Not given out"});
    assert_eq!(fees.refund("C-1", "refund", &lines).await.status, 201);
    fees.app.work().await;
    let read = fees.get(&id).await;
    let line =
        (read.text_at("/title"), read.text_at("/lines/0/text"), read.text_at("/lines/0/code"));
    assert_eq!(line, (secret[0].to_owned(), secret[0].to_owned(), secret[2].to_owned()));
    for (table, rows) in fees.app.sql().await.dump().await {
        assert!(secret.iter().all(|secret| !rows.contains(secret)), "{table}");
    }
    for word in secret {
        assert_eq!(fees.app.letters(&fees.patient.email, word), 0, "a letter says {word}");
    }
    fees.app.finish().await;
}
