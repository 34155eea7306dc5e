//! `citygate mllp`

use citygate_catalogue::AgencyId;
use citygate_exchange::hl7::{MllpPeer, mllp_peers, remove_mllp_peer, set_mllp_peer};
use citygate_hl7v2::Charset;
use citygate_identity::ClientId;
use citygate_platform::http::Network;
use clap::{Args, Subcommand};

use super::{CommandError, open_database};
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum MllpCommand {
    /// Lets a system of a hospital speak MLLP, under a name and from its networks. A name that the
    /// hospital has already is set anew. MLLP is neither encrypted nor signed: use private networks,
    /// a VPN, or a tunnel of TLS that ends in front of it.
    Add(AddArgs),
    /// Lists them.
    List,
    /// Takes one back, from the next message on.
    Remove(NameArgs),
}

/// How a system calls itself.
#[derive(Args)]
pub(super) struct NameArgs {
    /// Its facility, as in MSH-4.
    #[arg(long, value_parser = name)]
    facility: String,
    /// Its application, as in MSH-3; without one, any of the facility.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = application)]
    application: String,
}

/// Arguments of `mllp add`.
#[derive(Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    name: NameArgs,
    /// The hospital.
    #[arg(long, value_name = "ID")]
    agency: AgencyId,
    /// The client id of the system, whose messages these are.
    #[arg(long, value_name = "ID")]
    client: ClientId,
    /// Where it speaks from, in CIDR notation; may be repeated, up to 20 times.
    #[arg(long, required = true, num_args = 1, value_name = "NETWORK")]
    network: Vec<Network>,
    /// What it writes in where MSH-18 does not say: utf-8, gb18030 or us-ascii.
    #[arg(long, default_value = "utf-8", value_parser = charset)]
    charset: Charset,
}

fn name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err("a facility has a name") } else { application(text) }
}

fn application(text: &str) -> Result<String, &'static str> {
    let fits = text.chars().count() <= 199 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("at most 199 characters in one line") }
}

fn charset(text: &str) -> Result<Charset, &'static str> {
    Charset::named(text).ok_or("utf-8, gb18030 or us-ascii is expected")
}

/// Does what is asked about peers.
pub(super) async fn run(settings: &Settings, command: &MllpCommand) -> Result<(), CommandError> {
    match command {
        MllpCommand::Add(args) => add(settings, args).await,
        MllpCommand::List => list(settings).await,
        MllpCommand::Remove(name) => remove(settings, name).await,
    }
}

async fn add(settings: &Settings, args: &AddArgs) -> Result<(), CommandError> {
    if args.network.len() > 20 {
        return Err("a system speaks from at most 20 networks".into());
    }
    let (_database, db) = open_database(settings).await?;
    let peer = MllpPeer {
        facility: args.name.facility.clone(),
        application: args.name.application.clone(),
        agency: args.agency,
        client: args.client,
        networks: args.network.clone(),
        charset: args.charset,
    };
    db.tx("exchange.set_mllp_peer", async |tx| set_mllp_peer(tx, &peer).await).await?;
    print(&peer);
    Ok(())
}

async fn list(settings: &Settings) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let peers = db.read("exchange.mllp_peers", async |tx| mllp_peers(tx).await).await?;
    peers.iter().for_each(print);
    Ok(())
}

fn print(peer: &MllpPeer) {
    let application = if peer.application.is_empty() { "any" } else { &peer.application };
    println!("{}  {application}  {}  {}", peer.facility, peer.agency, peer.client);
    let networks: Vec<_> = peer.networks.iter().map(ToString::to_string).collect();
    println!("  from {}, in {}", networks.join(" "), peer.charset.label());
}

async fn remove(settings: &Settings, name: &NameArgs) -> Result<(), CommandError> {
    let (_database, db) = open_database(settings).await?;
    let removed = db
        .tx("exchange.remove_mllp_peer", async |tx| {
            remove_mllp_peer(tx, &name.facility, &name.application).await
        })
        .await?;
    if removed { Ok(()) } else { Err("nobody is registered under that name".into()) }
}
