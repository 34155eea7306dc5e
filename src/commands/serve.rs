//! `citygate serve`

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use citygate_identity::{DEMO_CITIZENS, demo_token};
use citygate_kernel::Clock;

use super::{CommandError, asked_to_end};
use crate::{
    demo::{DemoSystem, register_systems},
    instance::{City, Database, Instance, listen, public_url},
    settings::Settings,
};

/// Serves until asked to end; a second request ends it at once.
pub(super) async fn run(settings: &Settings) -> Result<(), CommandError> {
    let started = Instant::now();
    let listener = listen(settings)?;
    let url = public_url(settings, &listener);
    if settings.database_url.is_none() {
        eprintln!("Starting a private PostgreSQL in {}", shown(&settings.data_dir).display());
    }
    let database = Database::open(settings).await?;
    let applied = database.migrate().await?;
    if !applied.is_empty() {
        eprintln!("Applied {} migration(s)", applied.len());
    }
    let city = City::assemble(settings, &database.url, Clock::system(), &url).await?;
    let systems = if settings.wants_demo_city() {
        register_systems(&city, &settings.keys_folder()).await?
    } else {
        Vec::new()
    };
    let instance = Instance::start(settings, listener, city, url)?;
    greet(settings, &instance, &systems, started).await?;
    asked_to_end().await;
    eprintln!("Stopping: requests under way are answered (Ctrl-C again: at once)");
    tokio::select! {
        () = instance.stop() => {}
        () = asked_to_end() => {}
    }
    drop(database);
    Ok(())
}

async fn greet(
    settings: &Settings,
    instance: &Instance,
    systems: &[DemoSystem],
    started: Instant,
) -> Result<(), CommandError> {
    let url = &instance.url;
    println!("Citygate is ready after {:.1} s", started.elapsed().as_secs_f64());
    println!("  API     {url}/v1      health {url}/health/ready      metrics {url}/metrics");
    println!("  Docs    {url}/docs/");
    if let Some(mllp) = &instance.mllp {
        println!("  MLLP    {}", mllp.address);
    }
    if !settings.wants_demo_city() {
        return Ok(());
    }
    if settings.mail.smtp_url.is_none() {
        println!("  Letters {}", shown(&settings.mail_folder()).display());
    }
    println!("Demo citizens of Hangzhou, each with a wallet and fines:");
    for (email, name, _) in DEMO_CITIZENS {
        println!("  {name}  {email}");
    }
    println!("Sign in as one of them: the code arrives as a letter in the folder above.");
    println!("  curl -s {url}/v1/sign-in/codes -H 'Content-Type: application/json' \\");
    println!("    -d '{{\"address\":\"{}\",\"city\":\"330100\"}}'", DEMO_CITIZENS[0].0);
    let email = DEMO_CITIZENS[0].0.parse()?;
    if let Some(token) = demo_token(&instance.city.cx(), &instance.city.tokens, &email).await? {
        println!(
            "Or look at {}'s fines now (the token works for ten minutes):",
            DEMO_CITIZENS[0].1
        );
        println!("  curl -s {url}/v1/traffic/fines -H 'Authorization: Bearer {}'", token.expose());
    }
    println!("Or sign in with any OpenID Connect client: issuer {url}, client id citygate-app,");
    println!("  without a secret, redirect URI http://127.0.0.1:<any port>/callback");
    println!("Systems of the demo city, for private_key_jwt at {url}/v1/oauth/token:");
    for system in systems {
        let key = shown(&system.key_file);
        println!("  {}: client id {}, key {}", system.name, system.id, key.display());
    }
    Ok(())
}

/// Where a relative path of the settings points to: a message is read in another folder.
fn shown(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
