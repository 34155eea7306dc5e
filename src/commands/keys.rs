//! `citygate keys`

use citygate_certificates::NextKey;
use citygate_identity::rotate_signing_keys;
use citygate_kernel::Clock;
use citygate_platform::keys::{
    DataClass, DataKeyId, SealedColumn, SealedRows,
    rotation::{self, KeyUse},
};
use clap::{Args, Subcommand};

use super::{CommandError, meter::Meter};
use crate::{
    instance::{City, Database},
    services,
    settings::Settings,
};

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Lists the keys and how many values each still seals.
    List,
    /// Makes new data keys and seals all values with them, but for answers that are kept for repeated
    /// requests and end by themselves. May run while the city serves on a database of your own; run it
    /// again if it was stopped.
    Rotate(RotateArgs),
    /// Makes new keys that tokens are signed with, in ten minutes. Running processes notice.
    RotateSigning,
    /// Makes a new key that certificates are signed with, in ten minutes. What was signed before
    /// stays verifiable.
    RotateCertificates,
    /// Destroys a retired data key that seals nothing any more.
    Remove {
        /// As `list` shows it.
        key: DataKeyId,
    },
}

/// Arguments of `keys rotate`.
#[derive(Args)]
pub(super) struct RotateArgs {
    /// Only one class of data: person, contact, letter, secret, health or answer.
    #[arg(long, value_parser = data_class)]
    class: Option<DataClass>,
    /// Makes a new key-encryption key instead, a file, and wraps the data keys with it.
    #[arg(long, conflicts_with = "class")]
    kek: bool,
}

fn data_class(name: &str) -> Result<DataClass, String> {
    let known = DataClass::ALL.into_iter().find(|class| class.code() == name);
    known.ok_or_else(|| format!("there is no class {name}"))
}

/// Does what is asked about keys.
pub(super) async fn run(settings: &Settings, command: &KeysCommand) -> Result<(), CommandError> {
    if matches!(command, KeysCommand::RotateSigning) {
        return rotate_signing(settings);
    }
    let database = Database::open(settings).await?;
    database.migrate().await?;
    // Nobody is answered here; it only has to be a URL.
    let issuer = settings.public_url.clone();
    let issuer = issuer.unwrap_or_else(|| format!("http://{}", settings.http.listen));
    // It refuses key files that are not those of the data.
    let city = City::assemble(settings, &database.url, Clock::system(), &issuer).await?;
    let columns = services::sealed(&city.services);
    match command {
        KeysCommand::List => list(&city, &columns).await,
        KeysCommand::Rotate(RotateArgs { kek: true, .. }) => rotate_kek(&city).await,
        KeysCommand::Rotate(RotateArgs { class, .. }) => rotate(&city, &columns, *class).await,
        KeysCommand::RotateSigning => Ok(()),
        KeysCommand::RotateCertificates => rotate_certificates(&city).await,
        KeysCommand::Remove { key } => {
            rotation::remove(&city.platform.db, &columns, *key).await?;
            println!("{key} is destroyed");
            Ok(())
        }
    }
}

/// Needs no database: the keys that sign are files.
fn rotate_signing(settings: &Settings) -> Result<(), CommandError> {
    let (files, begins) = rotate_signing_keys(&settings.keys_folder(), Clock::system().now())?;
    for file in files {
        println!("{} signs from {} on", file.display(), begins.format("%Y-%m-%d %H:%M:%S UTC"));
    }
    println!("Remove the key files before them a day later, or at once if one is lost to somebody");
    Ok(())
}

async fn rotate_certificates(city: &City) -> Result<(), CommandError> {
    let NextKey { kid, begins_at } = citygate_certificates::rotate_signing_key(&city.cx()).await?;
    println!("{kid} signs from {} on", begins_at.format("%Y-%m-%d %H:%M:%S UTC"));
    Ok(())
}

async fn list(city: &City, columns: &[SealedColumn]) -> Result<(), CommandError> {
    for KeyUse { id, class, kek, retired_at, values, .. } in
        rotation::list(&city.platform.db, columns).await?
    {
        let name = id.map_or("encryption.key".to_owned(), |id| id.to_string());
        let kek = kek.map_or(String::new(), |kek| format!(", wrapped by kek-{kek}.key"));
        let state = match (id, retired_at) {
            (None, _) => "of the first format".to_owned(),
            (_, None) => "seals".to_owned(),
            (_, Some(at)) => format!("retired {}", at.format("%Y-%m-%d %H:%M:%S")),
        };
        println!("{name}  {class}  {state}, {values} value(s){kek}");
    }
    Ok(())
}

async fn rotate_kek(city: &City) -> Result<(), CommandError> {
    let number = rotation::rotate_kek(&city.platform.keys, &city.platform.db).await?;
    println!("kek-{number}.key wraps all data keys; keep it with the others, and in the backup");
    Ok(())
}

async fn rotate(
    city: &City,
    columns: &[SealedColumn],
    class: Option<DataClass>,
) -> Result<(), CommandError> {
    let (keys, db) = (&city.platform.keys, &city.platform.db);
    let classes: Vec<DataClass> = class.map_or(DataClass::ALL.to_vec(), |class| vec![class]);
    for class in &classes {
        let key = rotation::rotate(keys, db, *class).await?;
        println!("{class}: {key} seals from now on");
    }
    let sealed_anew = |column: &&SealedColumn| matches!(column.rows, SealedRows::Id(_));
    let concerned = columns.iter().filter(|column| classes.contains(&column.class));
    let concerned: Vec<_> = concerned.filter(sealed_anew).collect();
    if concerned.is_empty() {
        return Ok(());
    }
    reseal(city, &concerned).await?;
    println!("Waiting until every process has noticed");
    tokio::time::sleep(rotation::SETTLED.to_std()?).await;
    reseal(city, &concerned).await
}

async fn reseal(city: &City, columns: &[&SealedColumn]) -> Result<(), CommandError> {
    let (keys, db) = (&city.platform.keys, &city.platform.db);
    for column in columns {
        let mut meter = Meter::new();
        let progress = |done| meter.show(format_args!("{column}: {done} values sealed anew"));
        let resealed = rotation::reseal(keys, db, column, progress).await;
        meter.end();
        println!("{column}: {} value(s) sealed anew", resealed?);
    }
    Ok(())
}
