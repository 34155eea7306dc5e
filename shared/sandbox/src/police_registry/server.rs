//! The register as a running server.

use std::{io, sync::Mutex};

use actix_web::web::Data;

use super::{
    behaviour::{Behaviour, Behaviours},
    register::{Check, DocumentHeld, Register, TestPerson},
    routes::{Shared, routes},
};
use crate::listening::{HOLD, Listening};

/// A register that listens on a free port of this machine until it is stopped or dropped.
pub struct PoliceRegistrySandbox {
    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    pub url: String,
    shared: Data<Shared>,
    server: Listening,
}

impl PoliceRegistrySandbox {
    /// Starts a register for clients that show this API key. It needs a tokio runtime to be called
    /// on; without one it fails.
    pub fn start(api_key: &str) -> io::Result<Self> {
        let register = Mutex::new(Register::default());
        let shared = Data::new(Shared { hold: HOLD, register });
        let app_shared = shared.clone();
        let (url, server) = Listening::start(api_key, move |config| {
            routes(config.app_data(app_shared.clone()));
        })?;
        Ok(Self { url, shared, server })
    }

    /// Says how the next requests for or about a check are mistreated, one behaviour each. They
    /// replace those that were left.
    pub fn behave(&self, next: impl IntoIterator<Item = Behaviour>) {
        let next = next.into_iter().collect();
        self.shared.register().behave(Behaviours { next });
    }

    /// From now on somebody holds a document that no country issued: all but foreign passports.
    pub fn enrol(&self, name: &str, kind: &str, number: &str) {
        let (kind, number) = (kind.to_owned(), number.to_owned());
        let document = DocumentHeld { kind, number, issuer: None };
        self.shared.register().enrol(TestPerson { name: name.to_owned(), document });
    }

    /// Everything that was asked, in order.
    pub fn checks(&self) -> Vec<Check> {
        self.shared.register().checks()
    }

    /// Stops listening and cuts every connection, held ones too.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
