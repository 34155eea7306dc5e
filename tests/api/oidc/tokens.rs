//! Refresh, revocation, introspection, userinfo, and what a client learns about a person.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::{Browser, Party, WANG, claims, denied, text};
use crate::support::{Answer, TestApp};

const SCOPES: [&str; 4] = ["openid", "offline_access", "profile", "email"];

async fn userinfo(app: &TestApp, token: &str) -> Answer {
    let mut caller = app.anybody();
    caller.token = Some(token.to_owned());
    Answer::to(caller.request(Method::GET, "/v1/oauth/userinfo")).await
}

#[tokio::test]
async fn a_lost_answer_is_given_again_once_and_only_while_its_token_is_unused() {
    let app = TestApp::start().await;
    let party = Party::app();
    let first = text(&party.sign_in(&app, WANG, "openid offline_access").await, "refresh_token");
    let lost = text(&party.refresh(&app, &first).await.body, "refresh_token");
    app.later(TimeDelta::seconds(29));
    let again = party.refresh(&app, &first).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let second = text(&again.body, "refresh_token");
    assert_ne!(lost, second);
    // The one that was lost works no more: whoever has it has stolen it.
    let mut family = vec![second.clone()];
    let next = party.refresh(&app, &second).await;
    family.push(text(&next.body, "refresh_token"));
    denied(&party.refresh(&app, &lost).await, "invalid_grant");
    for token in family {
        denied(&party.refresh(&app, &token).await, "invalid_grant");
    }

    app.later(TimeDelta::minutes(1));
    let first = text(&party.sign_in(&app, WANG, "openid offline_access").await, "refresh_token");
    let lost = text(&party.refresh(&app, &first).await.body, "refresh_token");
    app.later(TimeDelta::seconds(30));
    denied(&party.refresh(&app, &first).await, "invalid_grant");
    denied(&party.refresh(&app, &lost).await, "invalid_grant");
    app.finish().await;
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_alone_and_is_never_widened() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &SCOPES).await;
    let other = Party::register(&app, true, &SCOPES).await;
    let tokens = party.sign_in(&app, WANG, "openid offline_access email").await;
    let refresh = text(&tokens, "refresh_token");
    denied(&other.refresh(&app, &refresh).await, "invalid_grant");
    denied(&Party::app().refresh(&app, &refresh).await, "invalid_grant");
    let nobody = Party { id: party.id.clone(), redirect_uri: String::new(), key: None };
    denied(&nobody.refresh(&app, &refresh).await, "invalid_client");
    let with_scope = async |scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str()),
            ("scope", scope),
        ];
        party.token(&app, &form).await
    };
    denied(&with_scope("openid profile").await, "invalid_scope");
    denied(&with_scope("openid citizen").await, "invalid_scope");
    let narrow = with_scope("openid").await;
    assert_eq!(narrow.body["scope"], "openid");
    let known = userinfo(&app, &text(&narrow.body, "access_token")).await;
    assert_eq!(known.body.as_object().unwrap().len(), 1, "{}", known.text);
    let next = party.refresh(&app, &text(&narrow.body, "refresh_token")).await;
    assert_eq!(next.body["scope"], "openid offline_access email", "what was granted stays");
    let (first, later) =
        (claims(&text(&tokens, "id_token")), claims(&text(&next.body, "id_token")));
    for claim in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(first[claim], later[claim], "{claim}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_third_party_learns_a_subject_of_its_agency_and_what_the_person_allows() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &SCOPES).await;
    let sibling = Party::register(&app, true, &SCOPES).await;
    let own = Party::app().sign_in(&app, WANG, "openid citizen").await;
    let account = claims(&text(&own, "access_token"))["sub"].clone();
    app.later(TimeDelta::minutes(1));
    let tokens = party.sign_in(&app, WANG, "openid profile email").await;
    let access = claims(&text(&tokens, "access_token"));
    let mut members: Vec<_> = access.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let known = "acr amr aud auth_time client_id exp iat iss jti nbf role scope sid sub";
    assert_eq!(members.join(" "), known, "no account, person, city or name");
    assert_ne!(access["sub"], account);
    app.later(TimeDelta::minutes(1));
    let tokens_of_sibling = sibling.sign_in(&app, WANG, "openid").await;
    assert_eq!(claims(&text(&tokens_of_sibling, "id_token"))["sub"], access["sub"]);
    let li = citygate_identity::DEMO_CITIZENS[1].0;
    let tokens_of_li = party.sign_in(&app, li, "openid").await;
    assert_ne!(claims(&text(&tokens_of_li, "id_token"))["sub"], access["sub"]);

    let known = userinfo(&app, &text(&tokens, "access_token")).await;
    let expected = json!({
        "sub": access["sub"], "name": "王*", "locale": "en", "email": WANG, "email_verified": true,
    });
    assert_eq!(known.body, expected);
    let mut caller = app.anybody();
    caller.token = Some(text(&tokens, "access_token"));
    for path in ["/v1/me", "/v1/wallet", "/v1/bills"] {
        let refused = Answer::to(caller.request(Method::GET, path)).await;
        assert_eq!((refused.status, refused.problem()), (403, "identity.scope_missing".to_owned()));
        assert!(refused.header("www-authenticate").contains("scope=\"citizen\""));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_its_session() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &SCOPES).await;
    let other = Party::register(&app, true, &SCOPES).await;
    for kind in ["refresh_token", "access_token"] {
        app.later(TimeDelta::minutes(1));
        let tokens = party.sign_in(&app, WANG, "openid offline_access").await;
        let (token, access) = (text(&tokens, kind), text(&tokens, "access_token"));
        let revoke = "/v1/oauth/revoke";
        assert_eq!(other.post(&app, revoke, &[("token", &token)]).await.status, 200);
        assert_eq!(userinfo(&app, &access).await.status, 200, "not by another client");
        let revoked = party.post(&app, revoke, &[("token", &token)]).await;
        assert_eq!((revoked.status, revoked.text.as_str()), (200, ""));
        assert_eq!(userinfo(&app, &access).await.problem(), "identity.token_invalid");
        denied(&party.refresh(&app, &text(&tokens, "refresh_token")).await, "invalid_grant");
        assert_eq!(party.post(&app, revoke, &[("token", "unknown")]).await.status, 200);
    }
    let mut system = app.system(&["traffic.decisions:read"]).await;
    app.authenticate(&mut system).await;
    denied(&party.post(&app, "/v1/oauth/revoke", &[]).await, "invalid_request");
    app.finish().await;
}

#[tokio::test]
async fn introspection_tells_confidential_clients_about_their_own_tokens() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &SCOPES).await;
    let other = Party::register(&app, true, &SCOPES).await;
    let public = Party::register(&app, false, &SCOPES).await;
    let tokens = party.sign_in(&app, WANG, "openid offline_access").await;
    let access = text(&tokens, "access_token");
    let ask = async |who: &Party, token: &str| {
        who.post(&app, "/v1/oauth/introspect", &[("token", token)]).await
    };
    let inactive = json!({"active": false});
    for kind in ["access_token", "refresh_token"] {
        let token = text(&tokens, kind);
        let own = ask(&party, &token).await;
        assert_eq!(own.body["active"], true, "{}", own.text);
        assert_eq!(own.body["client_id"], party.id);
        assert_eq!(own.body["sub"], claims(&access)["sub"]);
        assert_eq!(own.body["scope"], "openid offline_access");
        assert_eq!(ask(&other, &token).await.body, inactive);
        denied(&ask(&public, &token).await, "invalid_client");
        denied(&ask(&Party::app(), &token).await, "invalid_client");
    }
    let id_token = text(&tokens, "id_token");
    for token in [id_token.as_str(), "unknown", ""] {
        assert_eq!(ask(&party, token).await.body, inactive);
    }
    party.refresh(&app, &text(&tokens, "refresh_token")).await;
    assert_eq!(ask(&party, &text(&tokens, "refresh_token")).await.body, inactive, "used");
    app.later(TimeDelta::seconds(630));
    assert_eq!(ask(&party, &access).await.body, inactive, "expired");
    app.finish().await;
}

#[tokio::test]
async fn userinfo_is_for_people_who_signed_in_with_openid() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let forbidden = userinfo(&app, police.caller.token.as_deref().unwrap()).await;
    assert_eq!((forbidden.status, forbidden.problem()), (403, "identity.forbidden".to_owned()));
    let tokens = Party::app().sign_in(&app, WANG, "citizen").await;
    let missing = userinfo(&app, &text(&tokens, "access_token")).await;
    assert_eq!((missing.status, missing.problem()), (403, "identity.scope_missing".to_owned()));
    app.later(TimeDelta::minutes(1));
    let mut browser = Browser::new(&app);
    let code = browser.code(&app, &Party::app(), WANG, "openid").await;
    let tokens = Party::app().exchange(&app, &code).await.body;
    let mut caller = app.anybody();
    caller.token = Some(text(&tokens, "access_token"));
    let posted = Answer::to(caller.request(Method::POST, "/v1/oauth/userinfo")).await;
    assert_eq!(posted.body, json!({"sub": claims(&text(&tokens, "id_token"))["sub"]}));
    app.finish().await;
}

#[tokio::test]
async fn a_system_that_also_signs_people_in_gets_no_scope_of_theirs_for_itself() {
    let app = TestApp::start().await;
    let scopes = ["openid", "citizen", "offline_access", "traffic.decisions:read"];
    let party = Party::register(&app, true, &scopes).await;
    let tokens = party.token(&app, &[("grant_type", "client_credentials")]).await;
    assert_eq!(tokens.body["scope"], "traffic.decisions:read", "{}", tokens.text);
    let mut caller = app.anybody();
    caller.token = Some(text(&tokens.body, "access_token"));
    assert_eq!(caller.get("/v1/me").await.unwrap().status, 403);
    denied(
        &Party::app().token(&app, &[("grant_type", "client_credentials")]).await,
        "invalid_request",
    );
    app.finish().await;
}
