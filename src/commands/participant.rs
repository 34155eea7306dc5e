//! `citygate participant`

use citygate_catalogue::AgencyId;
use citygate_exchange::participants::{
    Participant, ParticipantEvent, happen, open_sandbox, participants, twin,
};
use citygate_kernel::{Clock, Locale};
use citygate_platform::{Cx, Platform, db::Db, keys::Keys};
use clap::Subcommand;

use super::CommandError;
use crate::{instance::Database, settings::Settings};

#[derive(Subcommand)]
pub(super) enum ParticipantCommand {
    /// Lists the hospitals that have applied, with how far they have come and whom to write to.
    List,
    /// Opens the sandbox of a hospital that has applied, and prints the client id of its system
    /// there.
    Sandbox {
        /// The hospital.
        agency: AgencyId,
    },
    /// Lets a certified hospital go live, when one of its people has asked for it and another has
    /// agreed.
    Live {
        /// The hospital.
        agency: AgencyId,
    },
    /// Stops a live hospital, from the next message on.
    Suspend {
        /// The hospital.
        agency: AgencyId,
    },
    /// Lets a suspended hospital go on.
    Resume {
        /// The hospital.
        agency: AgencyId,
    },
    /// Refuses to connect a hospital that is not live; its sandbox is closed.
    Refuse {
        /// The hospital.
        agency: AgencyId,
    },
}

/// Does what is asked about participants.
pub(super) async fn run(
    settings: &Settings,
    command: &ParticipantCommand,
) -> Result<(), CommandError> {
    let database = Database::open(settings).await?;
    database.migrate().await?;
    let clock = Clock::system();
    let db = Db::new(&database.url, clock.clone(), &settings.database);
    let keys = Keys::open(&settings.keys_folder())?;
    let cx = Platform { db, clock, keys }.cx(Locale::En, "command");
    match command {
        ParticipantCommand::List => list(&cx).await,
        ParticipantCommand::Sandbox { agency } => sandbox(&cx, *agency).await,
        ParticipantCommand::Live { agency } => {
            move_on(&cx, *agency, ParticipantEvent::GoLive).await
        }
        ParticipantCommand::Suspend { agency } => {
            move_on(&cx, *agency, ParticipantEvent::Suspend).await
        }
        ParticipantCommand::Resume { agency } => {
            move_on(&cx, *agency, ParticipantEvent::Resume).await
        }
        ParticipantCommand::Refuse { agency } => {
            move_on(&cx, *agency, ParticipantEvent::Refuse).await
        }
    }
}

async fn list(cx: &Cx) -> Result<(), CommandError> {
    for (participant, contact) in participants(cx).await? {
        print(&participant, contact.as_deref());
    }
    Ok(())
}

fn print(participant: &Participant, contact: Option<&str>) {
    let Participant { agency, state, software, abilities, .. } = participant;
    println!("{agency}  {}  {}", state.code(), contact.unwrap_or("nobody to write to"));
    let signs = if abilities.signs { "signs its messages" } else { "does not sign" };
    let hl7 = if abilities.speaks_hl7 { "FHIR and HL7 v2" } else { "FHIR" };
    println!("  {software}: {hl7}, {signs}");
    if participant.is_live_approved() && participant.live_at.is_none() {
        println!("  asks to go live: citygate participant live {agency}");
    }
}

async fn sandbox(cx: &Cx, agency: AgencyId) -> Result<(), CommandError> {
    let opened = cx.db.tx("exchange.open_sandbox", async |tx| open_sandbox(tx, agency).await);
    println!("{}  {}", twin(agency), opened.await?);
    Ok(())
}

async fn move_on(cx: &Cx, agency: AgencyId, event: ParticipantEvent) -> Result<(), CommandError> {
    let moved = cx.db.tx("exchange.move", async |tx| happen(tx, agency, event).await).await?;
    println!("{agency}  {}", moved.state.code());
    Ok(())
}
