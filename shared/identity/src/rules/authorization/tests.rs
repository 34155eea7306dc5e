use super::*;
use crate::model::Method;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn request(prompt: &str, max_age: Option<i64>) -> AuthorizationRequest {
    AuthorizationRequest {
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        nonce: None,
        code_challenge: String::new(),
        prompt: super::prompt(prompt).unwrap(),
        max_age: max_age.map(TimeDelta::seconds),
    }
}

#[test]
fn what_happens_next() {
    use AuthorizationError::{ConsentRequired, LoginRequired};
    let signed_in = Authentication::by(Method::EmailCode, at(0));
    let (yes, no): (&[&str], &[&str]) = (&["email", "openid", "profile"], &["openid"]);
    for (prompt, max_age, done, fresh, consented, expected) in [
        ("", None, false, false, yes, Step::SignIn),
        ("", None, true, false, yes, Step::Answer),
        ("", None, true, false, no, Step::Consent),
        ("", None, true, false, &[][..], Step::Consent),
        ("", Some(100), true, false, yes, Step::Answer),
        ("", Some(99), true, false, yes, Step::SignIn),
        ("", Some(0), true, true, yes, Step::Answer),
        ("login", None, true, false, yes, Step::SignIn),
        ("login", None, true, true, yes, Step::Answer),
        ("select_account", None, true, false, yes, Step::SignIn),
        ("consent", None, true, false, yes, Step::Consent),
        ("login consent", None, true, true, yes, Step::Consent),
        ("none", None, false, false, yes, Step::Refuse(LoginRequired)),
        ("none", None, true, false, yes, Step::Answer),
        ("none", None, true, false, no, Step::Refuse(ConsentRequired)),
        ("none", Some(99), true, false, yes, Step::Refuse(LoginRequired)),
        ("unknown", None, true, false, yes, Step::Answer),
    ] {
        let consented: Vec<String> = consented.iter().map(ToString::to_string).collect();
        let (request, done) = (request(prompt, max_age), done.then_some(&signed_in));
        let step = next_step(&request, done, fresh, &consented, at(100));
        assert_eq!(step, expected, "{prompt} {max_age:?} {done:?} {fresh} {consented:?}");
    }
}

#[test]
fn where_a_client_may_be_sent() {
    for (uri, may) in [
        ("https://party.example/callback", true),
        ("https://party.example/callback?a=b", true),
        ("http://127.0.0.1/callback", true),
        ("http://127.0.0.1:8080/callback", true),
        ("http://[::1]/callback", true),
        ("example.party.app:/callback", true),
        ("http://party.example/callback", false),
        ("http://localhost/callback", false),
        ("https://party.example/callback#x", false),
        ("https://user@party.example/callback", false),
        ("https://user:word@party.example/callback", false),
        ("https://party.example/call back", false),
        ("https://party.example/回", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("party:/callback", false),
        ("/callback", false),
        ("", false),
    ] {
        assert_eq!(is_redirect_uri(uri), may, "{uri}");
    }
}

#[test]
fn an_answer_is_added_to_the_query() {
    let answer =
        |uri| answer_uri(uri, &[("code", "a b"), ("iss", "https://city.example")]).unwrap();
    for (uri, expected) in [
        ("https://p.example/c", "https://p.example/c?code=a+b&iss=https%3A%2F%2Fcity.example"),
        (
            "https://p.example/c?x=1",
            "https://p.example/c?x=1&code=a+b&iss=https%3A%2F%2Fcity.example",
        ),
        ("example.app:/c", "example.app:/c?code=a+b&iss=https%3A%2F%2Fcity.example"),
    ] {
        assert_eq!(answer(uri), expected);
        assert_eq!(answer_uri(uri, &[]).as_deref(), Some(uri), "as it was registered");
    }
}

#[test]
fn scopes_become_fewer_and_never_more() {
    let granted = ["openid".to_owned(), "email".to_owned()];
    for (asked, expected) in [
        (None, Some("openid email")),
        (Some("openid"), Some("openid")),
        (Some("email openid"), Some("email openid")),
        (Some("openid citizen"), None),
        (Some(""), None),
    ] {
        let found = narrowed(&granted, asked).map(|scopes| scopes.join(" "));
        assert_eq!(found.as_deref(), expected, "{asked:?}");
    }
}
