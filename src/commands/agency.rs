//! `citygate agency`

use citygate_catalogue::{Agency, AgencyId, Error, add_agency, agencies_in, cities};
use citygate_kernel::{CityCode, Clock, Text};
use citygate_platform::db::Tx;
use clap::{Args, Subcommand};

use super::{
    CommandError,
    agency_source::{self, SourceCommand},
    open_database, shown_name,
};
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum AgencyCommand {
    /// Adds an agency to a city and prints its id.
    Add(AddArgs),
    /// Lists the agencies, those of a city that were added first at the top.
    List {
        /// Only those of one city.
        #[arg(long, value_name = "CODE")]
        city: Option<CityCode>,
    },
    /// Looks after the agencies' own registers, which the city asks live.
    #[command(subcommand)]
    Source(SourceCommand),
}

/// Arguments of `agency add`.
#[derive(Args)]
pub(super) struct AddArgs {
    /// The city, as its division code (GB/T 2260).
    #[arg(long, value_name = "CODE")]
    city: CityCode,
    /// What it is called in English.
    #[arg(long, value_name = "NAME", value_parser = shown_name)]
    name_en: String,
    /// What it is called in Chinese.
    #[arg(long, value_name = "NAME", value_parser = shown_name)]
    name_zh: String,
}

/// Does what is asked about agencies.
pub(super) async fn run(settings: &Settings, command: &AgencyCommand) -> Result<(), CommandError> {
    match command {
        AgencyCommand::Add(args) => add(settings, args).await,
        AgencyCommand::List { city } => list(settings, *city).await,
        AgencyCommand::Source(command) => agency_source::run(settings, command).await,
    }
}

async fn add(settings: &Settings, args: &AddArgs) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let id = AgencyId::new(args.city, &Clock::system());
    let agency = Agency { id, name: Text::new(&args.name_en, &args.name_zh) };
    db.tx("catalogue.add_agency", async |tx| add_agency(tx, &agency).await).await?;
    println!("{id}");
    Ok(())
}

async fn list(settings: &Settings, city: Option<CityCode>) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let agencies = db.tx("catalogue.agencies", async |tx| agencies_of(tx, city).await).await?;
    for Agency { id, name } in agencies {
        println!("{id}  {}  {}", name.en, name.zh);
    }
    Ok(())
}

async fn agencies_of(tx: &mut Tx<'_>, city: Option<CityCode>) -> Result<Vec<Agency>, Error> {
    let wanted = match city {
        Some(city) => vec![city],
        None => cities(tx).await?.iter().map(|city| city.code).collect(),
    };
    let mut agencies = Vec::new();
    for city in wanted {
        agencies.extend(agencies_in(tx, city).await?);
    }
    Ok(agencies)
}
