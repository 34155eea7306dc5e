//! `citygate staff invite`

use citygate_catalogue::AgencyId;
use citygate_identity::{NewStaff, StaffRole, invite_staff};
use citygate_kernel::{Clock, Locale};
use citygate_notify::EmailAddress;
use citygate_platform::{Platform, db::Db, keys::Keys};
use clap::{Args, ValueEnum};

use super::CommandError;
use crate::{instance::Database, settings::Settings};

/// Arguments of `staff invite`.
#[derive(Args)]
pub(super) struct InviteArgs {
    /// The agency.
    #[arg(long, value_name = "ID")]
    agency: AgencyId,
    /// Where the letter goes; only the account of this address can accept.
    #[arg(long, value_name = "ADDRESS")]
    email: EmailAddress,
    /// As what.
    #[arg(long, value_enum, default_value_t = Role::Admin)]
    role: Role,
    /// The language of the letter.
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Looks after the agency's people and the keys of its systems.
    Admin,
    /// Works on citizens' cases.
    Clerk,
    /// Answers for results of examinations at a hospital.
    Clinician,
    /// Registers marriages.
    Registrar,
    /// Writes what the agency lists.
    Editor,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    ZhCn,
}

/// Writes the invitation; a worker sends its letter. The code stands in the letter alone.
pub(super) async fn invite(settings: &Settings, args: &InviteArgs) -> Result<(), CommandError> {
    let role = match args.role {
        Role::Admin => StaffRole::Admin,
        Role::Clerk => StaffRole::Clerk,
        Role::Clinician => StaffRole::Clinician,
        Role::Registrar => StaffRole::Registrar,
        Role::Editor => StaffRole::Editor,
    };
    let locale = match args.language {
        Language::En => Locale::En,
        Language::ZhCn => Locale::ZhCn,
    };
    let database = Database::open(settings).await?;
    database.migrate().await?;
    let clock = Clock::system();
    let db = Db::new(&database.url, clock.clone(), &settings.database);
    let keys = Keys::open(&settings.keys_folder())?;
    keys.prepare(&db).await?;
    let platform = Platform { db, clock, keys };
    let new = NewStaff { agency: args.agency, email: &args.email, role };
    let id = invite_staff(&platform.cx(locale, "command"), &new, None).await?;
    println!("Invitation {id} is written; its letter goes out as soon as a worker runs.");
    Ok(())
}
