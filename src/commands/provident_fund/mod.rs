//! `citygate provident-fund`: what a fund centre runs itself, from its own machine.

mod city;
mod file;
mod progress;
mod push;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use citygate_identity::ClientId;
use clap::{Args, Subcommand, ValueEnum};

use super::CommandError;

#[derive(Subcommand)]
pub(super) enum ProvidentFundCommand {
    /// Pushes a file of accounts, postings, loans or terms as a batch, and compares the control sums.
    /// The same command again goes on where it ended, however it ended.
    Push(PushArgs),
}

/// Arguments of `provident-fund push`.
#[derive(Args)]
pub(super) struct PushArgs {
    /// Lines of JSON, or a table with a head where the name ends in .csv.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the city is.
    #[arg(long)]
    url: String,
    /// The `client_id` of the centre's system.
    #[arg(long, value_name = "ID")]
    client: ClientId,
    /// The file with its private key (PKCS #8, PEM or DER), on P-256.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The name of the key, where it is not the key's thumbprint.
    #[arg(long)]
    kid: Option<String>,
    /// The centre's number of the batch.
    #[arg(long, value_name = "NUMBER", value_parser = own_number)]
    batch: String,
    /// What the file is about.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Up to when it tells everything: 2026-11-22T16:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    as_of: DateTime<Utc>,
    /// How many lines the centre's books have; without it, those of the file are counted.
    #[arg(long, value_name = "NUMBER", requires = "sum_minor")]
    lines: Option<i64>,
    /// What they come to in the centre's books, in fen.
    #[arg(long, value_name = "FEN", requires = "lines", allow_negative_numbers = true)]
    sum_minor: Option<i64>,
    /// The batch that did not balance, and that this one says again.
    #[arg(long, value_name = "NUMBER", value_parser = own_number)]
    replaces: Option<String>,
    /// How many lines a part has.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    lines_per_part: u32,
    /// How many parts are on their way at once.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    at_once: u8,
    /// For how many seconds a part is sent again when the city does not answer.
    #[arg(long, default_value_t = 60)]
    patience: u64,
}

/// What a batch is about, as the city calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Accounts: whose, and how they stand.
    Accounts,
    /// What was paid in and out.
    Postings,
    /// Loans, and what is left of them.
    Loans,
    /// Which base and rates held from which month on.
    Terms,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Postings => "postings",
            Self::Loans => "loans",
            Self::Terms => "terms",
        }
    }
}

/// A number that can stand in a path.
fn own_number(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(plain);
    if fits { Ok(text.to_owned()) } else { Err("1 to 64 letters, digits, hyphens and dots") }
}

/// Does what is asked.
pub(super) async fn run(command: &ProvidentFundCommand) -> Result<(), CommandError> {
    match command {
        ProvidentFundCommand::Push(args) => push::push(args).await,
    }
}
