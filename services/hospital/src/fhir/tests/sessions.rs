//! Sessions with their slots.

use citygate_exchange::fhir::Outcome;
use citygate_fhir::ResourceType as Kind;
use serde_json::json;

use super::{House, refusal, says};

#[tokio::test]
async fn a_session_comes_with_its_slots_and_stays() {
    let house = House::new().await;
    let bundle = house.session("S1").await;
    let written = house.create(&bundle).await.unwrap();
    assert!(written.iter().all(|one| one.outcome == Outcome::Created));
    let again = house.create(&bundle).await.unwrap();
    assert_eq!(again[1].outcome, Outcome::Unchanged);
    let schedule = says(&written[1].stored);
    assert_eq!(schedule["active"], true);
    let own = schedule["id"].as_str().unwrap();
    let slots = house.search(Kind::Slot, &[("schedule", &format!("Schedule/{own}"))]).await;
    assert_eq!(slots.len(), 2);
    assert!(slots.iter().all(|slot| says(slot)["status"] == "free"));
    // The same by what a client looks for.
    let day = house.starts_at().format("%Y-%m-%d").to_string();
    let from = format!("ge{}", house.starts_at().format("%Y-%m-%dT%H:%MZ"));
    for (kind, wanted, found) in [
        (Kind::Slot, vec![("start", from.as_str()), ("status", "free")], 2),
        (Kind::Slot, vec![("start", "lt2026-01-01")], 0),
        (Kind::Slot, vec![("specialty", "03.04"), ("status", "free,busy")], 2),
        (Kind::Slot, vec![("specialty", "13")], 0),
        (Kind::Slot, vec![("status", "busy-unavailable")], 0),
        (Kind::Schedule, vec![("identifier", "urn:citygate:session-no|S1"), ("date", &day)], 1),
        (Kind::Schedule, vec![("identifier", "urn:x|S1")], 0),
        (Kind::Schedule, vec![("date", "2020")], 0),
    ] {
        assert_eq!(house.search(kind, &wanted).await.len(), found, "{kind} {wanted:?}");
    }
    // Half of it, or another of the same number, is refused.
    let alone = |n: usize| vec![bundle[n].clone()];
    for (what, sent, at) in
        [("a schedule alone", alone(1), "Schedule"), ("a slot alone", alone(0), "Slot.schedule")]
    {
        let refused = refusal(house.create(&sent).await);
        assert_eq!(refused, ("exchange.fhir_unprocessable".to_owned(), at.to_owned()), "{what}");
    }
    let fewer = vec![bundle[1].clone(), bundle[2].clone()];
    assert_eq!(refusal(house.create(&fewer).await).0, "booking.session_differs");
    for (member, at) in [
        ("identifier", "Schedule.identifier"),
        ("serviceType", "Schedule.serviceType"),
        ("actor", "Schedule.actor"),
        ("planningHorizon", "Schedule.planningHorizon"),
    ] {
        let mut lacking = house.session("S2").await;
        lacking[1].1.as_object_mut().unwrap().remove(member);
        assert_eq!(refusal(house.create(&lacking).await).1, at);
    }
    // It is stopped, and its slots cannot be had.
    let mut stopped = schedule.clone();
    stopped["active"] = json!(false);
    let id = written[1].stored.id;
    let stale = refusal(house.update(id, Some(1), &stopped).await).0;
    assert_eq!(stale, "exchange.fhir_version_differs");
    let done = house.update(id, Some(written[1].stored.version), &stopped).await.unwrap();
    assert_eq!(done[0].outcome, Outcome::Updated);
    assert_eq!(house.update(id, None, &stopped).await.unwrap()[0].outcome, Outcome::Unchanged);
    let slots = house.search(Kind::Slot, &[("status", "busy-unavailable")]).await;
    assert_eq!(slots.len(), 2);
}
