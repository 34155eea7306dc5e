//! Signing out from a client.

use reqwest::Method;

use super::{Browser, GOODBYE, Party, WANG, denied, redirected, text};
use crate::support::{Answer, TestApp};

const END_SESSION: &str = "/v1/oauth/end-session";

#[tokio::test]
async fn a_client_signs_somebody_out_and_they_come_back_to_it() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid", "offline_access"]).await;
    let mut browser = Browser::new(&app);
    let code = browser.code(&app, &party, WANG, "openid offline_access").await;
    let tokens = party.exchange(&app, &code).await.body;
    // The ID token has long expired when people sign out.
    app.later(chrono::TimeDelta::minutes(30));
    let query = [
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", GOODBYE.to_owned()),
        ("state", "bye".to_owned()),
    ];
    let cookie = browser.cookie.clone();
    let back = browser.get(END_SESSION, &query).await;
    assert!(back.header("location").starts_with(GOODBYE));
    assert_eq!(redirected(&back, "state").as_deref(), Some("bye"));
    denied(&party.refresh(&app, &text(&tokens, "refresh_token")).await, "invalid_grant");
    assert_eq!(browser.cookie, None, "the cookie is taken away");
    browser.cookie = cookie;
    let mut silent = party.request("openid offline_access");
    silent.push(("prompt", "none".to_owned()));
    let gone = browser.authorize(&silent).await;
    assert_eq!(redirected(&gone, "error").as_deref(), Some("login_required"), "and works no more");
    app.finish().await;
}

#[tokio::test]
async fn after_signing_out_nobody_is_sent_where_the_client_is_not_registered_to_go() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let other = Party::register(&app, true, &["openid"]).await;
    for (uri, client) in [
        ("https://evil.example/", &party),
        ("https://party.example/goodbye/", &party),
        ("https://party.example/callback", &party),
        (GOODBYE, &other),
    ] {
        app.later(chrono::TimeDelta::minutes(1));
        let mut browser = Browser::new(&app);
        let code = browser.code(&app, &party, WANG, "openid").await;
        let tokens = party.exchange(&app, &code).await.body;
        let query = [
            ("id_token_hint", text(&tokens, "id_token")),
            ("client_id", client.id.clone()),
            ("post_logout_redirect_uri", uri.to_owned()),
        ];
        let done = browser.get(END_SESSION, &query).await;
        assert_eq!((done.status, done.header("location")), (200, ""), "{uri}");
        assert_eq!(browser.cookie, None, "signed out all the same");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_link_that_anybody_can_make_signs_nobody_out() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let (mut browser, mut stranger) = (Browser::new(&app), Browser::new(&app));
    browser.code(&app, &party, WANG, "openid").await;
    let li = citygate_identity::DEMO_CITIZENS[1].0;
    let code = stranger.code(&app, &party, li, "openid").await;
    let foreign = text(&party.exchange(&app, &code).await.body, "id_token");
    let mut silent = party.request("openid");
    silent.push(("prompt", "none".to_owned()));
    for query in [vec![], vec![("id_token_hint", foreign)], vec![("id_token_hint", "x".to_owned())]]
    {
        let page = browser.get(END_SESSION, &query).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Do you want to sign out?"), "{}", page.text);
        let forged = browser
            .request(Method::POST, END_SESSION)
            .header("sec-fetch-site", "cross-site")
            .form(&[("confirmed", "yes")]);
        assert!(Answer::to(forged).await.text.contains("Do you want to sign out?"));
        assert!(redirected(&browser.authorize(&silent).await, "code").is_some());
    }
    let query = [("client_id", party.id.clone()), ("post_logout_redirect_uri", GOODBYE.to_owned())];
    let page = browser.get(END_SESSION, &query).await;
    let back = browser.submit(&page, &[]).await;
    assert!(back.header("location").starts_with(GOODBYE), "{}", back.text);
    assert_eq!(browser.authorize(&silent).await.status, 303);
    assert_eq!(browser.cookie, None);
    app.finish().await;
}
