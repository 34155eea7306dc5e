//! `citygate client`

use std::{
    fs,
    path::{Path, PathBuf},
};

use citygate_catalogue::AgencyId;
use citygate_exchange::fhir::is_scope as is_smart_scope;
use citygate_identity::{
    ClientId, NewClient, RegisteredClient, es256_key, register_client, registered_clients,
    set_redirect_uris,
};
use citygate_kernel::Clock;
use clap::{Args, Subcommand};

use super::{CommandError, open_database, shown_name};
use crate::{documents, settings::Settings};

#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Registers a system of an agency with its public key, and prints its client id.
    Add(AddArgs),
    /// Lists the clients, oldest first.
    List {
        /// Only those of one agency.
        #[arg(long, value_name = "ID")]
        agency: Option<AgencyId>,
    },
    /// Sets where people come back to after signing in to a client, and after signing out; what was
    /// set before is gone.
    RedirectUris {
        /// The client id; that of the city's own app is citygate-app.
        client: String,
        /// https, an app's own scheme, or http on 127.0.0.1 or [::1]. They are compared as they
        /// stand; on the device itself any port fits where none is written.
        #[arg(required = true, value_name = "URI")]
        uris: Vec<String>,
    },
}

/// Arguments of `client add`.
#[derive(Args)]
pub(super) struct AddArgs {
    /// The agency.
    #[arg(long, value_name = "ID")]
    agency: AgencyId,
    /// What people are shown who sign in to it.
    #[arg(long, value_parser = shown_name)]
    name: String,
    /// The file with its public key: a JWK with a kid, on P-256 (ES256).
    #[arg(long, value_name = "FILE")]
    jwk: PathBuf,
    /// What it may be given, at most, separated by commas.
    #[arg(long, required = true, value_delimiter = ',', value_name = "SCOPES")]
    scope: Vec<String>,
    /// Where people come back to after signing in; may be repeated.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// The same after signing out.
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
}

/// Does what is asked about clients.
pub(super) async fn run(settings: &Settings, command: &ClientCommand) -> Result<(), CommandError> {
    match command {
        ClientCommand::Add(args) => add(settings, args).await,
        ClientCommand::List { agency } => list(settings, *agency).await,
        ClientCommand::RedirectUris { client, uris } => redirect(settings, client, uris).await,
    }
}

async fn add(settings: &Settings, args: &AddArgs) -> Result<(), CommandError> {
    let known = documents::scopes()?;
    let is_known = |scope: &String| known.contains(scope) || is_smart_scope(scope);
    if let Some(scope) = args.scope.iter().find(|scope| !is_known(scope)) {
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        let known = known.join(", ");
        let of_types = "and those of a type of FHIR, such as system/Slot.rs";
        return Err(format!("there is no scope {scope}; known are: {known}, {of_types}").into());
    }
    let key = in_file(&args.jwk, |text| Ok(es256_key(&serde_json::from_str(text)?)?))?;
    let (_database, db) = open_database(settings).await?;
    let id = ClientId::new(&Clock::system());
    let new = NewClient {
        id,
        agency: args.agency,
        name: &args.name,
        public_key: Some(&key),
        scopes: &texts(&args.scope),
        redirect_uris: &texts(&args.redirect_uri),
        post_logout_redirect_uris: &texts(&args.post_logout_redirect_uri),
    };
    db.tx("identity.register_client", async |tx| register_client(tx, &new).await).await?;
    println!("{id}");
    Ok(())
}

fn texts(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// Reads a file. Whatever is wrong with it is said of it by name.
fn in_file<T>(
    file: &Path,
    read: impl FnOnce(&str) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let text = fs::read_to_string(file).map_err(CommandError::from);
    let value = text.and_then(|text| read(&text));
    value.map_err(|error| format!("{}: {error}", file.display()).into())
}

async fn list(settings: &Settings, agency: Option<AgencyId>) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let clients =
        db.tx("identity.clients", async |tx| registered_clients(tx, agency).await).await?;
    for client in &clients {
        print(client);
    }
    Ok(())
}

fn print(client: &RegisteredClient) {
    let state = client.disabled_at.map_or("enabled".to_owned(), |at| {
        format!("disabled since {}", at.format("%Y-%m-%d %H:%M:%S UTC"))
    });
    let agency = client.agency.map_or("the city's own".to_owned(), |agency| agency.to_string());
    let used = client.last_used_at.map_or("never used".to_owned(), |at| {
        format!("last used {}", at.format("%Y-%m-%d %H:%M UTC"))
    });
    println!("{}  {}  {agency}  {state}, {used}", client.client_id, client.name);
    for (what, values) in [
        ("scopes", &client.scopes),
        ("kids", &client.kids),
        ("redirect URIs", &client.redirect_uris),
    ] {
        let values = if values.is_empty() { "none".to_owned() } else { values.join(" ") };
        println!("  {what}: {values}");
    }
}

async fn redirect(settings: &Settings, client: &str, uris: &[String]) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let texts = texts(uris);
    let set = db
        .tx("identity.set_redirect_uris", async |tx| set_redirect_uris(tx, client, &texts).await)
        .await?;
    if !set {
        return Err(format!("there is no client {client}").into());
    }
    println!("{client} has {} redirect URI(s)", uris.len());
    Ok(())
}
