//! What both benchmarks are made of: a city of their own, its server as a process of its own,
//! citizens who have signed in, bills, and connections that pay them.
//!
//! | file | what it holds |
//! |---|---|
//! | [`cluster`] | a PostgreSQL that promises what production promises |
//! | [`site`] | one city: its database, its folder, its agencies |
//! | [`server`] | the release binary, started and ended |
//! | [`citizens`], [`letters`] | signing in over HTTP, with codes from letters |
//! | [`bills`] | open bills for each connection |
//! | [`connection`] | HTTP/1.1 with as little work as possible |
//! | [`load`] | connections that pay, as fast as they are answered |
//! | [`town`] | all of it together, and one measurement |
//! | [`books`] | what must be true after every round |
//! | [`cpu`] | who used the cores |
//! | [`plan`], [`figures`] | what was asked for, and medians |
//!
//! Client, server and database share the cores of one machine, and all of it is on loopback: there
//! is no network, no proxy and no TLS in these figures. Background work (receipts, messages) runs
//! while citizens sign in and is off (`CITYGATE_WORK=false`) while payments are measured; its news
//! is written all the same.

pub mod bills;
pub mod books;
pub mod citizens;
pub mod cluster;
pub mod connection;
pub mod cpu;
pub mod figures;
pub mod letters;
pub mod load;
pub mod plan;
pub mod server;
pub mod site;
pub mod town;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

/// What ends a benchmark early; printed as one line.
pub type Failure = Box<dyn std::error::Error>;

/// Runs a benchmark until it ends, or until somebody ends it. What it has started is gone before
/// this returns: whoever owns a process or a folder ends it when dropped.
pub async fn conclude(benchmark: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    for (name, value) in server::inherited() {
        println!("for the server: {name}={value}");
    }
    let ended = tokio::select! {
        ended = benchmark => ended,
        interrupted = interruption() => interrupted,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn interruption() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = terminate.recv() => Err("asked to end".into()),
    }
}
