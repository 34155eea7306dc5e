//! The story of a paid fine, played over HTTP by separate clients against a throw-away city.

pub mod actors;
pub mod laboratory;
mod receiver;
mod story;
mod systems;

use std::path::Path;

use citygate_catalogue::AgencyId;
use citygate_identity::{
    ClientId, KeyPair, NewClient, NewStaff, StaffRole, invite_staff, register_client,
};
use citygate_kernel::Clock;
use citygate_notify::WebhookSettings;
use citygate_platform::Cx;
use citygate_sandbox::card_processor::Behaviour;
use clap::Args;

use crate::{
    commands::CommandError,
    instance::{City, Database, Instance, listen, public_url},
    settings::Settings,
};
use actors::System;

pub use systems::{DemoSystem, register_systems};

/// Arguments of `demo`.
#[derive(Args)]
pub struct DemoArgs {
    /// The card processor takes the money and then never answers: the top-up must be found out.
    #[arg(long)]
    processor_times_out: bool,
}

/// Starts the city, tells the story, and takes the city down again. The first thing that is not
/// as it should be ends it with an error.
pub async fn run(args: &DemoArgs) -> Result<(), CommandError> {
    let folder = tempfile::tempdir()?;
    let settings = throw_away_settings(folder.path());
    println!("Starting a throw-away city: its own PostgreSQL, card processor and mailbox …");
    let database = Database::throw_away().await?;
    database.migrate().await?;
    let listener = listen(&settings)?;
    let url = public_url(&settings, &listener);
    let clock = Clock::ahead();
    let city = City::assemble(&settings, &database.url, clock.clone(), &url).await?;
    if let (true, Some(sandbox)) = (args.processor_times_out, &city.sandboxes.card_processor) {
        sandbox.behave([Behaviour::TimeoutAfterCharge]);
    }
    let cast = story::Cast {
        url: url.clone(),
        police: registered(&city, &url, "Traffic police", STORY_SCOPES).await?,
        auditor: registered(&city, &url, "Audit office", &["books:read"]).await?,
        hospital: hospital(&city, &url).await?,
        social_security: social_security(&city, &url).await?,
        cx: city.cx(),
        clock,
        letters: settings.mail_folder(),
        messages: settings.sms_folder(),
        slow_processor: args.processor_times_out,
    };
    invite(&city.cx(), citygate_traffic::POLICE, story::CLERK, StaffRole::Clerk).await?;
    invite(&city.cx(), citygate_hospital::HOSPITAL, story::CLINICIAN, StaffRole::Clinician).await?;
    let instance = Instance::start(&settings, listener, city, url)?;
    let told = story::tell(cast).await;
    instance.stop().await;
    drop(database);
    told
}

/// What `citygate staff invite` does.
async fn invite(
    cx: &Cx,
    agency: AgencyId,
    email: &str,
    role: StaffRole,
) -> Result<(), CommandError> {
    let email = email.parse()?;
    invite_staff(cx, &NewStaff { agency, email: &email, role }, None).await?;
    Ok(())
}

/// What the system of the police may do in the story.
const STORY_SCOPES: &[&str] =
    &["traffic.decisions:write", "traffic.decisions:read", "webhooks:write", "people:read"];

/// What the system of the police may do.
pub const POLICE_SCOPES: &[&str] = &[
    "traffic.decisions:write",
    "traffic.decisions:read",
    "webhooks:write",
    "payments.bills:write",
    "payments.bills:read",
    "payments.refunds:write",
    "payments.collections:read",
    "people:read",
];

/// What the system of a hospital may do.
pub const HOSPITAL_SCOPES: &[&str] = &[
    "hospital.directory:write",
    "hospital.schedules:write",
    "hospital.schedules:read",
    "hospital.queue:write",
    "hospital.queue:read",
    "hospital.charges:write",
    "hospital.charges:read",
    "exchange.holds:read",
    "webhooks:write",
    "system/*.read",
    "system/*.write",
];

/// What the system of a fund centre may do.
pub const FUND_SCOPES: &[&str] = &["provident_fund.records:write"];

/// What the system of a social security agency may do.
pub const SOCIAL_SECURITY_SCOPES: &[&str] = &["social_security.orders:read", "webhooks:write"];

/// Settings of a city that nobody else sees: a free port, letters in a folder, webhooks to
/// loopback.
pub fn throw_away_settings(folder: &Path) -> Settings {
    let mut settings = Settings {
        data_dir: folder.to_owned(),
        webhooks: WebhookSettings { allow_private: true },
        ..Settings::default()
    };
    settings.http.listen = "127.0.0.1:0".to_owned();
    settings.http.drain_seconds = 0;
    settings
}

/// Makes a key pair for a system of the demo police and registers it, as the service desk of the
/// city would.
pub async fn registered(
    city: &City,
    url: &str,
    name: &str,
    scopes: &[&str],
) -> Result<System, CommandError> {
    let key = KeyPair::generate().ok_or("no key pair could be made")?;
    let id = ClientId::new(&city.platform.clock);
    register(city, (citygate_traffic::POLICE, id), name, &key, scopes).await?;
    System::new(url, id, &key)
}

/// The same for a system of the demo hospital.
async fn hospital(city: &City, url: &str) -> Result<System, CommandError> {
    let key = KeyPair::generate().ok_or("no key pair could be made")?;
    let id = ClientId::new(&city.platform.clock);
    register(city, (citygate_hospital::HOSPITAL, id), "First Hospital", &key, HOSPITAL_SCOPES)
        .await?;
    System::new(url, id, &key)
}

/// The same for a system of the demo city's social security agency.
async fn social_security(city: &City, url: &str) -> Result<System, CommandError> {
    let key = KeyPair::generate().ok_or("no key pair could be made")?;
    let id = ClientId::new(&city.platform.clock);
    let agency = citygate_social_security::AGENCY;
    register(city, (agency, id), "Social Insurance Bureau", &key, SOCIAL_SECURITY_SCOPES).await?;
    System::new(url, id, &key)
}

async fn register(
    city: &City,
    (agency, id): (AgencyId, ClientId),
    name: &str,
    key: &KeyPair,
    scopes: &[&str],
) -> Result<(), CommandError> {
    let client = NewClient::system(id, agency, name, &key.public, scopes);
    city.platform
        .db
        .tx("demo.register_client", async |tx| register_client(tx, &client).await)
        .await?;
    Ok(())
}
