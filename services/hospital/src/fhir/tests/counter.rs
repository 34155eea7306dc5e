//! What a counter finds, keeps, books and gives up.

use chrono::TimeDelta;
use citygate_booking::CounterChannel;
use citygate_exchange::{Fault, fhir::Outcome};
use citygate_fhir::ResourceType as Kind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{House, WANG, refusal, says};
use crate::fhir::{
    operations,
    receive::Booking::{Book, Hold},
};

fn wang() -> Value {
    json!({"name": "patient-resource", "resource": {
        "resourceType": "Patient",
        "identifier": [{
            "type": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NI",
            }]},
            "value": WANG,
        }],
        "name": [{"text": "王芳"}],
    }})
}

fn appointment(id: &str) -> Value {
    json!({"name": "appointment-reference", "valueReference": {
        "reference": format!("Appointment/{id}"),
    }})
}

impl House {
    /// What `$find` proposes for the day after now.
    async fn find(&self) -> Value {
        let (from, until) = (self.starts_at(), self.starts_at() + TimeDelta::days(1));
        let period = json!({"resourceType": "Parameters", "parameter": [
            {"name": "start", "valueDateTime": from.to_rfc3339()},
            {"name": "end", "valueDateTime": until.to_rfc3339()},
            {"name": "specialty", "valueString": "urn:citygate:specialty|03.04"},
        ]});
        let (cx, sender) = (&self.scene.cx, self.sender);
        let found =
            cx.db.tx("test.find", async |tx| operations::find(cx, tx, sender, &period).await);
        let found: Result<Value, Fault> = found.await;
        found.unwrap()
    }

    /// Keeps or books a slot for Wang Fang. Returns the appointment's id and what it says.
    async fn taken(&self, wanted: crate::fhir::receive::Booking, slot: &str) -> (Uuid, Value) {
        let made = self.make(wanted, json!([appointment(slot), wang()])).await.unwrap();
        (made["id"].as_str().unwrap().parse().unwrap(), made)
    }

    /// A session with two windows. Returns the id of the first.
    async fn opened(&self) -> String {
        self.create(&self.session("S1").await).await.unwrap();
        let proposed = self.find().await;
        proposed["entry"][0]["resource"]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_counter_finds_a_place_keeps_it_and_books_it() {
    let house = House::new().await;
    let slot = house.opened().await;
    let proposed = house.find().await;
    assert_eq!((&proposed["total"], &proposed["type"]), (&json!(2), &json!("searchset")));
    assert_eq!(proposed["entry"][0]["resource"]["status"], "proposed");
    let slot_id: Uuid = slot.parse().unwrap();
    assert_eq!(says(&house.read(Kind::Appointment, slot_id).await)["status"], "proposed");
    // Quotas are counted by real name: somebody has to be named.
    let nobody = refusal(house.make(Hold, json!([appointment(&slot)])).await);
    assert_eq!(nobody.1, "Appointment.participant");
    let (uuid, held) = house.taken(Hold, &slot).await;
    assert_eq!(held["status"], "pending");
    assert_eq!(house.find().await["total"], 1);
    let slot_now = house.read(Kind::Slot, slot_id).await;
    assert_eq!(says(&slot_now)["status"], "busy-tentative");
    let id = uuid.to_string();
    let booked = house.make(Book, json!([appointment(&id)])).await.unwrap();
    assert_eq!((&booked["status"], &booked["id"]), (&json!("booked"), &json!(id)));
    assert_eq!(house.make(Book, json!([appointment(&id)])).await.unwrap()["status"], "booked");
    assert_eq!(says(&house.read(Kind::Slot, slot_id).await)["status"], "busy");
    assert_eq!(house.cancel(uuid).await.unwrap()["status"], "cancelled");
    assert_eq!(house.cancel(uuid).await.unwrap()["status"], "cancelled");
    assert_eq!(house.find().await["total"], 2);
    assert_eq!(CounterChannel::parse("app"), None, "nobody books the app's places here");
}

#[tokio::test]
async fn an_appointment_is_found_by_whom_it_is_for_without_more_of_the_name_than_is_needed() {
    let house = House::new().await;
    let slot = house.opened().await;
    let (uuid, booked) = house.taken(Book, &slot).await;
    let actor = booked["participant"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["actor"]["display"].is_string())
        .unwrap();
    assert_eq!(actor["actor"]["display"], "王*");
    assert!(!booked.to_string().contains(WANG) && !booked.to_string().contains("王芳"));
    let patient = actor["actor"]["reference"].as_str().unwrap();
    let day = house.starts_at().format("%Y-%m-%d").to_string();
    for (wanted, found) in [
        (vec![("patient", patient), ("status", "booked")], 1),
        (vec![("patient", patient), ("status", "noshow")], 0),
        (vec![("actor", patient), ("date", day.as_str())], 1),
        (vec![("patient", "Patient/00000000-0000-0000-0000-000000000009")], 0),
        (vec![("date", "2020")], 0),
        (vec![("slot", slot.as_str())], 1),
        (vec![("identifier", booked["identifier"][0]["value"].as_str().unwrap())], 1),
    ] {
        let matches = house.search(Kind::Appointment, &wanted).await;
        assert_eq!(matches.len(), found, "{wanted:?}");
    }
    let other = house.other().await;
    assert!(house.read_as(other, Kind::Appointment, uuid).await.is_none());
    assert!(house.search_as(other, Kind::Appointment, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_appointment_moves_along_as_those_may_who_say_so() {
    let house = House::new().await;
    let slot = house.opened().await;
    let (uuid, booked) = house.taken(Book, &slot).await;
    let present = house.read(Kind::Appointment, uuid).await;
    let with = |status: &str| {
        let mut said = says(&present);
        said["status"] = json!(status);
        said
    };
    // A version that is not the present one changes nothing; nor does what nobody may say.
    let stale = house.update(uuid, Some(present.version - 1), &with("cancelled")).await;
    assert_eq!(refusal(stale).0, "exchange.fhir_version_differs");
    for status in ["fulfilled", "noshow", "entered-in-error"] {
        let refused = refusal(house.update(uuid, None, &with(status)).await);
        assert_eq!(refused.1, "Appointment.status", "{status}");
    }
    let early = refusal(house.update(uuid, None, &with("arrived")).await);
    assert_eq!(early.0, "hospital.check_in_not_open");
    let mut moved = with("booked");
    moved["start"] = json!((house.starts_at() + TimeDelta::minutes(30)).to_rfc3339());
    assert_eq!(refusal(house.update(uuid, None, &moved).await).1, "Appointment.start");
    // Who comes to the counter is there when check-in is open.
    house.scene.clock.advance(TimeDelta::hours(24));
    let mut said = booked;
    said["status"] = json!("checked-in");
    let arrived = house.update(uuid, None, &said).await.unwrap().remove(0);
    assert_eq!(
        (arrived.outcome, says(&arrived.stored)["status"].clone()),
        (Outcome::Updated, json!("arrived"))
    );
}

#[tokio::test]
async fn who_gives_up_what_they_saw_kept_does_not_give_up_what_was_booked_meanwhile() {
    let house = House::new().await;
    let slot = house.opened().await;
    for round in 0..8 {
        let (uuid, _) = house.taken(Hold, &slot).await;
        let seen = house.read(Kind::Appointment, uuid).await;
        let mut cancelled = says(&seen);
        cancelled["status"] = json!("cancelled");
        let (booked, given_up) = tokio::join!(
            house.make(Book, json!([appointment(&uuid.to_string())])),
            house.update(uuid, Some(seen.version), &cancelled),
        );
        assert_ne!(booked.is_ok(), given_up.is_ok(), "{round}: one of them came first");
        if booked.is_ok() {
            assert_eq!(refusal(given_up).0, "exchange.fhir_version_differs");
            house.cancel(uuid).await.unwrap();
        }
    }
}
