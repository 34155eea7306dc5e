//! What a mini-service is to the rest of the house: a plain value.

use std::sync::Arc;

use citygate_kernel::ProblemType;
use futures_util::future::LocalBoxFuture;

use crate::{
    Cx,
    http::{FailureForm, Routes},
    jobs::{Job, Listener},
    keys::SealedColumn,
    retention::Expiring,
};

type Configure = Arc<dyn Fn(&mut Routes<'_>) + Send + Sync>;
type Demo = fn(Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn std::error::Error>>>;

/// Everything that a crate adds to the city. `src/services.rs` lists them; nothing else names a
/// service.
#[derive(Clone)]
pub struct Service {
    /// The crate's name, as in `serve --services`.
    pub name: &'static str,
    /// What it is for, in a sentence: the description of its tag in the OpenAPI document.
    pub about: &'static str,
    /// Adds what handlers and extractors of any crate may ask for.
    pub state: Configure,
    /// Adds the crate's handlers, with full paths.
    pub routes: Configure,
    /// Background work.
    pub jobs: Vec<Job>,
    /// What it wants to hear from others.
    pub listeners: Vec<Listener>,
    /// Where its sealed values stand, so that the rotation of keys reaches them.
    pub sealed: &'static [SealedColumn],
    /// What it forgets, and when.
    pub expiring: &'static [Expiring],
    /// What can go wrong in it.
    pub problems: &'static [&'static ProblemType],
    /// How it tells of failures, where its protocol has a form of its own.
    pub failures: Option<FailureForm>,
    /// Its part of the demo city; running it again changes nothing.
    pub demo: Option<Demo>,
}

impl Service {
    /// A service with handlers and nothing else.
    pub fn new(
        name: &'static str,
        problems: &'static [&'static ProblemType],
        routes: impl Fn(&mut Routes<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            about: "",
            state: Arc::new(|_| {}),
            routes: Arc::new(routes),
            jobs: Vec::new(),
            listeners: Vec::new(),
            sealed: &[],
            expiring: &[],
            problems,
            failures: None,
            demo: None,
        }
    }

    /// The same service in a process that does not answer for it: its state is there for the
    /// extractors of others, its handlers are not.
    pub fn silent(self) -> Self {
        Self { routes: Arc::new(|_| {}), ..self }
    }
}
