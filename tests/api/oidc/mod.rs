//! OpenID Connect, as clients and browsers see it.

mod codes;
mod keys;
mod logout;
mod pages;
mod pushed;
mod tokens;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use citygate_identity::{ClientId, KeyPair, NewClient, register_client};
use citygate_kernel::Clock;
use citygate_traffic::POLICE;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

pub const WANG: &str = citygate_identity::DEMO_CITIZENS[0].0;
pub const CALLBACK: &str = "https://party.example/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const GOODBYE: &str = "https://party.example/goodbye";

/// A client that people sign in to.
pub struct Party {
    pub id: String,
    pub redirect_uri: String,
    key: Option<KeyPair>,
}

impl Party {
    /// The city's own app, on the device.
    pub fn app() -> Self {
        let redirect_uri = "http://127.0.0.1:53112/callback".to_owned();
        Self { id: "citygate-app".to_owned(), redirect_uri, key: None }
    }

    /// A client of the police.
    pub async fn register(app: &TestApp, confidential: bool, scopes: &[&str]) -> Self {
        let id = ClientId::new(&app.clock);
        let key = confidential.then(|| KeyPair::generate().unwrap());
        let new = NewClient {
            id,
            agency: POLICE,
            name: "Fines & <b>Fees</b>",
            public_key: key.as_ref().map(|key| &key.public),
            scopes,
            redirect_uris: &[CALLBACK],
            post_logout_redirect_uris: &[GOODBYE],
        };
        let db = &app.city().platform.db;
        db.tx("test.register", async |tx| register_client(tx, &new).await).await.unwrap();
        Self { id: id.to_string(), redirect_uri: CALLBACK.to_owned(), key }
    }

    /// What it says to prove itself.
    pub fn proof(&self, app: &TestApp) -> Vec<(&'static str, String)> {
        let Some(key) = &self.key else { return vec![("client_id", self.id.clone())] };
        let now = app.clock.now().timestamp();
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": app.url, "exp": now + 60,
            "jti": ClientId::new(&Clock::system()).to_string(),
        });
        let key = EncodingKey::from_ec_der(&key.private);
        let assertion = encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        vec![("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]
    }

    /// The parameters of an authorization request.
    pub fn request(&self, scope: &str) -> Vec<(&'static str, String)> {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        [
            ("client_id", self.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", "st&te"),
            ("nonce", "n0nce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    pub async fn post(&self, app: &TestApp, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut form: Vec<(&str, String)> =
            form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        form.extend(self.proof(app));
        Answer::to(app.anybody().request(Method::POST, path).form(&form)).await
    }

    pub async fn token(&self, app: &TestApp, form: &[(&str, &str)]) -> Answer {
        self.post(app, "/v1/oauth/token", form).await
    }

    pub async fn exchange(&self, app: &TestApp, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token(app, &form).await
    }

    pub async fn refresh(&self, app: &TestApp, token: &str) -> Answer {
        self.token(app, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Somebody signs in and says yes. Returns the token response.
    pub async fn sign_in(&self, app: &TestApp, email: &str, scope: &str) -> Value {
        let mut browser = Browser::new(app);
        let code = browser.code(app, self, email, scope).await;
        let answer = self.exchange(app, &code).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }
}

/// A member of a token response.
pub fn text(body: &Value, member: &str) -> String {
    body[member].as_str().unwrap_or_else(|| panic!("no {member} in {body}")).to_owned()
}

/// The claims of a JWT, unchecked.
pub fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

/// A parameter of the redirect that an answer is.
pub fn redirected(answer: &Answer, name: &str) -> Option<String> {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let url = reqwest::Url::parse(answer.header("location")).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[track_caller]
pub fn denied(answer: &Answer, error: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    let found = (answer.status, answer.body["error"].as_str().unwrap_or_default());
    assert_eq!(found, (status, error), "{}", answer.text);
}

/// A browser without scripts: it shows pages, sends their forms, and keeps cookies.
pub struct Browser {
    url: String,
    http: Client,
    pub cookie: Option<String>,
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { url: app.url.clone(), http, cookie: None }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("other=1; {cookie}"));
        }
        request
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::to(request).await;
        if let Some(set) = answer.headers.get("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }

    pub async fn get(&mut self, path: &str, query: &[(&str, String)]) -> Answer {
        let request = self.request(Method::GET, &link(path, query));
        self.send(request).await
    }

    /// Opens the authorization endpoint.
    pub async fn authorize(&mut self, request: &[(&str, String)]) -> Answer {
        self.get("/v1/oauth/authorize", request).await
    }

    /// Sends the first form of a page, as it is but for what is filled in.
    pub async fn submit(&mut self, page: &Answer, fill: &[(&str, &str)]) -> Answer {
        let form = page.text.split("<form").nth(1).unwrap().split("</form>").next().unwrap();
        let action = attribute(form, "action");
        let mut fields: Vec<(String, String)> = form
            .split("<input")
            .skip(1)
            .filter(|input| input.contains("type=\"hidden\""))
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect();
        fields.extend(fill.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let request = self.request(Method::POST, &action).form(&fields);
        self.send(request).await
    }

    /// Goes through the sign-in pages. Returns what comes then: the consent page, or a redirect.
    pub async fn sign_in(&mut self, app: &TestApp, page: &Answer, email: &str) -> Answer {
        assert_eq!(page.status, 200, "{}", page.text);
        let page = self.submit(page, &[("address", email)]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        app.work().await;
        self.submit(&page, &[("code", &app.code_for(email))]).await
    }

    /// The code that a client gets for somebody who signs in and says yes, if they are asked.
    pub async fn code(&mut self, app: &TestApp, party: &Party, email: &str, scope: &str) -> String {
        let page = self.authorize(&party.request(scope)).await;
        let mut next = self.sign_in(app, &page, email).await;
        if next.status == 200 {
            next = self.submit(&next, &[("decision", "allow")]).await;
        }
        redirected(&next, "code").unwrap()
    }
}

/// A path with a query.
pub fn link(path: &str, query: &[(&str, String)]) -> String {
    let url = reqwest::Url::parse_with_params(&format!("http://city.example{path}"), query);
    format!("{path}?{}", url.unwrap().query().unwrap_or_default())
}

fn attribute(element: &str, name: &str) -> String {
    let start = element.split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
    let value = start.split('"').next().unwrap_or_default();
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
