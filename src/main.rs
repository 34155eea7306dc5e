//! The one binary.

use std::process::ExitCode;

use citygate::commands;

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("citygate: {error}");
            ExitCode::FAILURE
        }
    }
}
