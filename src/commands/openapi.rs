//! `citygate openapi`

use super::CommandError;
use crate::documents;

/// Prints the OpenAPI document.
pub(super) fn run() -> Result<(), CommandError> {
    println!("{}", documents::openapi()?.to_pretty_json()?);
    Ok(())
}
