//! Whether an address that is known and one that is not take the same time.

use std::time::{Duration, Instant};

use citygate::demo::actors::Caller;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::city::{Failure, citizens::AT_ONCE, figures::median, server::Server};

/// How many of either kind are asked about.
const ASKED: usize = 1_000;
/// An address gets a code a minute at most.
const BETWEEN_CODES: Duration = Duration::from_secs(61);
const RIGHT: &str = "a password that is long enough";
const WRONG: &str = "a password that is quite wrong";

/// Somebody who has signed in.
pub struct Known {
    pub email: String,
    pub token: String,
}

/// Medians, in milliseconds.
pub struct Alike {
    /// Of an address that is known.
    pub known_ms: f64,
    /// Of one that is not.
    pub unknown_ms: f64,
}

/// Asks for codes, and signs in with wrong passwords; with a known and an unknown address in turn,
/// each of them once. `known` have asked for their last code before this is called.
pub async fn measure(server: &Server, known: &[Known]) -> Result<(Alike, Alike), Failure> {
    let known = known.get(..ASKED).unwrap_or(known);
    let asked_before = Instant::now();
    let caller = Caller::new(&format!("http://{}", server.address))?;
    stream::iter(known)
        .map(|one| set_password(&caller, one))
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    let passwords = compare(known, async |email: &str| {
        let body = json!({"address": email, "password": WRONG});
        Ok(caller.post("/v1/sign-in/password", &body).await?.status)
    })
    .await?;
    tokio::time::sleep(BETWEEN_CODES.saturating_sub(asked_before.elapsed())).await;
    let codes = compare(known, async |email: &str| {
        let body = json!({"address": email, "city": "330100"});
        Ok(caller.post("/v1/sign-in/codes", &body).await?.status)
    })
    .await?;
    Ok((codes, passwords))
}

async fn set_password(caller: &Caller, one: &Known) -> Result<(), Failure> {
    let own = caller.with_token(one.token.clone());
    let reply = own.put("/v1/me/password", &json!({"password": RIGHT})).await?;
    if reply.status == 200 { Ok(()) } else { Err(format!("no password: {}", reply.text).into()) }
}

async fn compare(
    known: &[Known],
    ask: impl AsyncFn(&str) -> Result<u16, Failure>,
) -> Result<Alike, Failure> {
    let timed = async |email: &str| {
        let began = Instant::now();
        let status = ask(email).await?;
        Ok::<_, Failure>((status, began.elapsed().as_secs_f64() * 1e3))
    };
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for (n, one) in known.iter().enumerate() {
        let nobody = format!("nobody-{n}@citygate.example");
        // Neither is always the second, which might profit from the first.
        let (known, unknown) = if n % 2 == 0 {
            let known = timed(&one.email).await?;
            (known, timed(&nobody).await?)
        } else {
            let unknown = timed(&nobody).await?;
            (timed(&one.email).await?, unknown)
        };
        if known.0 != unknown.0 || known.0 == 429 {
            return Err(format!("{} for a known address, {} else", known.0, unknown.0).into());
        }
        of_known.push(known.1);
        of_unknown.push(unknown.1);
    }
    Ok(Alike { known_ms: median(&of_known), unknown_ms: median(&of_unknown) })
}
