//! The city as the centre's system reaches it.

use std::time::{Duration, Instant};

use citygate_kernel::Clock;
use reqwest::{Method, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::RwLock;

use super::PushArgs;
use crate::{
    commands::{CommandError, conformance::read_key},
    demo::actors::{Caller, Reply, System},
};

/// The first pause before a request is made again; it grows up to the last one.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A batch as the city tells of it.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    pub state: String,
    pub declared: Sums,
    pub arrived: Arrived,
    pub parts: Vec<Run>,
    pub centre_as_of: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Sums {
    pub lines: i64,
    pub sum_minor: i64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Arrived {
    pub lines: i64,
    pub sum_minor: i64,
    pub refused: i64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Run {
    pub first: u32,
    pub last: u32,
}

/// A part as the city took it.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    pub arrived: Arrived,
}

/// A line that the city refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub part_no: u32,
    pub line: usize,
    pub code: String,
    /// Whether it may be right later.
    pub passing: bool,
}

/// A way to the city that outlives its restarts and the end of a token.
pub(super) struct City {
    system: RwLock<System>,
    batch: String,
    patience: Duration,
}

/// What came of asking once.
enum Asked {
    Answered(Reply),
    /// Why it should be asked again.
    Again(String),
    TokenOver,
}

impl City {
    pub(super) async fn connect(args: &PushArgs) -> Result<Self, CommandError> {
        let mut pair = read_key(&args.key)?;
        if let Some(kid) = &args.kid {
            pair.public.common.key_id = Some(kid.clone());
        }
        let system = System::new(args.url.trim_end_matches('/'), args.client, &pair)?;
        let batch = format!("/v1/provident-fund/batches/{}", args.batch);
        let patience = Duration::from_secs(args.patience);
        let city = Self { system: RwLock::new(system), batch, patience };
        city.renew().await?;
        Ok(city)
    }

    /// Declares the batch, or finds that it was declared so.
    pub(super) async fn declare(&self, declared: &Value) -> Result<Batch, CommandError> {
        self.ask(Method::PUT, "", Some(("application/json", serde_json::to_vec(declared)?))).await
    }

    pub(super) async fn batch(&self) -> Result<Batch, CommandError> {
        self.ask(Method::GET, "", None).await
    }

    pub(super) async fn close(&self) -> Result<Batch, CommandError> {
        self.ask(Method::POST, "/close", None).await
    }

    /// Sends a part.
    pub(super) async fn part(&self, number: u32, lines: &[Vec<u8>]) -> Result<Part, CommandError> {
        let body = ("application/x-ndjson", lines.join(&b'\n'));
        self.ask(Method::PUT, &format!("/parts/{number}"), Some(body)).await
    }

    /// What was refused, the last part and line first.
    pub(super) async fn faults(&self) -> Result<Vec<Fault>, CommandError> {
        let reply = self.reply(Method::GET, "/faults.csv", None).await?;
        Ok(reply.text.lines().skip(1).filter_map(fault).collect())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<T, CommandError> {
        let reply = self.reply(method, path, body).await?;
        Ok(serde_json::from_str(&reply.text)?)
    }

    /// Asks until there is an answer, as long as the patience lasts. Every request of a batch may be
    /// repeated.
    async fn reply(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Reply, CommandError> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let trouble = match self.once(method.clone(), path, body.as_ref()).await {
                Asked::Answered(reply) if reply.status < 300 => return Ok(reply),
                Asked::Answered(reply) => return Err(refusal(&reply)),
                Asked::TokenOver => match self.renew().await {
                    Ok(()) => "the token was over".to_owned(),
                    Err(error) => error.to_string(),
                },
                Asked::Again(trouble) => trouble,
            };
            if began.elapsed() + pause > self.patience {
                let hint = "the same command goes on where this one ended";
                return Err(format!("the city does not answer: {trouble}; {hint}").into());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn once(&self, method: Method, path: &str, body: Option<&(&str, Vec<u8>)>) -> Asked {
        let caller: Caller = self.system.read().await.caller.clone();
        let mut request = caller.request(method, &format!("{}{path}", self.batch));
        if let Some((media_type, bytes)) = body {
            request = request.header(header::CONTENT_TYPE, *media_type).body(bytes.clone());
        }
        match caller.send(request).await {
            Ok(reply) => match reply.status {
                401 => Asked::TokenOver,
                429 | 500.. => Asked::Again(format!("{} {}", reply.status, reply.text_at("/code"))),
                _ => Asked::Answered(reply),
            },
            Err(error) => Asked::Again(error.to_string()),
        }
    }

    /// Gets a token.
    async fn renew(&self) -> Result<(), CommandError> {
        let mut system = self.system.write().await;
        let assertion = system.assertion(&Clock::system())?;
        let reply = system.authenticate(&assertion).await?;
        if reply.status == 200 { Ok(()) } else { Err(refusal(&reply)) }
    }
}

fn refusal(reply: &Reply) -> CommandError {
    let (status, code) = (reply.status, reply.text_at("/code"));
    let (title, detail) = (reply.text_at("/title"), reply.text_at("/detail"));
    let why = if code.is_empty() { reply.text_at("/error_description") } else { title };
    format!("the city refused: {status} {code} {why} {detail}").trim_end().to_owned().into()
}

fn fault(row: &str) -> Option<Fault> {
    let mut cells = row.split(',');
    Some(Fault {
        part_no: cells.next()?.parse().ok()?,
        line: cells.next()?.parse().ok()?,
        code: cells.next()?.to_owned(),
        passing: cells.next()? == "true",
    })
}
