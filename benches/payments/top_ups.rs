//! Citizens whose wallets are full: signed in and topped up over HTTP, with a card processor that
//! this process plays and a server that also works in the background.

use std::{
    fs,
    time::{Duration, Instant},
};

use citygate_kernel::Clock;
use citygate_sandbox::card_processor::CardProcessorSandbox;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::city::{
    Failure,
    citizens::{AT_ONCE, Citizen, expect, sign_up},
    plan::Plan,
    server::Server,
    site::Site,
};

/// The key that the processor wants to see; it guards nothing.
const KEY: &str = "bench-key";

/// The most that one top-up brings: CNY 50,000.00, which is more than ten thousand bills.
const AMOUNT_MINOR: i64 = 5_000_000;

/// How long a top-up may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Signs up everybody whom the plan asks for and fills their wallets.
pub async fn citizens_with_money(site: &Site, plan: &Plan) -> Result<Vec<Citizen>, Failure> {
    let processor = CardProcessorSandbox::start(KEY, Clock::system())?;
    let key = site.folder().join("processor.key");
    fs::write(&key, KEY)?;
    let key = key.to_string_lossy();
    let settings =
        [("CARD_PROCESSOR__URL", processor.url.as_str()), ("CARD_PROCESSOR__API_KEY_FILE", &key)];
    let server = Server::start(site, site.address, &settings).await?;
    let citizens = sign_up(site, &server, plan.citizens()).await?;
    let began = Instant::now();
    stream::iter(&citizens).map(top_up).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    println!("their wallets are full after {:.1} s", began.elapsed().as_secs_f64());
    drop(server);
    processor.stop().await;
    Ok(citizens)
}

async fn top_up(citizen: &Citizen) -> Result<(), Failure> {
    let body = json!({
        "amount": {"amount_minor": AMOUNT_MINOR, "currency": "CNY"}, "card_token": "tok_sandbox_ok",
    });
    let city = &citizen.app.caller;
    let created = city.post_once("/v1/wallet/top-ups", "bench-top-up", &body).await?;
    let path = format!("/v1/wallet/top-ups/{}", expect(202, created)?.text_at("/id"));
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let state = expect(200, city.get(&path).await?)?.text_at("/state");
        match state.as_str() {
            "succeeded" => return Ok(()),
            "processing" => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return Err(format!("a top-up has {other}").into()),
        }
    }
    Err("a top-up does not come to an end".into())
}
