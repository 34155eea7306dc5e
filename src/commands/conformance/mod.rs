//! `citygate conformance`: what a hospital runs itself, from its own machine, against the sandbox.

mod checks;
mod samples;

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use citygate_identity::{ClientId, KeyPair};
use citygate_kernel::{Locale, Text};
use clap::{Args, Subcommand, ValueEnum};

use super::CommandError;
use crate::demo::actors::System;

#[derive(Subcommand)]
pub(super) enum ConformanceCommand {
    /// Makes a key pair: the private key into a file, the public one as a JWK to be registered, and
    /// its fingerprint to be read out to whoever registers it.
    Key(KeyArgs),
    /// Checks the connection of a hospital's system, and prints what the sandbox has found of it.
    Hospital(HospitalArgs),
}

/// Arguments of `conformance key`.
#[derive(Args)]
pub(super) struct KeyArgs {
    /// Where the private key is written (PKCS #8, PEM); the file must not be there.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Arguments of `conformance hospital`.
#[derive(Args)]
pub(super) struct HospitalArgs {
    /// Where the city is.
    #[arg(long)]
    url: String,
    /// The `client_id` of the system in the sandbox.
    #[arg(long, value_name = "ID")]
    client: ClientId,
    /// The file with its private key (PKCS #8, PEM), on P-256.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The name of the key, where it is not the key's thumbprint.
    #[arg(long)]
    kid: Option<String>,
    /// Sends a set of sample messages first, so that a whole run is seen.
    #[arg(long)]
    sample: bool,
    /// The language of what is printed.
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    ZhCn,
}

impl From<Language> for Locale {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::ZhCn => Self::ZhCn,
        }
    }
}

/// Does what is asked.
pub(super) async fn run(command: &ConformanceCommand) -> Result<(), CommandError> {
    match command {
        ConformanceCommand::Key(args) => make_key(&args.out),
        ConformanceCommand::Hospital(args) => hospital(args).await,
    }
}

fn make_key(out: &Path) -> Result<(), CommandError> {
    let pair = KeyPair::generate().ok_or("no key could be made")?;
    let text = BASE64_STANDARD.encode(&pair.private);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)
        .map_err(|error| format!("{}: {error}", out.display()))?;
    writeln!(file, "{BEGIN}")?;
    for line in text.as_bytes().chunks(64) {
        file.write_all(line)?;
        writeln!(file)?;
    }
    writeln!(file, "{END}")?;
    println!("{}", serde_json::to_string_pretty(&pair.public)?);
    println!("fingerprint: {}", pair.public.common.key_id.unwrap_or_default());
    Ok(())
}

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// The key pair of a file with a private key: PKCS #8, in PEM or as it is (DER).
pub(super) fn read_key(file: &Path) -> Result<KeyPair, CommandError> {
    let named = |error: String| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| named(error.to_string()))?;
    let der = match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let body = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
            let missing = || named("no private key of PKCS #8".to_owned());
            let base64: String = body.ok_or_else(missing)?.0.split_whitespace().collect();
            BASE64_STANDARD.decode(base64).map_err(|error| named(error.to_string()))?
        }
        Err(_) => bytes,
    };
    Ok(KeyPair::from_private(der).map_err(|error| named(error.to_string()))?)
}

/// What is printed of a rule.
pub(super) struct Line {
    pub passed: bool,
    /// Whether the hospital goes live without it.
    pub mandatory: bool,
    pub rule: String,
    pub text: String,
    /// Why it failed, or what to do.
    pub hint: Option<String>,
}

impl Line {
    fn print(&self, locale: Locale) {
        let verdict = if self.passed { "pass" } else { "fail" };
        let optional = match (self.passed, self.mandatory) {
            (false, false) => Text::new(" (optional)", "（可选）").get(locale).to_owned(),
            _ => String::new(),
        };
        println!("{verdict}  {:<20} {}{optional}", self.rule, self.text);
        if let Some(hint) = self.hint.as_ref().filter(|_| !self.passed) {
            println!("      → {hint}");
        }
    }
}

async fn hospital(args: &HospitalArgs) -> Result<(), CommandError> {
    let mut pair = read_key(&args.key)?;
    if let Some(kid) = &args.kid {
        pair.public.common.key_id = Some(kid.clone());
    }
    let locale = args.language.into();
    let url = args.url.trim_end_matches('/');
    let mut system = System::new(url, args.client, &pair)?;
    let mut lines = checks::connection(&mut system, locale).await?;
    let mut state = String::new();
    if system.caller.token.is_some() {
        if args.sample {
            samples::send(&system, &checks::findings(&system, locale).await?).await?;
        }
        let found = checks::findings(&system, locale).await?;
        lines.extend(found.lines);
        state = found.state;
    }
    for line in &lines {
        line.print(locale);
    }
    if !state.is_empty() {
        println!("{} {state}", Text::new("The hospital is", "医院接入状态：").get(locale));
    }
    match lines.iter().filter(|line| line.mandatory && !line.passed).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} mandatory rule(s) failed").into()),
    }
}
