//! The processor as a running server.

use std::{io, sync::Mutex, time::Duration};

use actix_web::web::Data;
use citygate_kernel::Clock;

use super::{
    behaviour::Behaviour,
    charge::Charge,
    processor::{Behaviours, Processor},
    routes::{Shared, routes},
};
use crate::listening::{HOLD, Listening};

/// A card processor that listens on a free port of this machine until it is stopped or dropped.
pub struct CardProcessorSandbox {
    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    pub url: String,
    pub(super) shared: Data<Shared>,
    server: Listening,
}

impl CardProcessorSandbox {
    /// Starts a processor with an empty book, for clients that show this API key. It needs a
    /// tokio runtime to be called on; without one it fails.
    pub fn start(api_key: &str, clock: Clock) -> io::Result<Self> {
        Self::start_holding(api_key, clock, HOLD)
    }

    /// As [`Self::start`], with another bound on how long a request is held.
    pub(super) fn start_holding(api_key: &str, clock: Clock, hold: Duration) -> io::Result<Self> {
        let processor = Mutex::new(Processor::default());
        let shared = Data::new(Shared { clock, hold, processor });
        let app_shared = shared.clone();
        let (url, server) = Listening::start(api_key, move |config| {
            routes(config.app_data(app_shared.clone()));
        })?;
        Ok(Self { url, shared, server })
    }

    /// Says how the next requests for or about a charge are mistreated, one behaviour each. They
    /// replace those that were left.
    pub fn behave(&self, next: impl IntoIterator<Item = Behaviour>) {
        let next = next.into_iter().collect();
        self.shared.processor().behave(Behaviours { next });
    }

    /// Everything that was booked, in order; the same as `GET /charges`.
    pub fn charges(&self) -> Vec<Charge> {
        self.shared.processor().statement()
    }

    /// Stops listening and cuts every connection, held ones too.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
