//! Clients of the city, each with nothing but its address and its own secrets.

use std::{fs, path::Path, time::Duration};

use citygate_identity::{ClientId, KeyPair};
use citygate_kernel::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::commands::CommandError;

/// What a request came back with.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body; null where there is none.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    /// Whether it is the repetition of an earlier answer.
    pub replayed: bool,
}

impl Reply {
    /// A member of the body by JSON Pointer, as text.
    pub fn text_at(&self, pointer: &str) -> String {
        match self.body.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// An amount in the body, in minor units.
    pub fn minor_at(&self, pointer: &str) -> i64 {
        let pointer = format!("{pointer}/amount_minor");
        self.body.pointer(&pointer).and_then(Value::as_i64).unwrap_or(i64::MIN)
    }
}

/// A client with a base address and, once it has one, an access token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Where the city is.
    pub url: String,
    /// The access token.
    pub token: Option<String>,
    http: reqwest::Client,
}

impl Caller {
    /// A client without a token.
    pub fn new(url: &str) -> Result<Self, CommandError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .default_headers(
                [(
                    reqwest::header::ACCEPT_LANGUAGE,
                    reqwest::header::HeaderValue::from_static("en"),
                )]
                .into_iter()
                .collect(),
            )
            .build()?;
        Ok(Self { url: url.to_owned(), token: None, http })
    }

    /// The same client with another access token.
    pub fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// A request to a path, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Result<Reply, CommandError> {
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, body, text, replayed })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Reply, CommandError> {
        self.send(self.request(Method::GET, path)).await
    }

    /// PUT of a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Reply, CommandError> {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, CommandError> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// POST of a JSON body under an idempotency key.
    pub async fn post_once(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Reply, CommandError> {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key);
        self.send(request.json(body)).await
    }

    async fn form(&self, path: &str, form: &[(&str, &str)]) -> Result<Reply, CommandError> {
        self.send(self.request(Method::POST, path).form(form)).await
    }
}

/// A citizen with an app.
#[derive(Debug, Clone)]
pub struct CitizenApp {
    /// The HTTP client, with the access token once signed in.
    pub caller: Caller,
    /// The mailbox.
    pub email: String,
    /// The flow that has asked for a one-time code.
    pub challenge: String,
    /// The refresh token, once signed in.
    pub refresh_token: String,
}

impl CitizenApp {
    /// An app that nobody has signed in to.
    pub fn new(url: &str, email: &str) -> Result<Self, CommandError> {
        Ok(Self {
            caller: Caller::new(url)?,
            email: email.to_owned(),
            challenge: String::new(),
            refresh_token: String::new(),
        })
    }

    /// Asks for a one-time code, and keeps the flow that it belongs to.
    pub async fn ask_for_code(&mut self) -> Result<Reply, CommandError> {
        let body = json!({"address": self.email, "city": "330100"});
        let reply = self.caller.post("/v1/sign-in/codes", &body).await?;
        if reply.status == StatusCode::ACCEPTED.as_u16() {
            self.challenge = reply.text_at("/challenge");
        }
        Ok(reply)
    }

    /// Signs in with a code and keeps the tokens.
    pub async fn sign_in(&mut self, code: &str) -> Result<Reply, CommandError> {
        let body = json!({"challenge": self.challenge, "code": code});
        let reply = self.caller.post("/v1/sign-in", &body).await?;
        self.keep(&reply);
        Ok(reply)
    }

    /// Claims a real name by a resident identity number.
    pub async fn claim_real_name(&self, name: &str, number: &str) -> Result<Reply, CommandError> {
        let document = json!({"type": "resident_id", "number": number});
        let body = json!({"name": name, "document": document});
        self.caller.put("/v1/me/real-name", &body).await
    }

    /// Exchanges the refresh token and keeps the new pair.
    pub async fn refresh(&mut self) -> Result<Reply, CommandError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &self.refresh_token)];
        let reply = self.caller.form("/v1/oauth/token", &form).await?;
        self.keep(&reply);
        Ok(reply)
    }

    fn keep(&mut self, reply: &Reply) {
        if reply.status == StatusCode::OK.as_u16() {
            self.caller.token = Some(reply.text_at("/access_token"));
            self.refresh_token = reply.text_at("/refresh_token");
        }
    }
}

/// A system of an agency: an OAuth client with a key pair.
#[derive(Clone)]
pub struct System {
    /// The HTTP client, with the access token once there is one.
    pub caller: Caller,
    /// Its `client_id`.
    pub id: ClientId,
    /// The name of its key.
    pub kid: String,
    pub(super) key: EncodingKey,
}

impl System {
    /// A system that has not proven itself yet.
    pub fn new(url: &str, id: ClientId, key: &KeyPair) -> Result<Self, CommandError> {
        let kid = key.public.common.key_id.clone().ok_or("the key has no name")?;
        let key = EncodingKey::from_ec_der(&key.private);
        Ok(Self { caller: Caller::new(url)?, id, kid, key })
    }

    /// An assertion for the token endpoint (RFC 7523), good for a minute.
    pub fn assertion(&self, clock: &Clock) -> Result<String, CommandError> {
        let now = clock.now().timestamp();
        let id = self.id.to_string();
        let claims = json!({
            "iss": id, "sub": id, "aud": format!("{}/v1/oauth/token", self.caller.url),
            "iat": now, "exp": now + 60, "jti": ClientId::new(clock).to_string(),
        });
        Ok(encode(&Header::new(Algorithm::ES256), &claims, &self.key)?)
    }

    /// Exchanges an assertion for an access token and keeps it.
    pub async fn authenticate(&mut self, assertion: &str) -> Result<Reply, CommandError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        let reply = self.caller.form("/v1/oauth/token", &form).await?;
        if reply.status == StatusCode::OK.as_u16() {
            self.caller.token = Some(reply.text_at("/access_token"));
        }
        Ok(reply)
    }
}

/// The newest letter to an address that contains a text, as it lies in the folder.
pub fn find_letter(folder: &Path, to: &str, containing: &str) -> Option<String> {
    let mut letters: Vec<_> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    letters.sort();
    letters.iter().rev().find_map(|path| {
        let letter = fs::read_to_string(path).ok()?;
        (is_to(&letter, to) && letter.contains(containing)).then_some(letter)
    })
}

/// Whether a letter goes to an address. Its header says so: a `Message-ID` also has an `@`, behind
/// digits that may end like any address.
pub fn is_to(letter: &str, address: &str) -> bool {
    let to = letter.lines().find_map(|line| line.strip_prefix("To: "));
    to.is_some_and(|to| to.trim_matches(['<', '>']) == address)
}

/// The first six digits that stand alone in a letter.
pub fn code_in(letter: &str) -> Option<String> {
    let body = letter.split_once("\r\n\r\n").map_or(letter, |(_, body)| body);
    body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(ToOwned::to_owned)
}

/// The code of an invitation in a letter: 43 characters, possibly cut in two by the letter's lines
/// (RFC 2045, 6.7).
pub fn invitation_in(letter: &str) -> Option<String> {
    let text = letter.replace("=\r\n", "").replace("=\n", "").replace("=0A", "\n");
    let found = text.split_whitespace().rfind(|word| word.len() == 43);
    found.map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::is_to;

    #[test]
    fn a_letter_is_to_whom_its_header_says() {
        let letter = "Message-ID: <mail_0b@city.example>\r\nTo: a@city.example\r\n\r\nTo: c@d\r\n";
        assert!(is_to(letter, "a@city.example"));
        assert!(!is_to(letter, "b@city.example"));
        assert!(!is_to(letter, "c@d"));
    }
}
