//! What each operation takes.

use citygate_identity::DEMO_CITIZENS;
use serde_json::{Value, json};

use super::scene::{Scene, charge_of, clinic};
use crate::{
    hospital_visits::ward::{order, queue},
    support::yuan,
};

/// An identifier of a kind that names nothing.
fn nobodys(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(32))
}

/// A body that each operation would take.
pub fn right_body(scene: &Scene, operation: &str) -> Value {
    match operation {
        "identity_send_code" => json!({"address": "new@citygate.example", "city": "330100"}),
        "identity_sign_in" => {
            json!({"challenge": nobodys("chal"), "code": "123456", "password": "vD7#qLm2"})
        }
        "identity_sign_in_with_password" => {
            json!({"address": "new@citygate.example", "password": "vD7#qLm2"})
        }
        "identity_sign_in_with_passkey" => json!({
            "ceremony": nobodys("crmy"),
            "credential": {
                "rawId": "AAAA", "type": "public-key",
                "response": {
                    "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA",
                    "userHandle": "AAAA",
                },
            },
        }),
        "identity_add_passkey" => json!({
            "ceremony": nobodys("crmy"), "name": "my phone",
            "credential": {
                "rawId": "AAAA", "type": "public-key",
                "response": {"attestationObject": "AAAA", "clientDataJSON": "AAAA"},
            },
        }),
        "identity_rename_passkey" => json!({"name": "my phone"}),
        "identity_send_phone_code" => json!({"phone": "+8613800138000"}),
        "identity_put_phone" => json!({"challenge": nobodys("chal"), "code": "123456"}),
        "identity_put_password" => json!({"password": "vD7#qLm2"}),
        "identity_put_real_name" => {
            json!({
                "name": DEMO_CITIZENS[0].1,
                "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            })
        }
        "identity_send_step_up_code" => json!({"purpose": "identity.read"}),
        "identity_step_up" => json!({
            "purpose": "identity.read",
            "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            "code": "123456",
        }),
        "identity_look_up_person" | "identity_look_up_person_as_staff" => json!({
            "document": {"type": "resident_id", "number": DEMO_CITIZENS[0].2},
            "purpose": "case.handling", "legal_basis": "pipl-13-3", "case": "1",
        }),
        "identity_put_webhook" => json!({"url": "http://127.0.0.1:9/"}),
        "payments_pay_bill" => json!({"expected": {"amount_minor": 15_000, "currency": "CNY"}}),
        "payments_create_top_up" => json!({
            "amount": {"amount_minor": 100, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
        }),
        "payments_issue_bill" => rich_bill(scene),
        "payments_issue_bills" => json!({"bills": [scene.app.bill("1", DEMO_CITIZENS[0].2, 100)]}),
        "payments_cancel_bill" => json!({"reason": "a mistake"}),
        "payments_refund_payment" => {
            json!({"available": yuan(100), "amount": yuan(100), "reason": "a mistake"})
        }
        "traffic_put_decision" => scene.app.decision(DEMO_CITIZENS[0].2, 20_000),
        "identity_invite_staff" => json!({"email": "li@police.example", "role": "clerk"}),
        "identity_accept_staff_invitation" => json!({"code": "A".repeat(43)}),
        // What is wrong with a key is a fact of its own (422).
        "identity_add_client_key" => json!({}),
        "identity_request_client" => {
            json!({"name": "LIS", "scopes": ["webhooks:write"], "jwk": {}})
        }
        "identity_approve_client_request" => json!({"fingerprint": "x"}),
        other if scene.bodies.contains_key(other) => scene.bodies[other].clone(),
        other if other.starts_with("booking_") => booking(scene, other),
        other if other.starts_with("exchange_") => exchange(other),
        other => hospital(scene, other),
    }
}

fn exchange(operation: &str) -> Value {
    match operation {
        "exchange_apply" => json!({
            "contact": "lis@hospital.example", "software": "LIS 7.2", "signs": true,
            "speaks_hl7": true, "sandbox_jwk": {},
        }),
        "exchange_put_sandbox" => json!({"drop_answers": 1}),
        other => panic!("what does {other} take?"),
    }
}

fn booking(scene: &Scene, operation: &str) -> Value {
    match operation {
        "booking_claim_place" | "booking_reschedule" => json!({"slot_id": scene.slot()}),
        "booking_object" => json!({"grounds": "The train stood still."}),
        "booking_decide_objection" => json!({"upheld": true, "answer": "The railway confirms it."}),
        other => panic!("what does {other} take?"),
    }
}

fn hospital(scene: &Scene, operation: &str) -> Value {
    let words = json!({"en": "Lakeside", "zh": "湖滨"});
    let position = json!({"longitude_micro": 120_170_000, "latitude_micro": 30_250_000});
    let patient = json!({"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2});
    match operation {
        "hospital_put_profile" => json!({
            "grade": "3A", "telecom": "+86 571 5550 0100", "address": words, "position": position,
            "pinyin": "hzsdyyy", "opened_on": "1923-10-01",
        }),
        "hospital_put_listing" => json!({"state": "suspended"}),
        "hospital_put_location" => json!({
            "physical_type": "building", "part_of": "LAKE", "name": words, "address": words,
            "position": position,
        }),
        "hospital_put_department" => json!({
            "name": words, "specialty": "03.04", "part_of": "IM", "location_no": "LAKE-2",
            "pinyin": "xxgnk", "active": true,
        }),
        "hospital_put_practitioner" => json!({
            "name": words, "title": "chief", "speciality": words, "pinyin": "zhouming",
            "roles": [{"department_no": "CARD", "clinic_kind": "expert"}], "active": true,
        }),
        "hospital_put_session" => clinic(scene.app.clock.now()),
        "hospital_stop_session" => json!({"reason": "医师停诊"}),
        "hospital_book_appointment" => json!({
            "starts_at": "2026-11-26T01:00:00Z", "channel": "onsite", "patient": patient,
        }),
        "hospital_check_in" => json!({"appointment_id": scene.paths["appointment_id"]}),
        "hospital_record_arrival" => {
            let mut walk_in = patient;
            walk_in["department_no"] = "CARD".into();
            walk_in["practitioner_no"] = "D02".into();
            json!({"walk_in": walk_in, "priority": "over_80"})
        }
        "hospital_put_queue" => {
            let mut queue = queue(&scene.app, "consultation", 1);
            queue["practitioner_no"] = "D02".into();
            queue
        }
        "hospital_call_next" => json!({"room": "Room 3"}),
        "hospital_advance_turn" => json!({"event": "begun"}),
        "hospital_put_order" => order(&scene.paths["visit_id"], "laboratory", "LAB"),
        "hospital_advance_order" => json!({"event": "resulted"}),
        "hospital_put_charge" => {
            let mut charge = charge_of(2_000);
            charge["payer"] = patient;
            charge
        }
        "hospital_refund_charge" => {
            json!({"refund_no": "R-1", "lines": [1], "reason": "It was not made"})
        }
        "hospital_settle_by_insurance" => json!({"credential": "ec_sandbox_employee"}),
        "hospital_put_deposit" => json!({"amount": yuan(20_000)}),
        "hospital_pay_later"
        | "hospital_settle_alone"
        | "hospital_call_off_settlement"
        | "hospital_pay_from_deposit"
        | "hospital_withdraw_charge"
        | "hospital_release_deposit" => json!({}),
        other => panic!("what does {other} take?"),
    }
}

/// A bill with every member that is no list and no choice between two.
fn rich_bill(scene: &Scene) -> Value {
    let mut bill = scene.app.bill("1", DEMO_CITIZENS[0].2, 100);
    bill["payer"] = json!({"name": DEMO_CITIZENS[1].1, "id_number": DEMO_CITIZENS[1].2});
    bill["surcharge"] = json!({"basis_points_per_day": 5, "cap": yuan(100)});
    bill["expires_at"] = "2027-01-01T00:00:00Z".into();
    bill
}
