//! Citizens, as the app makes them: a code by mail, a real name, a pair of tokens. All over HTTP.

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use citygate::demo::actors::{Caller, CitizenApp, Reply};
use citygate_identity::{PersonId, ResidentIdNumber};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Failure, letters::Letters, server::Server, site::Site};

/// How many citizens do something at the same time during setup.
pub const AT_ONCE: usize = 32;

/// What all of them are called.
const NAME: &str = "缴费人";
/// How long a citizen waits for the registry.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who has signed in and has a real name.
pub struct Citizen {
    /// The app, with its tokens.
    pub app: CitizenApp,
    /// Who it is.
    pub person: PersonId,
    expires: Instant,
}

impl Citizen {
    /// The access token.
    pub fn token(&self) -> &str {
        self.app.caller.token.as_deref().unwrap_or_default()
    }

    /// Makes sure that the access token works for as long as this. The app would do so when a
    /// request is refused; here it must not happen in the middle of a measurement.
    pub async fn stay_signed_in(&mut self, for_now: Duration) -> Result<(), Failure> {
        if Instant::now() + for_now < self.expires {
            return Ok(());
        }
        let reply = expect(200, self.app.refresh().await?)?;
        self.expires = expiry(&reply)?;
        if Instant::now() + for_now < self.expires {
            return Ok(());
        }
        Err(format!("an access token does not last {} s", for_now.as_secs()).into())
    }
}

/// Signs up so many citizens with a server that also does background work, since it sends the
/// codes.
pub async fn sign_up(site: &Site, server: &Server, count: usize) -> Result<Vec<Citizen>, Failure> {
    let began = Instant::now();
    let caller = Caller::new(&format!("http://{}", server.address))?;
    let letters = Letters::new(site.letters());
    let citizens: Vec<Citizen> = stream::iter(0..count)
        .map(|n| sign_up_one(site, &caller, &letters, n))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    println!("{count} citizens have signed in after {:.1} s", began.elapsed().as_secs_f64());
    Ok(citizens)
}

async fn sign_up_one(
    site: &Site,
    caller: &Caller,
    letters: &Letters,
    n: usize,
) -> Result<Citizen, Failure> {
    let email = format!("payer-{n}@citygate.example");
    let (challenge, refresh_token) = Default::default();
    let mut app = CitizenApp { caller: caller.clone(), email, challenge, refresh_token };
    expect(202, app.ask_for_code().await?)?;
    let code = letters.code(&app.email).await?;
    expect(200, app.sign_in(&code).await?)?;
    let number = id_number(n)?;
    site.registry.enrol(NAME, "resident_id", &number);
    expect(202, app.claim_real_name(NAME, &number).await?)?;
    verified(&app).await?;
    // The first token does not know the name yet.
    let expires = expiry(&expect(200, app.refresh().await?)?)?;
    let number: ResidentIdNumber = number.parse()?;
    Ok(Citizen { app, person: site.person(&number).await?, expires })
}

/// Waits until the registry has confirmed a citizen's name.
async fn verified(app: &CitizenApp) -> Result<(), Failure> {
    let began = Instant::now();
    loop {
        let me = expect(200, app.caller.get("/v1/me").await?)?;
        match me.text_at("/verification/state").as_str() {
            "verified" => return Ok(()),
            "pending" if began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            _ => return Err(format!("a name is not verified: {}", me.text).into()),
        }
    }
}

/// The reply, if it has the status that it should have.
pub fn expect(status: u16, reply: Reply) -> Result<Reply, Failure> {
    if reply.status == status {
        return Ok(reply);
    }
    Err(format!("{status} was expected, {} came: {}", reply.status, reply.text).into())
}

fn expiry(reply: &Reply) -> Result<Instant, Failure> {
    let seconds: u64 = reply.text_at("/expires_in").parse()?;
    Ok(Instant::now() + Duration::from_secs(seconds))
}

/// The `n`th of many valid resident identity numbers (GB 11643): nine hundred are born each day.
pub fn id_number(n: usize) -> Result<String, Failure> {
    let first = NaiveDate::from_ymd_opt(1960, 1, 1).ok_or("no such day")?;
    let born = first + Days::new(u64::try_from(n / 900)?);
    let digits = format!("330106{}{}", born.format("%Y%m%d"), 100 + n % 900);
    let mut sum = 0;
    let mut weight = 7_u32;
    for digit in digits.chars().filter_map(|digit| digit.to_digit(10)) {
        sum += digit * weight;
        // The weights are the powers of two from 2^17 down, modulo 11; 6 halves a number there.
        weight = weight * 6 % 11;
    }
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11)?).ok_or("no check")?;
    Ok(format!("{digits}{check}"))
}
