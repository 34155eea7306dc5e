//! The one binary.

use std::process::ExitCode;

use citygate::commands;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whatever it is, it fits one line of a log.
            let text = error.to_string();
            let line: Vec<_> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            eprintln!("citygate: {}", line.join(" "));
            ExitCode::FAILURE
        }
    }
}
