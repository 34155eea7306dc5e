use std::{fs, path::Path, sync::mpsc};

use chrono::TimeDelta;
use citygate_platform::{Platform, jobs, worker::Worker};
use citygate_testkit::{TestDb, monday_morning};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::*;
use crate::{MailSettings, SmsGateway, SmsSettings, WebhookSettings, schema::messages};

const SUBJECT: &str = "验证码";
const TEXT: &str = "您的验证码是 314159，5 分钟内有效。\n请勿告诉他人。";

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
    fn worker(&self, settings: &MailSettings) -> Worker {
        let mailer = Mailer::new(settings, self.folder.path()).unwrap();
        let sms = SmsGateway::new(&SmsSettings::default(), self.folder.path()).unwrap();
        let service = crate::service(mailer, sms, WebhookSettings::default());
        Worker::new(self.platform.clone(), &[service])
    }

    async fn write(&self, subject: &str) {
        let to = "Wang@Example.com".parse().unwrap();
        let mail = Mail { subject: subject.to_owned(), text: TEXT.to_owned() };
        let Platform { db, keys, .. } = &self.platform;
        db.tx("test.write", async |tx| send_mail(keys, tx, &to, &mail).await).await.unwrap();
    }

    /// Each mail: whether its content is still there, and whether it was sent.
    async fn stored(&self) -> Vec<(bool, bool)> {
        let read = self.platform.db.tx("test.read", async |tx| {
            Ok::<_, citygate_platform::db::DbError>(
                messages::table
                    .select((
                        messages::content_sealed.is_not_null(),
                        messages::sent_at.is_not_null(),
                    ))
                    .load(tx.conn())
                    .await?,
            )
        });
        read.await.unwrap()
    }

    async fn dead(&self) -> Vec<jobs::DeadLetter> {
        self.platform.db.tx("test.dead", async |tx| jobs::dead(tx).await).await.unwrap()
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".eml"))
        .collect();
    names.sort();
    names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect()
}

#[tokio::test]
async fn a_mail_becomes_a_readable_file_and_its_content_is_forgotten() {
    let ground = ground().await;
    let worker = ground.worker(&MailSettings::default());
    ground.write(SUBJECT).await;
    assert_eq!(ground.stored().await, [(true, false)]);
    assert!(files(ground.folder.path()).is_empty(), "nothing leaves within the transaction");

    assert_eq!(worker.run_due().await.unwrap(), 1);
    let mails = files(ground.folder.path());
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    let (head, text) = mail.split_once("\r\n\r\n").unwrap();
    assert_eq!(text.replace("\r\n", "\n").trim_end(), TEXT);
    for line in [
        "To: Wang@example.com",
        "From: Citygate <no-reply@citygate.example>",
        "Subject: =?utf-8?b?6aqM6K+B56CB?=",
        "Content-Type: text/plain; charset=utf-8",
        "Date: Mon, 23 Nov 2026 01:00:00 +0000",
    ] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    assert!(head.contains("Message-ID: <mail_"), "{head}");
    assert_eq!(ground.stored().await, [(false, true)]);
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_repeated_job_sends_nothing_again_and_the_newest_file_is_the_last() {
    let ground = ground().await;
    let mailer = Mailer::new(&MailSettings::default(), ground.folder.path()).unwrap();
    let worker = ground.worker(&MailSettings::default());
    for subject in ["one", "two", "three"] {
        ground.write(subject).await;
        ground.clock.advance(TimeDelta::milliseconds(1));
    }
    worker.run_due().await.unwrap();
    let mails = files(ground.folder.path());
    assert_eq!(mails.len(), 3);
    for (mail, subject) in mails.iter().zip(["one", "two", "three"]) {
        assert!(mail.contains(&format!("Subject: {subject}\r\n")), "{mail}");
    }

    let ids: Vec<uuid::Uuid> = {
        let read = ground.platform.db.tx("test.ids", async |tx| {
            Ok::<_, citygate_platform::db::DbError>(
                messages::table.select(messages::id).load(tx.conn()).await?,
            )
        });
        read.await.unwrap()
    };
    for file in fs::read_dir(ground.folder.path()).unwrap().flatten() {
        if file.path().is_file() {
            fs::remove_file(file.path()).unwrap();
        }
    }
    let cx = ground.platform.cx(citygate_kernel::Locale::ZhCn, "test");
    for id in ids {
        let job = SendMail { message_id: MailId::from_uuid(id) };
        send(mailer.clone(), cx.clone(), job).await.unwrap();
    }
    assert!(files(ground.folder.path()).is_empty());
}

#[tokio::test]
async fn a_subject_cannot_add_headers() {
    let ground = ground().await;
    let worker = ground.worker(&MailSettings::default());
    ground.write("Hello\r\nBcc: li@example.com\r\n\r\nText").await;
    worker.run_due().await.unwrap();
    let mails = files(ground.folder.path());
    let mail = mails.concat();
    let head = mail.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
    assert!(head.contains("Content-Type:"), "{head}");
}

/// Speaks as much SMTP as a sender needs; answers RCPT with `rcpt` and hands over what it got.
async fn smtp_sink(rcpt: &'static str) -> (MailSettings, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (hand_over, got) = mpsc::channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (from, mut to) = stream.into_split();
            let mut lines = BufReader::new(from).lines();
            to.write_all(b"220 sink\r\n").await.unwrap();
            let (mut data, mut in_data) = (String::new(), false);
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split(' ').next().unwrap() {
                    "." if in_data => {
                        hand_over.send(std::mem::take(&mut data)).unwrap();
                        in_data = false;
                        "250 taken"
                    }
                    _ if in_data => {
                        data += &format!("{line}\n");
                        continue;
                    }
                    "DATA" => {
                        in_data = true;
                        "354 go on"
                    }
                    "RCPT" => rcpt,
                    "QUIT" => "221 bye",
                    _ => "250 yes",
                };
                to.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
        }
    });
    (MailSettings { smtp_url: Some(citygate_kernel::Masked::new(url)), ..Default::default() }, got)
}

#[tokio::test]
async fn a_mail_server_gets_the_mail() {
    let ground = ground().await;
    let (settings, got) = smtp_sink("250 yes").await;
    let worker = ground.worker(&settings);
    ground.write(SUBJECT).await;
    worker.run_due().await.unwrap();
    let mail = got.try_recv().unwrap();
    assert!(mail.contains("Subject: =?utf-8?b?6aqM6K+B56CB?=\n"), "{mail}");
    assert!(mail.is_ascii(), "safe with any server on the way: {mail}");
    assert_eq!(ground.stored().await, [(false, true)]);
    assert!(worker.is_idle().await.unwrap());
}

#[tokio::test]
async fn a_mail_server_that_refuses_for_good_is_not_asked_again() {
    let ground = ground().await;
    let (settings, _got) = smtp_sink("550 no such user <Wang@example.com>").await;
    let worker = ground.worker(&settings);
    ground.write(SUBJECT).await;
    worker.run_due().await.unwrap();
    let dead = ground.dead().await;
    let [letter] = dead.as_slice() else { panic!("{dead:?}") };
    // What the server says names the person.
    assert_eq!(letter.last_error.as_deref(), Some("the mail server refused the mail with 550"));
}

#[tokio::test]
async fn a_mail_that_is_put_off_is_sent_later() {
    let ground = ground().await;
    let (busy, _) = smtp_sink("451 later").await;
    ground.write(SUBJECT).await;
    ground.worker(&busy).run_due().await.unwrap();
    assert_eq!(ground.stored().await, [(true, false)]);
    assert!(ground.dead().await.is_empty());

    let (idle, got) = smtp_sink("250 yes").await;
    let worker = ground.worker(&idle);
    assert_eq!(worker.run_due().await.unwrap(), 0, "not before its time");
    ground.clock.advance(TimeDelta::seconds(2));
    worker.run_due().await.unwrap();
    assert!(got.try_recv().is_ok());
    assert_eq!(ground.stored().await, [(false, true)]);
}

#[test]
fn settings_do_not_print_the_password() {
    let url = "smtps://user:secret@mail.example";
    let settings: MailSettings =
        serde_json::from_value(serde_json::json!({ "smtp_url": url })).unwrap();
    assert_eq!(settings.smtp_url.as_ref().unwrap().expose(), url);
    let printed = format!("{settings:?} {}", serde_json::to_string(&settings).unwrap());
    assert!(!printed.contains("secret"), "{printed}");
}
