//! The insurer as a running server.

use std::{io, sync::Mutex};

use actix_web::web::Data;

use super::{
    behaviour::{Behaviour, Behaviours},
    book::{Book, Settlement},
    routes::{Shared, routes},
};
use crate::listening::{HOLD, Listening};

/// An insurer that listens on a free port of this machine until it is stopped or dropped.
pub struct InsurerSandbox {
    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    pub url: String,
    shared: Data<Shared>,
    server: Listening,
}

impl InsurerSandbox {
    /// Starts an insurer for clients that show this API key. It needs a tokio runtime to be called
    /// on; without one it fails.
    pub fn start(api_key: &str) -> io::Result<Self> {
        let shared = Data::new(Shared { hold: HOLD, book: Mutex::new(Book::default()) });
        let app_shared = shared.clone();
        let (url, server) = Listening::start(api_key, move |config| {
            routes(config.app_data(app_shared.clone()));
        })?;
        Ok(Self { url, shared, server })
    }

    /// Says how the next requests about a settlement are mistreated, one behaviour each. They
    /// replace those that were left.
    pub fn behave(&self, next: impl IntoIterator<Item = Behaviour>) {
        let next = next.into_iter().collect();
        self.shared.book().behave(Behaviours { next });
    }

    /// Everything that was settled, in order.
    pub fn settlements(&self) -> Vec<Settlement> {
        self.shared.book().statement()
    }

    /// Stops listening and cuts every connection, held ones too.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
