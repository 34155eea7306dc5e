//! The office as a running server.

use std::{io, sync::Mutex};

use actix_web::web::Data;

use super::{
    behaviour::{Behaviour, Behaviours},
    office::{Filed, Office},
    routes::{Shared, routes},
};
use crate::listening::{HOLD, Listening};

/// A records office that listens on a free port of this machine until it is stopped or dropped.
pub struct RecordsOfficeSandbox {
    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    pub url: String,
    shared: Data<Shared>,
    server: Listening,
}

impl RecordsOfficeSandbox {
    /// Starts an office for clients that show this API key. It needs a tokio runtime to be called
    /// on; without one it fails.
    pub fn start(api_key: &str) -> io::Result<Self> {
        let shared = Data::new(Shared { hold: HOLD, office: Mutex::new(Office::default()) });
        let app_shared = shared.clone();
        let (url, server) = Listening::start(api_key, move |config| {
            routes(config.app_data(app_shared.clone()));
        })?;
        Ok(Self { url, shared, server })
    }

    /// Says how the next requests for a record are mistreated, one behaviour each. They replace
    /// those that were left.
    pub fn behave(&self, next: impl IntoIterator<Item = Behaviour>) {
        let next = next.into_iter().collect();
        self.shared.office().behave(Behaviours { next });
    }

    /// Puts something on file, in place of what was.
    pub fn file(&self, filed: Filed) {
        self.shared.office().file(filed);
    }

    /// The `request_id`s of what was asked, in order.
    pub fn asked(&self) -> Vec<String> {
        self.shared.office().asked()
    }

    /// Stops listening and cuts every connection, held ones too.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
