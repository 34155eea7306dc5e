//! `citygate listing`: what an agency does with the files of its listings, from its own machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use citygate_catalogue::AgencyId;
use citygate_kernel::{Clock, Id, Kind, Text};
use citygate_listings::{Content, read_file};
use clap::{Args, Subcommand};
use serde_json::json;

use super::CommandError;
use crate::demo::actors::{Caller, Reply};

/// Where the token is, if no file holds it. What begins with `CITYGATE_` is a setting of the city.
const VARIABLE: &str = "STAFF_TOKEN";
/// The longest token, in bytes.
const TOKEN_MAX: usize = 8192;

#[derive(Subcommand)]
pub(super) enum ListingCommand {
    /// Says everything that is wrong with a file, by line; needs no city.
    Check {
        /// What the listing says, in TOML.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Sends a file to the city, where a second person of the agency reviews it.
    Submit(SubmitArgs),
}

/// Arguments of `listing submit`.
#[derive(Args)]
pub(super) struct SubmitArgs {
    /// What the listing says, in TOML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the city is.
    #[arg(long)]
    url: String,
    /// The agency.
    #[arg(long, value_name = "ID")]
    agency: AgencyId,
    /// A file with the access token of an editor; without it the variable `STAFF_TOKEN` is read.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Prefix of the keys under which files are sent.
enum SendingKind {}
impl Kind for SendingKind {
    const PREFIX: &'static str = "file";
}

/// Does what is asked about files of listings.
pub(super) async fn run(command: &ListingCommand) -> Result<(), CommandError> {
    match command {
        ListingCommand::Check { file } => {
            let (_, content) = read(file)?;
            println!("{} is well-formed: {}", file.display(), summary(&content));
            Ok(())
        }
        ListingCommand::Submit(args) => submit(args).await,
    }
}

/// Reads a file. Its faults are printed as compilers print them, one a line.
fn read(file: &Path) -> Result<(String, Content), CommandError> {
    let text = fs::read(file).map_err(CommandError::from).and_then(|bytes| {
        let text = String::from_utf8(bytes);
        text.map_err(|_| "it is no text in UTF-8".into())
    });
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    match read_file(&text) {
        Ok(content) => Ok((text, content)),
        Err(faults) => {
            for fault in &faults {
                let point = if fault.pointer.is_empty() { "" } else { ": " };
                let (line, column) = (fault.line, fault.column);
                let place = format!("{}:{line}:{column}", file.display());
                println!("{place}: {}{point}{}", fault.pointer, fault.text);
            }
            Err(format!("{} has {}", file.display(), count(faults.len(), "fault")).into())
        }
    }
}

fn summary(content: &Content) -> String {
    let Text { en, zh } = &content.name;
    let engine = content.engine().map_or("", |engine| engine.code());
    let from = content.effective_from;
    let parts = [
        count(content.eligibility.len(), "condition"),
        count(content.documents.len(), "document"),
        count(content.fees.len(), "fee"),
    ];
    format!("{en} ({zh}), {} as {engine}, from {from}; {}", content.item, parts.join(", "))
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

async fn submit(args: &SubmitArgs) -> Result<(), CommandError> {
    let token = token(args.token_file.as_deref())?;
    let (file, content) = read(&args.file)?;
    let caller = Caller::new(args.url.trim_end_matches('/'))?.with_token(token);
    let key = Id::<SendingKind>::new(&Clock::system()).to_string();
    let path = format!("/v1/agencies/{}/listings", args.agency);
    let reply = caller.post_once(&path, &key, &json!({"file": file})).await;
    let reply = reply.map_err(|error| format!("the city does not answer: {error}"))?;
    if reply.status >= 300 {
        return Err(refusal(&reply));
    }
    let (listing, version) = (reply.text_at("/listing_id"), reply.text_at("/version"));
    println!("{}", summary(&content));
    println!("listing  {listing}");
    println!("version  {version}, {}", reply.text_at("/state"));
    if reply.text_at("/state") == "submitted" {
        println!("A second person of the agency reads and publishes it:");
        println!("  POST {path}/{listing}/versions/{version}/publish");
    } else {
        println!("It says what is published already; there is nothing to do.");
    }
    Ok(())
}

/// The access token: from a file, or else from the variable.
fn token(file: Option<&Path>) -> Result<String, CommandError> {
    let (text, place) = match file {
        Some(file) => {
            let place = file.display().to_string();
            let text = fs::read_to_string(file).map_err(|error| format!("{place}: {error}"))?;
            (text, place)
        }
        None => {
            let missing = format!("a token is expected in {VARIABLE}, or in a --token-file");
            (std::env::var(VARIABLE).map_err(|_| missing)?, VARIABLE.to_owned())
        }
    };
    let token = text.trim();
    let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.is_empty() || token.len() > TOKEN_MAX || !printable {
        return Err(format!("{place} does not hold a token").into());
    }
    Ok(token.to_owned())
}

fn refusal(reply: &Reply) -> CommandError {
    let (status, code) = (reply.status, reply.text_at("/code"));
    let (title, detail) = (reply.text_at("/title"), reply.text_at("/detail"));
    let errors = reply.body.pointer("/errors").and_then(serde_json::Value::as_array);
    let errors = errors.into_iter().flatten().filter_map(|error| error.get("detail")?.as_str());
    let errors: Vec<_> = errors.collect();
    let said = format!("the city refused: {status} {code} {title} {detail} {}", errors.join("; "));
    said.trim_end().to_owned().into()
}
