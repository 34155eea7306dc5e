//! Visits that are followed live.

use citygate_identity::DEMO_CITIZENS;
use reqwest::{Method, Response};
use serde_json::json;

use super::ward::Ward;
use crate::support::refused;

/// The events of a stream: their ids and kinds, until one is of a kind, or the stream ends.
async fn events_until(mut response: Response, last: &str) -> Vec<(i64, String)> {
    let mut text = String::new();
    let line = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)).map(ToOwned::to_owned)
    };
    loop {
        let (whole, _) = text.rsplit_once("\n\n").unwrap_or(("", &text));
        let events: Vec<_> = whole
            .split("\n\n")
            .filter_map(|event| Some((line(event, "id: ")?.parse().ok()?, line(event, "event: ")?)))
            .collect();
        if events.iter().any(|(_, kind)| kind == last) {
            return events;
        }
        match response.chunk().await.unwrap() {
            Some(chunk) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
            None => return events,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_followed_live_and_resumed_where_it_was_left() {
    let ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let doctor = ward.open("R3", "consultation", 1).await;
    let stream = ward.follow(&visit, None).await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let turn = ward.next(&doctor).await;
    let events = events_until(stream, "turn_called").await;
    let ids: Vec<_> = events.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=i64::try_from(ids.len()).unwrap()).collect::<Vec<_>>(), "without gaps");

    // What happens while nobody reads is there when somebody comes back.
    let last = *ids.last().unwrap();
    assert_eq!(ward.event(&turn, "finished").await.status, 200);
    let resumed = events_until(ward.follow(&visit, Some(last)).await, "visit_ended").await;
    assert_eq!(resumed.first().map(|(id, _)| *id), Some(last + 1));
    assert_eq!(resumed.last().map(|(_, kind)| kind.as_str()), Some("visit_ended"));
    let end = resumed.last().unwrap().0;
    assert_eq!(ward.follow(&visit, Some(end)).await.status(), 204, "nothing more will happen");
    let path = format!("/v1/hospital/visits/{visit}/events");
    let bad = ward.citizen.caller.request(Method::GET, &path).header("Last-Event-ID", "x");
    let bad = ward.citizen.caller.send(bad).await.unwrap();
    refused(&bad, 400, "request.invalid_parameter");
    ward.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_few_and_end_with_the_session() {
    let ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let stream = ward.follow(&visit, None).await;
        assert_eq!(stream.status(), 200);
        open.push(stream);
    }
    assert_eq!(ward.follow(&visit, None).await.status(), 429);
    drop(open.pop());
    let signed_out = ward.citizen.caller.post("/v1/sign-out", &json!({})).await.unwrap();
    assert_eq!(signed_out.status, 204);
    for stream in open {
        // They end by themselves; otherwise the reader's own limit of 30 seconds is an error.
        events_until(stream, "no such event").await;
    }
    ward.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_server_goes_away() {
    let ward = Ward::start().await;
    let visit = ward.walk_in(DEMO_CITIZENS[0].2).await;
    let stream = ward.follow(&visit, None).await;
    let reader = tokio::spawn(events_until(stream, "no such event"));
    ward.finish().await;
    let events = reader.await.unwrap();
    assert!(!events.is_empty());
}
