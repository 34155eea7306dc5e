//! The rules about the connection, which are checked here; and those about messages, which the
//! sandbox has judged.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_kernel::{Clock, Locale, Text};
use reqwest::{Method, header};
use serde_json::Value;

use super::{CommandError, Line};
use crate::demo::actors::{Reply, System};

/// How far two clocks may be apart: signatures that are further off are refused.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(300);

/// A rule that is checked here: its code, and what is tested, in English and Chinese.
type Rule = (&'static str, &'static str, &'static str);

const TLS: Rule = ("tls", "The city is reached over TLS", "通过 TLS 访问平台");
const METADATA: Rule =
    ("metadata", "The FHIR server says what it can do", "FHIR 服务器提供能力声明");
const CLOCK: Rule = ("clock", "Both clocks agree within 300 seconds", "双方时钟相差不超过300秒");
const SMART: Rule = ("smart_configuration", "The token endpoint is discovered", "可发现令牌端点");
const GRANT: Rule = ("grant", "The system's key gets it a token", "系统密钥可换取访问令牌");
const SEARCH: Rule = ("search", "Reports of the hospital can be searched", "可检索本院报告");
const FINDINGS: Rule = ("findings", "The sandbox says what it has found", "沙盒返回检测结果");

/// What was checked so far.
struct Checked {
    lines: Vec<Line>,
    locale: Locale,
}

impl Checked {
    fn note(&mut self, (code, en, zh): Rule, failed: Option<String>) {
        let (rule, text) = (code.to_owned(), Text::new(en, zh).get(self.locale).to_owned());
        let passed = failed.is_none();
        self.lines.push(Line { passed, mandatory: true, rule, text, hint: failed });
    }
}

/// Checks how the system reaches the city. When all is well it has a token afterwards.
pub(super) async fn connection(
    system: &mut System,
    locale: Locale,
) -> Result<Vec<Line>, CommandError> {
    let mut checked = Checked { lines: Vec::new(), locale };
    checked.note(TLS, encrypted(&system.caller.url));
    let metadata = system.caller.request(Method::GET, "/fhir/r4/metadata").send().await;
    let answer = match metadata {
        Ok(answer) => answer,
        Err(error) => {
            checked.note(METADATA, Some(error.without_url().to_string()));
            return Ok(checked.lines);
        }
    };
    let date = answer.headers().get(header::DATE).and_then(|value| value.to_str().ok());
    let clock = clock_apart(date, Clock::system().now());
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    let stated = body.get("resourceType").and_then(Value::as_str) == Some("CapabilityStatement");
    checked.note(METADATA, (!stated).then(|| status.to_string()));
    checked.note(CLOCK, clock);
    let smart = system.caller.get("/fhir/r4/.well-known/smart-configuration").await?;
    let undiscovered = smart.text_at("/token_endpoint").is_empty();
    checked.note(SMART, undiscovered.then(|| told(&smart)));
    let assertion = system.assertion(&Clock::system())?;
    let granted = system.authenticate(&assertion).await?;
    let refused = system.caller.token.is_none();
    checked.note(GRANT, refused.then(|| told(&granted)));
    if !refused {
        let read = system.caller.get("/fhir/r4/DiagnosticReport?_count=1").await?;
        checked.note(SEARCH, (read.status != 200).then(|| told(&read)));
    }
    Ok(checked.lines)
}

/// Why a way to the city is not safe. Nobody else is on the machine itself.
fn encrypted(url: &str) -> Option<String> {
    let safe = ["https://", "http://127.0.0.1", "http://[::1]", "http://localhost"];
    let is_safe = safe.iter().any(|start| url.starts_with(start));
    (!is_safe).then(|| "use https".to_owned())
}

fn clock_apart(date: Option<&str>, now: DateTime<Utc>) -> Option<String> {
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    match date {
        Some(date) => {
            let apart = now.signed_duration_since(date);
            (apart.abs() > CLOCKS_APART).then(|| format!("{} seconds apart", apart.num_seconds()))
        }
        None => Some("the answer has no Date".to_owned()),
    }
}

/// What an answer says went wrong.
pub(super) fn told(reply: &Reply) -> String {
    let places = ["/title", "/error_description", "/error", "/issue/0/details/text"];
    let said = places.iter().map(|place| reply.text_at(place)).find(|text| !text.is_empty());
    format!("{} {}", reply.status, said.unwrap_or_default()).trim_end().to_owned()
}

/// What the sandbox has found.
pub(super) struct Findings {
    pub lines: Vec<Line>,
    /// How far the hospital has come.
    pub state: String,
}

impl Findings {
    /// Whether a rule is mandatory that has not been passed.
    pub(super) fn lacks(&self, rule: &str) -> bool {
        let known = |line: &&Line| line.rule == rule;
        self.lines.iter().find(known).is_some_and(|line| line.mandatory && !line.passed)
    }
}

/// Asks the sandbox what it has found.
pub(super) async fn findings(system: &System, locale: Locale) -> Result<Findings, CommandError> {
    let request = system.caller.request(Method::GET, "/v1/exchange/conformance");
    let reply = system.caller.send(request.header(header::ACCEPT_LANGUAGE, locale.tag())).await?;
    let state = reply.text_at("/state");
    if reply.status != 200 {
        let mut checked = Checked { lines: Vec::new(), locale };
        checked.note(FINDINGS, Some(told(&reply)));
        return Ok(Findings { lines: checked.lines, state });
    }
    let rules = reply.body.get("rules").and_then(Value::as_array);
    Ok(Findings { lines: rules.into_iter().flatten().map(found).collect(), state })
}

fn found(rule: &Value) -> Line {
    let text = |member: &str| rule.get(member).and_then(Value::as_str).map(str::to_owned);
    let is = |member: &str| rule.get(member).and_then(Value::as_bool).unwrap_or_default();
    Line {
        passed: is("passed"),
        mandatory: is("mandatory"),
        rule: text("rule").unwrap_or_default(),
        text: text("text").unwrap_or_default(),
        hint: text("hint"),
    }
}
