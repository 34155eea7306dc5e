//! How many people can sign in within a second.

use std::time::Instant;

use citygate::demo::actors::{Caller, CitizenApp};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::city::{
    Failure,
    citizens::{AT_ONCE, expect},
    letters::Letters,
    server::Server,
    site::Site,
};

/// People who sign in during one measurement.
const PEOPLE: usize = 400;

/// The address of somebody who signs in during a round.
pub fn email(round: usize, n: usize) -> String {
    format!("visitor-{round}-{n}@citygate.example")
}

/// Codes are asked for and read before the clock starts: a mailbox is no part of the city. Returns
/// the rate, and an access token of each.
pub async fn measure(
    site: &Site,
    server: &Server,
    round: usize,
) -> Result<(f64, Vec<String>), Failure> {
    let caller = Caller::new(&format!("http://{}", server.address))?;
    let letters = Letters::new(site.letters());
    let asked: Vec<(CitizenApp, String)> = stream::iter(0..PEOPLE)
        .map(async |n| {
            let email = email(round, n);
            let (challenge, refresh_token) = Default::default();
            let caller = caller.clone();
            let mut app = CitizenApp { caller, email, challenge, refresh_token };
            expect(202, app.ask_for_code().await?)?;
            let code = letters.code(&app.email).await?;
            Ok::<_, Failure>((app, code))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let began = Instant::now();
    let tokens: Vec<String> = stream::iter(asked)
        .map(async |(mut app, code)| {
            expect(200, app.sign_in(&code).await?)?;
            app.caller.token.ok_or_else(|| Failure::from("no token came"))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok((PEOPLE as f64 / began.elapsed().as_secs_f64(), tokens))
}
