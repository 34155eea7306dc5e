//! `citygate catalogue`

use std::{fs, path::PathBuf, time::Instant};

use citygate_kernel::{Clock, Locale};
use citygate_listings::{Item, PutItem, generated, put_item};
use citygate_platform::{Platform, keys::Keys};
use clap::Subcommand;

use super::{CommandError, open_database};
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum CatalogueCommand {
    /// Adds an item that agencies can list, or writes anew what it says. The file is TOML: code, name
    /// and summary with en and zh, `life_events` and keywords.
    Item {
        /// Where it is written.
        file: PathBuf,
    },
    /// Loads a catalogue of the size of the country, made from a number: 19 provinces, 124 cities, 40
    /// types, 4,000 items. Doing it again changes nothing.
    Load {
        /// The same number makes the same catalogue.
        #[arg(long, value_name = "NUMBER", default_value_t = 7)]
        seed: u64,
    },
}

/// Does what is asked about the catalogue.
pub(super) async fn run(
    settings: &Settings,
    command: &CatalogueCommand,
) -> Result<(), CommandError> {
    match command {
        CatalogueCommand::Item { file } => item(settings, file).await,
        CatalogueCommand::Load { seed } => load(settings, *seed).await,
    }
}

async fn item(settings: &Settings, file: &PathBuf) -> Result<(), CommandError> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| named(&error))?;
    let item = Item::read(&text).map_err(|error| named(&error))?;
    let (_database, db) = open_database(settings).await?;
    let put = db.tx("listings.put_item", async |tx| put_item(tx, &item).await).await;
    match put.map_err(|error| named(&error))? {
        PutItem::Added => println!("{} is added", item.code),
        PutItem::Changed => println!("{} is written anew", item.code),
    }
    Ok(())
}

async fn load(settings: &Settings, seed: u64) -> Result<(), CommandError> {
    let began = Instant::now();
    let (_database, db) = open_database(settings).await?;
    let keys = Keys::open(&settings.keys_folder())?;
    let platform = Platform { db, clock: Clock::system(), keys };
    let cx = platform.cx(Locale::default(), "catalogue");
    generated::load(&cx, seed, |done| println!("{done}")).await?;
    println!("loaded in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}
