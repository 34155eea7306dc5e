//! `citygate config`

use super::CommandError;
use crate::settings::Settings;

/// Prints the effective settings as TOML.
pub(super) fn run(settings: &Settings) -> Result<(), CommandError> {
    print!("{}", settings.to_toml()?);
    Ok(())
}
