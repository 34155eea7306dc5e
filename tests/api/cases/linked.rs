//! Cases that repeat another, and people who follow one.

use reqwest::Method;
use serde_json::json;

use super::{Line, get, say, turns};
use crate::support::{TestApp, refused};

#[tokio::test]
async fn what_repeats_a_case_closes_with_it() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let parent = line.filed(&wang, "parent").await;
    let (one, two) = (line.filed(&li, "one").await, line.filed(&li, "two").await);
    let to = json!({"parent_id": parent});
    refused(&line.act(&parent, "link", &to).await, 422, "cases.parent_unsound");
    let elsewhere = parent.replace("330100", "310000");
    let wrong = json!({"parent_id": elsewhere});
    refused(&line.act(&one, "link", &wrong).await, 422, "cases.parent_unsound");
    let linked = line.act(&one, "link", &to).await;
    assert_eq!(linked.text_at("/parent_id"), parent, "{}", linked.text);
    assert_eq!(line.act(&one, "link", &to).await.status, 200, "again");
    let chain = json!({"parent_id": one});
    refused(&line.act(&two, "link", &chain).await, 422, "cases.parent_unsound");
    refused(
        &line.act(&parent, "link", &json!({"parent_id": two})).await,
        422,
        "cases.parent_unsound",
    );
    assert_eq!(line.act(&two, "link", &to).await.status, 200);

    line.answer(&parent).await;
    app.work().await;
    assert_eq!(get(&li, &one).await.text_at("/case/state"), "dispatched", "it is not over yet");
    let rating = json!({"solved": true, "satisfaction": 5});
    assert_eq!(say(&wang, &parent, "rating", &rating).await.status, 200);
    app.work().await;
    for case in [&one, &two] {
        let seen = get(&li, case).await;
        assert_eq!(
            seen.text_at("/case/outcome"),
            "explained",
            "only li could say that it is solved"
        );
        assert_eq!(turns(&seen).last().unwrap(), "close_with_parent");
        assert_eq!(seen.text_at("/history/2/text"), "They dance elsewhere now.");
        assert!(!seen.text.contains("We have spoken"), "{}", seen.text);
    }
    assert_eq!(app.letters(&li.email, "Your case is closed"), 2);
    let rated = say(&li, &one, "rating", &rating).await;
    assert_eq!(rated.text_at("/outcome"), "solved", "{}", rated.text);
    app.finish().await;
}

#[tokio::test]
async fn many_repeat_a_case_and_all_of_them_close() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let parent = line.filed(&wang, "parent").await;
    for n in 0..20 {
        let case = line.filed(&li, &format!("repeat-{n}")).await;
        assert_eq!(line.act(&case, "link", &json!({"parent_id": parent})).await.status, 200);
    }
    let zhou = app.citizen("zhou@people.example").await;
    let last = line.filed(&zhou, "last").await;
    assert_eq!(line.act(&last, "link", &json!({"parent_id": parent})).await.status, 200);
    // What a person takes back is not over for others.
    let kept = line.filed(&wang, "kept").await;
    let own = line.filed(&zhou, "own").await;
    assert_eq!(line.act(&own, "link", &json!({"parent_id": kept})).await.status, 200);
    assert_eq!(say(&wang, &kept, "withdraw", &json!({})).await.status, 200);
    line.answer(&parent).await;
    let rating = json!({"solved": false, "satisfaction": 1});
    assert_eq!(say(&wang, &parent, "rating", &rating).await.status, 200);
    app.work().await;
    let mut sql = app.sql().await;
    assert_eq!(sql.count("cases.cases WHERE state = 'closed'").await, 23);
    assert_eq!(get(&zhou, &own).await.text_at("/case/state"), "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn whoever_follows_a_case_hears_that_it_goes_on() {
    let app = TestApp::start().await;
    let line = Line::new(&app).await;
    let (wang, li) = (app.demo_citizen(0).await, app.demo_citizen(1).await);
    let case = line.filed(&wang, "noise").await;
    let followed = say(&li, &case, "follow", &json!({})).await;
    assert_eq!(followed.status, 200, "{}", followed.text);
    assert!(
        !followed.text.contains("dance") && !followed.text.contains("Example"),
        "{}",
        followed.text
    );
    assert_eq!(say(&li, &case, "follow", &json!({})).await.status, 200, "again");
    line.answer(&case).await;
    app.work().await;
    assert_eq!(app.letters(&li.email, "that you follow goes on"), 1);
    let path = format!("/v1/cases/{case}/follow");
    for _ in 0..2 {
        let request = li.caller.request(Method::DELETE, &path);
        assert_eq!(li.caller.send(request).await.unwrap().status, 204);
    }
    let rating = json!({"solved": true, "satisfaction": 5});
    assert_eq!(say(&wang, &case, "rating", &rating).await.status, 200);
    app.work().await;
    assert_eq!(app.letters(&li.email, "that you follow goes on"), 1);
    app.finish().await;
}
