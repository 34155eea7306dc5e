use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use citygate_platform::{Platform, jobs, worker::Worker};
use citygate_testkit::{TestDb, monday_morning};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{delivery::Postman, *};
use crate::{MailSettings, Mailer, SmsGateway, SmsSettings};

const LENIENT: WebhookSettings = WebhookSettings { allow_private: true };
const STRICT: WebhookSettings = WebhookSettings { allow_private: false };
const OWNER: Owner = Owner { city: CityCode::HANGZHOU, id: Uuid::from_u128(7) };

/// A request as it came: head in lower case, body as it is.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// Answers each request with the next of `answers`, the last one for ever.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Receiver {
    pub(crate) async fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let mut answers: VecDeque<String> = answers.iter().map(ToString::to_string).collect();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                log.lock().unwrap().push(request);
                let answer = answers.pop_front().unwrap();
                if answers.is_empty() {
                    answers.push_back(answer.clone());
                }
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, seen }
    }

    fn url(&self) -> WebhookUrl {
        format!("http://{}/hook?token=secret", self.address).parse().unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Seen {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_owned();
            let seen = Seen { head, body: body.to_owned() };
            let length: usize = seen.find("content-length").unwrap_or("0").parse().unwrap();
            if body.len() >= length {
                return seen;
            }
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "it ends early: {text}");
    }
}

struct Ground {
    clock: Clock,
    platform: Platform,
    folder: tempfile::TempDir,
    _db: TestDb,
}

async fn ground() -> Ground {
    let clock = Clock::manual(monday_morning());
    let db = TestDb::new().await;
    let platform = db.platform(&clock);
    Ground { clock, platform, folder: tempfile::tempdir().unwrap(), _db: db }
}

impl Ground {
    fn worker(&self, rules: WebhookSettings) -> Worker {
        let mailer = Mailer::new(&MailSettings::default(), self.folder.path()).unwrap();
        let sms = SmsGateway::new(&SmsSettings::default(), self.folder.path()).unwrap();
        Worker::new(self.platform.clone(), &[crate::service(mailer, sms, rules)])
    }

    async fn register(&self, url: &WebhookUrl) -> Masked<String> {
        let Platform { db, keys, .. } = &self.platform;
        let register = db.tx("test.register", async |tx| {
            register_endpoint(&LENIENT, keys, tx, OWNER, url).await
        });
        register.await.unwrap()
    }

    async fn endpoint(&self) -> Option<Endpoint> {
        self.platform.db.tx("test.endpoint", async |tx| endpoint(tx, OWNER).await).await.unwrap()
    }

    async fn tell(&self) {
        let tell = self.platform.db.tx("test.tell", async |tx| {
            let data = json!({ "bill": "bill_330100_1", "姓名": "王芳", "amount_minor": 20000 });
            send_webhook(tx, OWNER, "traffic.fine_paid", data).await
        });
        tell.await.unwrap();
    }

    async fn dead(&self) -> Vec<jobs::DeadLetter> {
        self.platform.db.tx("test.dead", async |tx| jobs::dead(tx).await).await.unwrap()
    }
}

/// What a receiver does with the secret that it was shown.
fn verify(secret: &str, seen: &Seen) -> bool {
    let timestamp = seen.header("webhook-timestamp").parse().unwrap();
    let expected = sign(secret, seen.header("webhook-id"), timestamp, &seen.body).unwrap();
    seen.header("webhook-signature") == expected
}

#[tokio::test]
async fn a_receiver_can_verify_what_it_gets() {
    let ground = ground().await;
    let receiver = Receiver::new(&["204 No Content"]).await;
    let secret = ground.register(&receiver.url()).await;
    let worker = ground.worker(LENIENT);
    ground.tell().await;
    assert!(receiver.seen().is_empty(), "nothing leaves within the transaction");
    worker.run_due().await.unwrap();

    let seen = receiver.seen();
    let [one] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(one.head.starts_with("POST /hook?token=secret HTTP/1.1"), "{}", one.head);
    assert_eq!(one.header("content-type"), "application/json");
    assert!(one.header("webhook-id").starts_with("msg_"));
    assert!(verify(secret.expose(), one));
    assert!(!verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", one));
    assert_eq!(
        one.body,
        r#"{"type":"traffic.fine_paid","timestamp":"2026-11-23T01:00:00Z","#.to_owned()
            + r#""data":{"amount_minor":20000,"bill":"bill_330100_1","姓名":"王芳"}}"#
    );
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_failed_attempt_is_repeated_with_the_same_id_and_body() {
    let ground = ground().await;
    let receiver = Receiver::new(&["500 Oh", "200 OK"]).await;
    let secret = ground.register(&receiver.url()).await;
    let worker = ground.worker(LENIENT);
    ground.tell().await;
    worker.run_due().await.unwrap();
    assert_eq!(worker.run_due().await.unwrap(), 0, "not before its time");
    ground.clock.advance(TimeDelta::seconds(5));
    worker.run_due().await.unwrap();

    let seen = receiver.seen();
    let [first, second] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    assert!(verify(secret.expose(), first) && verify(secret.expose(), second));
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone_until_it_registers_again() {
    let ground = ground().await;
    let receiver = Receiver::new(&["410 Gone", "200 OK"]).await;
    let first = ground.register(&receiver.url()).await;
    let worker = ground.worker(LENIENT);
    ground.tell().await;
    ground.tell().await;
    worker.run_due().await.unwrap();
    assert!(worker.is_idle().await.unwrap());
    assert_eq!(ground.endpoint().await.unwrap().disabled_at, Some(ground.clock.now()));
    let attempts = receiver.seen().len();
    ground.tell().await;
    assert!(worker.is_idle().await.unwrap(), "nothing is enqueued for it");

    ground.clock.advance(TimeDelta::days(1));
    let second = ground.register(&receiver.url()).await;
    assert_ne!(first, second);
    let endpoint = ground.endpoint().await.unwrap();
    assert_eq!((endpoint.created_at, endpoint.disabled_at), (ground.clock.now(), None));
    ground.tell().await;
    worker.run_due().await.unwrap();
    assert_eq!(receiver.seen().len(), attempts + 1);
    assert!(verify(second.expose(), receiver.seen().last().unwrap()));
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let ground = ground().await;
    let target = Receiver::new(&["200 OK"]).await;
    let answer = format!("302 Found\r\nlocation: http://{}/", target.address);
    let receiver = Receiver::new(&[&answer]).await;
    ground.register(&receiver.url()).await;
    let worker = ground.worker(LENIENT);
    ground.tell().await;
    worker.run_due().await.unwrap();
    assert_eq!((receiver.seen().len(), target.seen().len()), (1, 0));
    assert!(!worker.is_idle().await.unwrap(), "it counts as a failure");
}

#[tokio::test]
async fn a_private_address_is_refused_at_registration_and_at_delivery() {
    let ground = ground().await;
    let receiver = Receiver::new(&["200 OK"]).await;
    let Platform { db, keys, .. } = &ground.platform;
    let url = "https://10.0.0.1/".parse().unwrap();
    let register =
        db.tx("test.register", async |tx| register_endpoint(&STRICT, keys, tx, OWNER, &url).await);
    assert!(matches!(register.await, Err(Error::WebhookUrlRefused(Refused::Address))));
    assert_eq!(ground.endpoint().await, None);

    ground.register(&receiver.url()).await;
    ground.tell().await;
    ground.worker(STRICT).run_due().await.unwrap();
    assert!(receiver.seen().is_empty());
    assert_eq!(ground.dead().await.len(), 1);
}

#[tokio::test]
async fn a_name_for_a_private_address_is_refused_when_it_is_resolved() {
    let receiver = Receiver::new(&["200 OK"]).await;
    let url = format!("http://localhost:{}/token", receiver.address.port()).parse().unwrap();
    let secret = signature::new_secret();
    let post = async |rules: WebhookSettings| {
        Postman::from(rules).post(&url, secret.expose(), "msg_1", 0, "{}".to_owned()).await
    };
    let refused = format!("{:?}", post(STRICT).await.unwrap_err());
    assert!(refused.contains(&Refused::Address.to_string()), "{refused}");
    assert!(!refused.contains("token"), "the URL stays out of logs: {refused}");
    assert!(receiver.seen().is_empty());
    assert_eq!(post(LENIENT).await.unwrap(), 200);
}

#[tokio::test]
async fn news_for_nobody_goes_nowhere() {
    let ground = ground().await;
    ground.tell().await;
    assert!(ground.worker(LENIENT).is_idle().await.unwrap());
    assert_eq!(ground.endpoint().await, None);
}
