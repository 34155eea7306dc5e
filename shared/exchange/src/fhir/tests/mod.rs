//! The whole of FHIR over HTTP, on a real database, with a repository that keeps what it is given.

mod bundles;
mod form;
mod resources;
mod shelf;
mod signed;

use std::{num::NonZeroU32, rc::Rc, sync::Arc};

use actix_web::{
    http::{Method, StatusCode, header::HeaderValue},
    test::{TestRequest, call_service, init_service, read_body},
};
use citygate_catalogue::AgencyId;
use citygate_identity::{
    ClientId, KeyPair, NewClient, Profiles, SignInMethods, SignInSettings, Tokens, register_client,
};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_notify::WebhookSettings;
use citygate_platform::{
    Cx, Platform,
    db::DbError,
    http::{Common, HttpSettings, RateLimitSettings, configure},
    worker::Worker,
};
use citygate_testkit::{TestDb, monday_morning};
use futures_util::{FutureExt, future::LocalBoxFuture};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use self::shelf::{SCHEDULES, SLOTS, Shelf, TABLE};
use crate::{Registry, participants, service, testing};

const ISSUER: &str = "https://city.example";
const BASE: &str = "https://city.example/fhir/r4";
const PLENTY: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
}

impl Reply {
    fn header(&self, wanted: &str) -> &str {
        let found = self.headers.iter().find(|(name, _)| name == wanted);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?}"))
    }

    fn at(&self, pointer: &str) -> Value {
        self.body().pointer(pointer).cloned().unwrap_or_default()
    }

    /// The id of the resource.
    fn id(&self) -> String {
        self.at("/id").as_str().unwrap().to_owned()
    }

    /// The code of the problem, of an answer that is an OperationOutcome.
    #[track_caller]
    fn problem(&self) -> String {
        let body = self.body();
        assert_eq!(body["resourceType"], "OperationOutcome", "{self:?}");
        assert!(self.header("content-type").starts_with("application/fhir+json"), "{self:?}");
        body["issue"][0]["details"]["coding"][0]["code"].as_str().unwrap().to_owned()
    }
}

/// Sends a request.
type Send = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Reply>>;

/// A city with an exchange, and two hospitals with a system each.
struct City {
    send: Send,
    platform: Platform,
    tokens: [String; 2],
    /// Of the first hospital, and what its system signs with.
    agency: AgencyId,
    key: KeyPair,
    worker: Worker,
    _db: TestDb,
    _folder: tempfile::TempDir,
}

/// A request, before it is sent.
struct Ask {
    send: Send,
    request: TestRequest,
}

impl Ask {
    fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.insert_header((name.to_owned(), value.to_owned())), ..self }
    }

    fn json(self, body: &Value) -> Self {
        self.text("application/fhir+json", &body.to_string())
    }

    fn text(self, content_type: &str, body: &str) -> Self {
        let asked = self.header("content-type", content_type);
        Self { request: asked.request.set_payload(body.to_owned()), ..asked }
    }

    async fn reply(self) -> Reply {
        (self.send)(self.request).await
    }
}

impl City {
    /// A request of the first hospital.
    fn ask(&self, method: Method, path: &str) -> Ask {
        self.ask_as(0, method, path)
    }

    fn ask_as(&self, hospital: usize, method: Method, path: &str) -> Ask {
        let bearer = format!("Bearer {}", self.tokens[hospital]);
        let uri = format!("/fhir/r4{path}");
        let request = TestRequest::default().method(method).uri(&uri);
        Ask { send: Rc::clone(&self.send), request }.header("authorization", &bearer)
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path).reply().await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path).json(body).reply().await
    }

    /// A schedule of the first hospital.
    async fn schedule(&self) -> String {
        let made = self.post("/Schedule", &schedule("S1")).await;
        assert_eq!(made.status, 201, "{made:?}");
        format!("Schedule/{}", made.id())
    }

    /// How many rows the repositories keep.
    async fn rows(&self) -> i64 {
        self.count("shelf").await
    }

    /// How many rows there are: of a table, or of one under a condition.
    async fn count(&self, rows: &str) -> i64 {
        testing::count(&self.cx(), rows).await
    }

    fn cx(&self) -> Cx {
        self.platform.cx(Locale::En, "test")
    }
}

fn schedule(number: &str) -> Value {
    json!({
        "resourceType": "Schedule",
        "identifier": [{"system": "urn:h", "value": number}],
        "actor": [{"display": "Clinic"}],
    })
}

fn slot(schedule: &str, number: &str) -> Value {
    json!({
        "resourceType": "Slot",
        "identifier": [{"system": "urn:h", "value": number}],
        "schedule": {"reference": schedule},
        "status": "free",
        "start": "2026-11-24T09:00:00+08:00",
        "end": "2026-11-24T09:30:00+08:00",
    })
}

/// The scopes of both hospitals' systems.
async fn city() -> City {
    city_with(&["system/*.read", "system/*.write"]).await
}

async fn city_with(scopes: &[&str]) -> City {
    let db = TestDb::new().await;
    let clock = Clock::manual(monday_morning());
    let platform = db.platform(&clock);
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), ISSUER).unwrap();
    let registry = Registry {
        repositories: vec![Arc::new(Shelf(SCHEDULES)), Arc::new(Shelf(SLOTS))],
        receivers: Vec::new(),
    };
    let methods = SignInMethods::new(&SignInSettings::default(), ISSUER).unwrap();
    let webhooks = WebhookSettings::default();
    let services = [
        citygate_identity::service(tokens, methods, Profiles::direct(), webhooks, None),
        service(ISSUER, registry),
    ];
    let settings =
        HttpSettings { rate_limit: RateLimitSettings::uniform(PLENTY), ..HttpSettings::default() };
    let app = configure(&platform, &settings, &services, &Common::new(&services));
    let app = Rc::new(init_service(app).await);
    let send: Send = Rc::new(move |request: TestRequest| {
        let app = Rc::clone(&app);
        async move {
            let response = call_service(&*app, request.to_request()).await;
            let status = response.status().as_u16();
            let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
            let headers = response.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_string(), text(value))).collect();
            let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
            Reply { status, headers, text }
        }
        .boxed_local()
    });
    let (agency, first, key) = hospital(&send, &platform, scopes).await;
    let (_, second, _) = hospital(&send, &platform, scopes).await;
    let worker = Worker::new(platform.clone(), &services);
    testing::run(&platform.cx(Locale::En, "test"), TABLE).await;
    City { send, platform, tokens: [first, second], agency, key, worker, _db: db, _folder: folder }
}

/// Connects a hospital, and gets its system a token.
async fn hospital(
    send: &Send,
    platform: &Platform,
    scopes: &[&str],
) -> (AgencyId, String, KeyPair) {
    let cx = platform.cx(Locale::En, "test");
    let agency = testing::new_hospital(&cx, CityCode::HANGZHOU).await;
    let key = KeyPair::generate().unwrap();
    let client = ClientId::new(&platform.clock);
    let connected = platform.db.tx("test.hospital", async |tx| {
        let new = NewClient::system(client, agency, "test", &key.public, scopes);
        register_client(tx, &new).await.unwrap();
        participants::connect(tx, agency).await.unwrap();
        Ok::<_, DbError>(())
    });
    connected.await.unwrap();
    let (id, now) = (client.to_string(), platform.clock.now().timestamp());
    let claims = json!({
        "iss": id, "sub": id, "aud": format!("{ISSUER}/v1/oauth/token"),
        "iat": now, "exp": now + 60, "jti": ClientId::new(&platform.clock).to_string(),
    });
    let private = EncodingKey::from_ec_der(&key.private);
    let assertion = encode(&Header::new(Algorithm::ES256), &claims, &private).unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    let request = TestRequest::post().uri("/v1/oauth/token").set_form(form);
    let reply = send(request).await;
    assert_eq!(reply.status, StatusCode::OK.as_u16(), "{reply:?}");
    (agency, reply.at("/access_token").as_str().unwrap().to_owned(), key)
}
