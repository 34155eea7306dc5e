use std::{fs, path::Path};

use citygate_platform::{Platform, jobs, worker::Worker};
use citygate_testkit::{TestDb, monday_morning};
use serde_json::Value;

use super::*;
use crate::{
    MailSettings, Mailer, SmsError, SmsSettings, WebhookSettings, webhooks::tests::Receiver,
};

const TEXT: &str = "验证码 314159";

struct Ground {
    platform: Platform,
    folder: tempfile::TempDir,
    _db: TestDb,
}

async fn ground() -> Ground {
    let db = TestDb::new().await;
    let platform = db.platform(&Clock::manual(monday_morning()));
    Ground { platform, folder: tempfile::tempdir().unwrap(), _db: db }
}

impl Ground {
    fn worker(&self, settings: &SmsSettings) -> Worker {
        let mailer = Mailer::new(&MailSettings::default(), self.folder.path()).unwrap();
        let sms = SmsGateway::new(settings, &self.folder.path().join("sms")).unwrap();
        let service = crate::service(mailer, sms, WebhookSettings::default());
        Worker::new(self.platform.clone(), &[service])
    }

    /// A gateway at an address, and its key.
    fn gateway(&self, receiver: &Receiver) -> SmsSettings {
        let key = self.folder.path().join("key");
        fs::write(&key, "secret\n").unwrap();
        SmsSettings {
            gateway_url: Some(format!("http://{}/messages", receiver.address)),
            gateway_key_file: Some(key),
            folder: None,
        }
    }

    async fn write(&self) {
        let to = "+86 138 0013 8000".parse().unwrap();
        let Platform { db, keys, .. } = &self.platform;
        db.tx("test.write", async |tx| send_sms(keys, tx, &to, TEXT).await).await.unwrap();
    }

    async fn dead(&self) -> Vec<jobs::DeadLetter> {
        self.platform.db.tx("test.dead", async |tx| jobs::dead(tx).await).await.unwrap()
    }
}

fn files(folder: &Path) -> Vec<Value> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.is_file())
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_becomes_one_file() {
    let ground = ground().await;
    let worker = ground.worker(&SmsSettings::default());
    ground.write().await;
    let folder = ground.folder.path().join("sms");
    assert!(files(&folder).is_empty(), "nothing leaves within the transaction");
    assert_eq!(worker.run_due().await.unwrap(), 1);
    let [message] = &files(&folder)[..] else { panic!() };
    assert_eq!((&message["to"], &message["text"]), (&"+8613800138000".into(), &TEXT.into()));
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_gateway_is_asked_until_it_takes_the_message_under_one_key() {
    let ground = ground().await;
    let receiver = Receiver::new(&["500 Oops", "401 Who", "202 Accepted"]).await;
    let worker = ground.worker(&ground.gateway(&receiver));
    ground.write().await;
    for _ in 0..3 {
        worker.run_due().await.unwrap();
        ground.platform.clock.advance(chrono::TimeDelta::seconds(60));
    }
    assert!(worker.is_idle().await.unwrap());
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3);
    for request in &seen {
        assert_eq!(request.header("authorization"), "Bearer secret");
        assert_eq!(request.header("idempotency-key"), seen[0].header("idempotency-key"));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body["to"], "+8613800138000");
    }
    assert!(ground.dead().await.is_empty());
}

#[tokio::test]
async fn what_a_gateway_refuses_is_not_sent_again_and_the_reason_names_nobody() {
    let ground = ground().await;
    let receiver = Receiver::new(&["422 No"]).await;
    let worker = ground.worker(&ground.gateway(&receiver));
    ground.write().await;
    worker.run_due().await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
    let [dead] = &ground.dead().await[..] else { panic!() };
    assert_eq!(dead.last_error.as_deref(), Some("the SMS gateway refused the message with 422"));
}

#[test]
fn a_gateway_without_a_key_is_refused_at_the_start() {
    let settings = SmsSettings { gateway_url: Some("http://x/".into()), ..SmsSettings::default() };
    let made = SmsGateway::new(&settings, Path::new("/nonexistent"));
    assert!(matches!(made.map(|_| ()), Err(SmsError::NoKey)));
}
