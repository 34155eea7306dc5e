//! `citygate agency source`

use std::{fs, path::PathBuf};

use chrono::TimeDelta;
use citygate_catalogue::AgencyId;
use citygate_inquiry::{Source, SourceUrl, Subject, remove_source, set_source, sources};
use citygate_kernel::{Clock, Locale, Masked};
use citygate_platform::{
    Cx, Platform,
    db::{Db, DbError},
    keys::Keys,
};
use clap::{Args, Subcommand};

use super::CommandError;
use crate::{
    instance::{Database, StartError},
    settings::Settings,
};

/// The longest key that an agency gives, in bytes.
const KEY_MAX: usize = 4096;

#[derive(Subcommand)]
pub(super) enum SourceCommand {
    /// Says where an agency's own register of a subject is asked, from the next question on.
    Set(SetArgs),
    /// Lists the registers that are asked, without their keys.
    List,
    /// Asks an agency's register no more, and forgets what it has said.
    Remove(NameArgs),
}

/// Whose register, and of what.
#[derive(Args)]
pub(super) struct NameArgs {
    /// The agency.
    #[arg(long, value_name = "ID")]
    agency: AgencyId,
    /// What the register is about: social_security or provident_fund.
    #[arg(long, value_name = "NAME")]
    subject: Subject,
}

/// Arguments of `agency source set`.
#[derive(Args)]
pub(super) struct SetArgs {
    #[command(flatten)]
    name: NameArgs,
    /// Its address; the city posts to /records below it.
    #[arg(long)]
    url: SourceUrl,
    /// A file with the key that the agency gave the city.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// For how many seconds an answer is given again without asking anew, up to a day.
    #[arg(long, value_name = "SECONDS", default_value_t = 300,
          value_parser = clap::value_parser!(u32).range(0..=86_400))]
    fresh_for: u32,
}

/// Does what is asked about registers.
pub(super) async fn run(settings: &Settings, command: &SourceCommand) -> Result<(), CommandError> {
    let database = Database::open(settings).await?;
    database.migrate().await?;
    let cx = ground(settings, &database).await?;
    match command {
        SourceCommand::Set(args) => set(&cx, args).await,
        SourceCommand::List => list(&cx).await,
        SourceCommand::Remove(name) => {
            let removed = remove_source(&cx, name.agency, &name.subject).await?;
            if removed { Ok(()) } else { Err("that register is not asked".into()) }
        }
    }
}

/// What the commands stand on, with the keys of the data and no others.
async fn ground(settings: &Settings, database: &Database) -> Result<Cx, CommandError> {
    let clock = Clock::system();
    let db = Db::new(&database.url, clock.clone(), &settings.database);
    let keys = Keys::open(&settings.keys_folder())?;
    let fit = db.tx("platform.check_keys", async |tx| Ok::<_, DbError>(keys.fit(tx).await?));
    if !fit.await? {
        return Err(StartError::OtherKeys(keys.folder().to_owned()).into());
    }
    keys.prepare(&db).await?;
    Ok(Platform { db, clock, keys }.cx(Locale::En, "command"))
}

async fn set(cx: &Cx, args: &SetArgs) -> Result<(), CommandError> {
    let read = fs::read_to_string(&args.key_file);
    let key = read.map_err(|error| format!("{}: {error}", args.key_file.display()))?;
    let key = key.trim();
    // What stands in a header is visible characters.
    let sound =
        (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !sound {
        return Err(format!("{} does not hold a key", args.key_file.display()).into());
    }
    let source = Source {
        agency: args.name.agency,
        subject: args.name.subject.clone(),
        url: args.url.clone(),
        api_key: Masked::new(key.to_owned()),
        fresh_for: TimeDelta::seconds(args.fresh_for.into()),
    };
    cx.db.tx("inquiry.set_source", async |tx| set_source(&cx.keys, tx, &source).await).await?;
    print(&source);
    Ok(())
}

async fn list(cx: &Cx) -> Result<(), CommandError> {
    let found = cx.db.read("inquiry.sources", async |tx| sources(&cx.keys, tx).await);
    found.await?.iter().for_each(print);
    Ok(())
}

fn print(source: &Source) {
    let Source { agency, subject, url, fresh_for, .. } = source;
    let (subject, url, seconds) = (subject.as_str(), url.as_str(), fresh_for.num_seconds());
    println!("{agency}  {subject}  {url}  good for {seconds} s");
}
