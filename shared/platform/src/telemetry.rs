//! Logs and metrics.

use std::{io::IsTerminal, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::{Deserialize, Serialize};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Settings of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// A filter such as `info` or `citygate_payments=debug,warn`.
    pub filter: String,
    /// Lines for people, or JSON for machines.
    pub format: LogFormat,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a terminal.
    Text,
    /// One object a line.
    Json,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info,actix_server=warn".to_owned(), format: LogFormat::Text }
    }
}

/// Starts logging to standard error. The filter's own complaint is returned when it is wrong.
pub fn init_logs(settings: &LogSettings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.filter).map_err(|error| error.to_string())?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match settings.format {
        LogFormat::Text => {
            let ansi = std::io::stderr().is_terminal();
            let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
            registry.with(lines.with_ansi(ansi)).try_init()
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
    };
    started.map_err(|error| error.to_string())
}

/// Upper bounds of durations, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Keeps the samples of durations from piling up while nobody reads them. Runs for ever.
pub async fn upkeep() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        metrics().run_upkeep();
    }
}

/// The metrics of this process, begun at the first call.
pub fn metrics() -> PrometheusHandle {
    let begin = || {
        let durations = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new();
        let recorder = match builder.set_buckets_for_metric(durations, &BUCKETS) {
            Ok(builder) => builder.build_recorder(),
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        let handle = recorder.handle();
        // Only the first recorder of a process counts; there is no other.
        let _ = metrics::set_global_recorder(recorder);
        handle
    };
    METRICS.get_or_init(begin).clone()
}
