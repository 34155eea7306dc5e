//! `citygate agency` and `citygate client`: how a city without the demo gets its agencies, their
//! systems, and an app that people sign in to.

use std::{fs, path::Path, process::Command};

use citygate::demo::actors::{Caller, System};
use citygate_identity::{ClientId, KeyPair};
use citygate_kernel::Clock;
use citygate_testkit::TestDb;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    program::{Serving, citygate, finished},
    refusals::refusal,
};

/// A city of its own database, and the folder in which it runs.
struct Place {
    db: TestDb,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        Self { db: TestDb::new().await, folder: tempfile::tempdir().unwrap() }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut command = citygate(self.folder());
        command.env("DATABASE_URL", &self.db.url).args(args);
        command
    }

    /// What a command prints that does its work.
    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = finished(self.program(args));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    #[track_caller]
    fn refused(&self, args: &[&str]) -> String {
        refusal(self.program(args))
    }

    fn add_agency(&self) -> String {
        let names = ["--name-en", "Parking Office", "--name-zh", "停车管理中心"];
        self.done(&[&["agency", "add", "--city", "330100"], &names[..]].concat())
    }

    /// A file with a JWK.
    fn jwk(&self, name: &str, jwk: &Value) -> String {
        let file = self.folder().join(name);
        fs::write(&file, jwk.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

fn add_client<'a>(agency: &'a str, jwk: &'a str, scopes: &'a str) -> Vec<&'a str> {
    let names = ["client", "add", "--agency", agency, "--name", "Meters", "--jwk", jwk];
    [&names[..], &["--scope", scopes]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_was_registered_by_command_gets_a_token() {
    let (place, key) = (Place::new().await, KeyPair::generate().unwrap());
    let agency = place.add_agency();
    let listed = format!("{agency}  Parking Office  停车管理中心");
    assert_eq!(place.done(&["agency", "list"]), listed);
    assert_eq!(place.done(&["agency", "list", "--city", "330100"]), listed);
    assert_eq!(place.done(&["agency", "list", "--city", "310000"]), "");

    // The city serves while its agencies come.
    let city = Serving::bare(place.program(&[]));
    let file = place.jwk("public.jwk", &serde_json::to_value(&key.public).unwrap());
    let uri = "https://parking.example/callback";
    let mut add = add_client(&agency, &file, "webhooks:write,payments.bills:read,openid");
    add.extend(["--redirect-uri", uri]);
    let id = place.done(&add);
    let client: ClientId = id.parse().unwrap();
    let kid = key.public.common.key_id.clone().unwrap();
    let listed = place.done(&["client", "list", "--agency", &agency]);
    let expected = format!(
        "{id}  Meters  {agency}  enabled, never used\n  \
         scopes: webhooks:write payments.bills:read openid\n  kids: {kid}\n  redirect URIs: {uri}"
    );
    assert_eq!(listed, expected);
    assert!(place.done(&["client", "list"]).contains(&listed));

    let mut system = System::new(&city.url, client, &key).unwrap();
    let assertion = system.assertion(&Clock::system()).unwrap();
    let granted = system.authenticate(&assertion).await.unwrap();
    assert_eq!(granted.status, 200, "{}", granted.text);
    assert_eq!(granted.text_at("/scope"), "webhooks:write payments.bills:read");
    let webhook = system.caller.get("/v1/partner/webhook").await.unwrap();
    assert_eq!(webhook.text_at("/code"), "request.not_found", "{}", webhook.text);

    let mut stranger = System::new(&city.url, client, &KeyPair::generate().unwrap()).unwrap();
    let assertion = stranger.assertion(&Clock::system()).unwrap();
    let refused = stranger.authenticate(&assertion).await.unwrap();
    assert_eq!((refused.status, refused.text_at("/error")), (401, "invalid_client".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_registered_is_refused_and_changes_nothing() {
    let (place, key) = (Place::new().await, KeyPair::generate().unwrap());
    let agency = place.add_agency();
    let public = serde_json::to_value(&key.public).unwrap();
    let with = |name: &str, value: Value| {
        let mut jwk = public.clone();
        jwk[name] = value;
        jwk
    };
    let good = place.jwk("public.jwk", &public);
    let before = place.done(&["client", "list"]);

    for (name, jwk, reason) in [
        ("private", with("d", json!("c2VjcmV0")), "it holds a secret"),
        ("nameless", with("kid", json!("")), "kid is 1 to 128"),
        ("other", with("crv", json!("P-384")), "it is no EC key on P-256"),
        ("a-set", json!({"keys": [public]}), "it is no EC key on P-256"),
        ("not-an-object", json!([]), "expected a map"),
    ] {
        let file = place.jwk(name, &jwk);
        let line = place.refused(&add_client(&agency, &file, "webhooks:write"));
        assert!(line.contains(reason) && line.contains(&file), "{line}");
        assert!(!line.contains("c2VjcmV0"), "{line}");
    }
    let line = place.refused(&add_client(&agency, "/nowhere/public.jwk", "webhooks:write"));
    assert!(line.contains("/nowhere/public.jwk: No such file"), "{line}");
    let line = place.refused(&add_client(&agency, &good, "webhooks:write,webhooks:wirte"));
    assert!(line.contains("no scope webhooks:wirte") && line.contains("webhooks:write"), "{line}");
    let nobody = format!("agcy_330100_{}", "0".repeat(32));
    for args in
        [add_client(&nobody, &good, "webhooks:write"), vec!["client", "list", "--agency", &nobody]]
    {
        let line = place.refused(&args);
        assert!(line.contains("no such agency"), "{line}");
    }
    let mut add = add_client(&agency, &good, "openid");
    add.extend(["--redirect-uri", "http://parking.example/callback"]);
    let line = place.refused(&add);
    assert!(line.contains("http://parking.example/callback is no redirect URI"), "{line}");
    let names = ["--name-en", "Nowhere", "--name-zh", "无"];
    let line = place.refused(&[&["agency", "add", "--city", "999999"], &names[..]].concat());
    assert!(line.contains("no city 999999"), "{line}");

    assert_eq!(place.done(&["client", "list"]), before);
    assert_eq!(place.done(&["agency", "list"]), format!("{agency}  Parking Office  停车管理中心"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_to_the_app_where_it_was_said_to_be() {
    let place = Place::new().await;
    let city = Serving::bare(place.program(&[]));
    let caller = Caller::new(&city.url).unwrap();
    let status = async |uri: &str| {
        let request = caller.request(Method::GET, "/v1/oauth/authorize").query(&[
            ("client_id", "citygate-app"),
            ("redirect_uri", uri),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", &"a".repeat(43)),
            ("code_challenge_method", "S256"),
        ]);
        caller.send(request).await.unwrap().status
    };
    let (web, device) = ("https://app.example/callback", "http://127.0.0.1/callback");
    let set = ["client", "redirect-uris", "citygate-app"];
    assert_eq!(status(web).await, 400, "none is set");

    for wrong in ["http://app.example/callback", "https://app.example/callback#x"] {
        let line = place.refused(&[&set[..], &[web, wrong]].concat());
        assert!(line.contains(&format!("{wrong} is no redirect URI")), "{line}");
        assert_eq!(status(web).await, 400, "all of them, or none");
    }
    let line = place.refused(&["client", "redirect-uris", "another-app", web]);
    assert!(line.contains("no client another-app"), "{line}");

    place.done(&[&set[..], &[web, device]].concat());
    assert_eq!(status(web).await, 200);
    assert_eq!(status("http://127.0.0.1:53112/callback").await, 200);
    assert_eq!(status("https://app.example/callback/").await, 400);
    assert!(place.done(&["client", "list"]).contains(&format!("redirect URIs: {web} {device}")));

    place.done(&[&set[..], &[device]].concat());
    assert_eq!(status(web).await, 400, "what was set before is gone");
}
