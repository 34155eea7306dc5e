//! The pages, as browsers and those who attack them see them.

use chrono::TimeDelta;
use reqwest::Method;

use super::{Browser, Party, WANG, link, redirected};
use crate::support::{Answer, TestApp};

#[tokio::test]
async fn pages_run_nothing_of_others_and_are_framed_by_nobody() {
    let app = TestApp::start().await;
    let party = Party::register(&app, false, &["openid", "email"]).await;
    let mut browser = Browser::new(&app);
    let address = browser.authorize(&party.request("openid email")).await;
    let code = browser.submit(&address, &[("address", WANG)]).await;
    app.work().await;
    let consent = browser.submit(&code, &[("code", &app.code_for(WANG))]).await;
    let dead_end = browser.authorize(&[]).await;
    let sign_out = browser.get("/v1/oauth/end-session", &[]).await;
    for page in [&address, &code, &consent, &dead_end, &sign_out] {
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        for word in ["<link", "url(", "onclick", " style="] {
            assert!(!page.text.contains(word), "{word} in {}", page.text);
        }
        assert!(page.text.contains("width=device-width"));
    }
    for page in [&code, &consent, &dead_end, &sign_out] {
        assert!(!page.header("content-security-policy").contains("script-src"));
        assert!(!page.text.contains("<script") && !page.text.contains("src="), "{}", page.text);
    }
    // Passkeys need a script; without it their form stays hidden.
    let policy = address.header("content-security-policy");
    assert!(policy.contains("script-src 'self'; connect-src 'self';"), "{policy}");
    assert_eq!(address.text.matches("<script").count(), 1);
    assert!(address.text.contains("<script type=\"module\" src=\"/v1/sign-in/passkey.js\">"));
    assert!(address.text.contains("data-passkey hidden"), "{}", address.text);
    for page in [&address, &code, &consent] {
        assert!(page.text.contains("Fines &amp; &lt;b&gt;Fees&lt;/b&gt;"), "{}", page.text);
    }
    assert!(consent.text.contains("w***@citygate.example"), "the address is masked");
    assert!(!consent.text.contains(WANG));
    let cookie = consent.header("set-cookie");
    assert!(cookie.starts_with("citygate=") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax"));
    app.finish().await;
}

#[tokio::test]
async fn pages_speak_the_language_that_is_asked_for() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let party = Party::app();
    for (ui_locales, accept, lang) in [
        (None, "zh-CN", "zh-CN"),
        (None, "en", "en"),
        (Some("zh en"), "en", "zh-CN"),
        (Some("fr en-GB"), "zh-CN", "en"),
        (Some("fr"), "zh-CN", "zh-CN"),
    ] {
        let mut request = party.request("openid");
        request.extend(ui_locales.map(|tags| ("ui_locales", tags.to_owned())));
        let asked = browser.request(Method::GET, &link("/v1/oauth/authorize", &request));
        let page = Answer::to(asked.header("accept-language", accept)).await;
        assert_eq!(page.header("content-language"), lang);
        assert!(page.text.contains(&format!("<html lang=\"{lang}\">")));
        assert_eq!(page.text.contains("登录"), lang == "zh-CN");
        let next = browser.submit(&page, &[("address", "nobody")]).await;
        let expected = ui_locales.is_some_and(|tags| tags.starts_with("zh"));
        assert_eq!(next.text.contains("登录"), expected, "the form carries it on");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid"]).await;
    let mut browser = Browser::new(&app);
    let page = browser.authorize(&party.request("openid")).await;
    let action = page.text.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    let action = action.replace("&amp;", "&");
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 200),
    ] {
        let request = browser.request(Method::POST, &action).header(name, value);
        let answer = Answer::to(request.form(&[("address", WANG)])).await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
    app.finish().await;
}

#[tokio::test]
async fn consent_is_given_by_who_was_asked_to_what_was_asked() {
    let app = TestApp::start().await;
    let party = Party::register(&app, true, &["openid", "email"]).await;
    let (mut browser, mut other) = (Browser::new(&app), Browser::new(&app));
    let page = browser.authorize(&party.request("openid")).await;
    let consent = browser.sign_in(&app, &page, WANG).await;
    let page = other.authorize(&party.request("openid email")).await;
    let li = citygate_identity::DEMO_CITIZENS[1].0;
    let wider = other.sign_in(&app, &page, li).await;
    let token = |page: &Answer| {
        page.text
            .split("name=\"token\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    // His token for her request, hers for a wider one, and none.
    let mut wide = party.request("openid email");
    for (request, token) in [
        (party.request("openid"), token(&wider)),
        (std::mem::take(&mut wide), token(&consent)),
        (party.request("openid"), String::new()),
    ] {
        let path = link("/v1/oauth/authorize/consent", &request);
        let form = [("token", token), ("decision", "allow".to_owned())];
        let forged = browser.request(Method::POST, &path).form(&form);
        let answer = Answer::to(forged).await;
        assert_eq!(answer.status, 200, "she is asked again: {}", answer.text);
    }
    assert_eq!(app.sql().await.count("identity.client_consents").await, 0);
    let denied = browser.submit(&consent, &[("decision", "deny")]).await;
    assert_eq!(redirected(&denied, "error").as_deref(), Some("access_denied"));
    let allowed = browser.submit(&consent, &[("decision", "allow")]).await;
    assert!(redirected(&allowed, "code").is_some());
    app.finish().await;
}

#[tokio::test]
async fn another_person_can_take_over_the_browser() {
    let app = TestApp::start().await;
    let party = Party::register(&app, false, &["openid"]).await;
    let mut browser = Browser::new(&app);
    let page = browser.authorize(&party.request("openid")).await;
    let consent = browser.sign_in(&app, &page, WANG).await;
    let cookie = browser.cookie.clone();
    let page = browser.submit(&consent, &[("decision", "switch")]).await;
    let li = citygate_identity::DEMO_CITIZENS[1].0;
    let consent = browser.sign_in(&app, &page, li).await;
    assert!(consent.text.contains("l***@citygate.example"), "{}", consent.text);
    browser.cookie = cookie;
    let gone = browser.authorize(&party.request("openid")).await;
    assert!(gone.text.contains("name=\"address\""), "the first sign-in is over");
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_code_is_counted_on_the_page_as_everywhere() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let page = browser.authorize(&Party::app().request("openid")).await;
    let none = browser.submit(&page, &[("address", "no address")]).await;
    assert_eq!(none.status, 422, "{}", none.text);
    let page = browser.submit(&page, &[("address", WANG)]).await;
    app.work().await;
    let code = app.code_for(WANG);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let again = browser.submit(&page, &[("code", wrong)]).await;
        assert_eq!((again.status, browser.cookie.is_none()), (422, true), "{}", again.text);
    }
    let right = browser.submit(&page, &[("code", &code)]).await;
    assert_eq!(right.status, 422, "five guesses are all there are");
    let first = browser.authorize(&Party::app().request("openid")).await;
    assert_eq!(browser.submit(&first, &[("address", WANG)]).await.status, 429);
    app.later(TimeDelta::minutes(1));
    let consent = browser.sign_in(&app, &first, WANG).await;
    assert!(consent.text.contains("w***"), "{}", consent.text);
    app.finish().await;
}
