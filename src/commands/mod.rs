//! The command line.

mod agency;
mod agency_source;
mod catalogue;
mod client;
mod config;
mod conformance;
mod keys;
mod ledger;
mod listing;
mod meter;
mod migrate;
mod mllp;
mod openapi;
mod participant;
mod provident_fund;
mod serve;
mod staff;
mod work;

use std::path::PathBuf;

use citygate_kernel::Clock;
use citygate_platform::{
    db::Db,
    telemetry::{self, LogSettings, init_logs},
};
use clap::{Args, Parser, Subcommand};

use crate::{
    demo,
    instance::Database,
    settings::{Flags, Settings},
};

/// What ends a command early; printed as one line.
pub type CommandError = Box<dyn std::error::Error>;

/// The backend of a city's super-app.
#[derive(Parser)]
#[command(name = "citygate", version)]
struct Cli {
    /// Settings in TOML; citygate.toml is read when it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the private database, keys and letters are kept.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the city (the default).
    Serve(ServeArgs),
    /// Does background work without serving, or looks after dead jobs.
    Work(WorkArgs),
    /// Brings the database up to date and ends.
    Migrate,
    /// Looks after the keys that personal data is sealed with.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Looks after the books.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Looks after the people who act for agencies.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Looks after the agencies.
    #[command(subcommand)]
    Agency(agency::AgencyCommand),
    /// Looks after the catalogue of what can be offered.
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    /// Looks after agencies' systems, and the apps that people sign in to.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Looks after the hospitals whose systems are connected.
    #[command(subcommand)]
    Participant(participant::ParticipantCommand),
    /// Checks a hospital's own system against the sandbox.
    #[command(subcommand)]
    Conformance(conformance::ConformanceCommand),
    /// Pushes the records of a fund centre, from where the centre is.
    #[command(subcommand)]
    ProvidentFund(provident_fund::ProvidentFundCommand),
    /// Checks the file of a listing, and sends it to the city.
    #[command(subcommand)]
    Listing(listing::ListingCommand),
    /// Looks after the systems that speak HL7 version 2 over MLLP.
    #[command(subcommand)]
    Mllp(mllp::MllpCommand),
    /// Plays the story of a paid fine in a throw-away city.
    Demo(demo::DemoArgs),
    /// Prints the OpenAPI document.
    Openapi,
    /// Prints the effective settings, secrets masked.
    Config,
}

/// Arguments of `serve`.
#[derive(Args, Default)]
struct ServeArgs {
    /// Address and port.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Serves only these, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    services: Option<Vec<String>>,
    /// Loads the demo city, also into a database of your own.
    #[arg(long)]
    demo_city: bool,
}

/// Arguments of `work`.
#[derive(Args)]
struct WorkArgs {
    /// Lists the jobs that have failed for good, and ends.
    #[arg(long)]
    dead: bool,
    /// Lets one dead job, or `all`, live again, and ends.
    #[arg(long, value_name = "JOB", conflicts_with = "dead")]
    replay: Option<String>,
}

#[derive(Subcommand)]
enum LedgerCommand {
    /// Recomputes everything from its history and names the first fault. May run while the city
    /// serves on a database of your own.
    Verify(VerifyArgs),
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Invites somebody to act for an agency: how it gets its first admin. The code stands in the
    /// letter alone.
    Invite(staff::InviteArgs),
}

/// Arguments of `ledger verify`.
#[derive(Args)]
struct VerifyArgs {
    /// Where the chains ended once, written by --write-anchors and kept elsewhere: they must still
    /// run through there.
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// Writes down where the chains end.
    #[arg(long, value_name = "FILE")]
    write_anchors: Option<PathBuf>,
}

/// Does what the command line says.
pub async fn run() -> Result<(), CommandError> {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve(ServeArgs::default()));
    if let Command::Demo(args) = &command {
        // The story is told on a throw-away instance: no file or variable changes it.
        init_logs(&LogSettings { filter: "warn".to_owned(), ..LogSettings::default() })?;
        return demo::run(args).await;
    }
    if let Command::Conformance(command) = &command {
        // It runs where the hospital is, and knows no more of the city than its address.
        return conformance::run(command).await;
    }
    if let Command::ProvidentFund(command) = &command {
        return provident_fund::run(command).await;
    }
    if let Command::Listing(command) = &command {
        return listing::run(command).await;
    }
    let mut flags = Flags { data_dir: cli.data_dir, ..Flags::default() };
    if let Command::Serve(args) = &command {
        flags.listen.clone_from(&args.listen);
        flags.services.clone_from(&args.services);
        flags.demo_city = args.demo_city.then_some(true);
    }
    let settings = Settings::read(cli.config.as_deref(), &flags)
        .map_err(|error| format!("the settings are wrong: {error}"))?;
    if !matches!(command, Command::Openapi | Command::Config) {
        init_logs(&settings.log).map_err(|error| format!("log.filter is wrong: {error}"))?;
    }
    tokio::spawn(telemetry::upkeep());
    match command {
        Command::Serve(_) => serve::run(&settings).await,
        Command::Work(args) => work::run(&settings, &args).await,
        Command::Migrate => migrate::run(&settings).await,
        Command::Keys(command) => keys::run(&settings, &command).await,
        Command::Ledger(LedgerCommand::Verify(args)) => ledger::run(&settings, &args).await,
        Command::Staff(StaffCommand::Invite(args)) => staff::invite(&settings, &args).await,
        Command::Agency(command) => agency::run(&settings, &command).await,
        Command::Catalogue(command) => catalogue::run(&settings, &command).await,
        Command::Client(command) => client::run(&settings, &command).await,
        Command::Participant(command) => participant::run(&settings, &command).await,
        Command::Mllp(command) => mllp::run(&settings, &command).await,
        Command::Openapi => openapi::run(),
        Command::Config => config::run(&settings),
        Command::Demo(_)
        | Command::Conformance(_)
        | Command::ProvidentFund(_)
        | Command::Listing(_) => Ok(()),
    }
}

/// The database, up to date, and the way to it. The first has to outlive the second.
async fn open_database(settings: &Settings) -> Result<(Database, Db), CommandError> {
    let database = Database::open(settings).await?;
    database.migrate().await?;
    let db = Db::new(&database.url, Clock::system(), &settings.database);
    Ok((database, db))
}

/// A name that people are shown: 1 to 100 characters in one line.
fn shown_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err("a name is 1 to 100 characters in one line") }
}

/// Resolves when the process is asked to end: Ctrl-C, or SIGTERM from a supervisor.
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
