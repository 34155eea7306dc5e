//! What every action is handed: the ground it stands on and whom it answers.

use citygate_kernel::{Clock, Locale};

use crate::{db::Db, keys::Keys};

/// The ground: shared by all requests and jobs of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Platform {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Encryption and blind indexes.
    pub keys: Keys,
}

/// The context of one request or job.
#[derive(Clone, Debug)]
pub struct Cx {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Encryption and blind indexes.
    pub keys: Keys,
    /// The language of the answer.
    pub locale: Locale,
    /// Ties logs, answers and problems of one request together.
    pub request_id: String,
}

impl Platform {
    /// A context on this ground.
    pub fn cx(&self, locale: Locale, request_id: impl Into<String>) -> Cx {
        Cx {
            db: self.db.clone(),
            clock: self.clock.clone(),
            keys: self.keys.clone(),
            locale,
            request_id: request_id.into(),
        }
    }
}
