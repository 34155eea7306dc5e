//! Orders, reports and observations in the words of FHIR R4.

mod answer;
mod look;
mod observation;
mod order;
mod report;
mod request;
mod search;
mod subject;
mod types;
mod words;
mod write;

use std::sync::Arc;

use citygate_exchange::{
    Fault, Sender,
    fhir::{FhirError, Found, Match, Page, Repository, Stored, TypeRules, Write, Written},
};
use citygate_fhir::{Query, ResourceType};
use citygate_platform::{Cx, db::Tx};
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::Uuid;

use self::look::Reader;
use crate::actions::release::Policies;

/// What keeps `ServiceRequest`, `DiagnosticReport` and `Observation`.
pub fn fhir_repository() -> Arc<dyn Repository> {
    Arc::new(Results::default())
}

#[derive(Debug, Default)]
struct Results {
    policies: Policies,
}

impl Repository for Results {
    fn types(&self) -> &'static [TypeRules] {
        types::TYPES
    }

    fn write<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        writes: Vec<Write>,
    ) -> LocalBoxFuture<'a, Result<Vec<Written>, Fault>> {
        write::write(cx, tx, &self.policies, sender, writes).boxed_local()
    }

    fn resolve<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        conditions: &'a [Query],
    ) -> LocalBoxFuture<'a, Result<Vec<Match>, Fault>> {
        async move { Reader { cx, sender }.resolve(tx, conditions).await }.boxed_local()
    }

    fn read<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (ResourceType, Uuid),
        version: Option<u32>,
    ) -> LocalBoxFuture<'a, Result<Option<Stored>, Fault>> {
        async move { Ok(Reader { cx, sender }.read(tx, what, version).await?) }.boxed_local()
    }

    fn history<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        what: (ResourceType, Uuid),
        before: Option<u32>,
        count: usize,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<Stored>>, Fault>> {
        async move { Ok(Reader { cx, sender }.history(tx, what, before, count).await?) }
            .boxed_local()
    }

    fn search<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        query: &'a Query,
        page: Page,
    ) -> LocalBoxFuture<'a, Result<Found, Fault>> {
        async move { Ok(Reader { cx, sender }.search(tx, query, page).await?) }.boxed_local()
    }

    fn operate<'a>(
        &'a self,
        _: &'a Cx,
        _: &'a mut Tx<'_>,
        _: Sender,
        _: (ResourceType, &'static str),
        _: Option<Uuid>,
        _: &'a serde_json::Value,
    ) -> LocalBoxFuture<'a, Result<serde_json::Value, Fault>> {
        // No type has one.
        async { Err(FhirError::NotSupported("an operation").into()) }.boxed_local()
    }
}
