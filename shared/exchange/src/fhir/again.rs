//! Messages that were held, and are carried out again.

use citygate_fhir::{Entry, EntryRequest, Method, Resource};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
    http::Failure,
};
use serde::{Deserialize, Serialize};

use super::{
    FhirError,
    bundle::carry_out_again,
    call::{Ground, Server},
    message::{resource, text},
    plan::{Interaction, interaction},
    single::written,
};
use crate::{
    Fault, Refusal,
    inbox::{Kept, Reply},
};

/// How a message is to be carried out, as far as its body does not say so. Of a transaction there is
/// nothing else to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manner {
    /// Which entry of a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<usize>,
    /// How a resource was sent by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
}

/// A request for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    /// Whether it was PUT; POST otherwise.
    pub put: bool,
    /// Relative to the base.
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none_exist: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
}

impl Request {
    /// As the entry of a Bundle that asks for the same.
    pub(super) fn entry(self, resource: Resource) -> Entry {
        let request = EntryRequest {
            method: if self.put { Method::Put } else { Method::Post },
            url: self.url,
            if_none_exist: self.if_none_exist,
            if_match: self.if_match,
            if_none_match: None,
        };
        Entry { full_url: None, resource: Some(Ok(resource)), request }
    }
}

impl Manner {
    /// An entry of a batch.
    pub(super) fn entry(number: usize) -> Self {
        Self { entry: Some(number), request: None }
    }

    /// A resource that was sent by itself.
    pub(super) fn single(request: Request) -> Self {
        Self { entry: None, request: Some(request) }
    }

    pub(super) fn text(&self) -> Result<String, FhirError> {
        Ok(serde_json::to_string(self)?)
    }

    fn read(text: &str) -> Result<Self, FhirError> {
        if text.is_empty() { Ok(Self::default()) } else { Ok(serde_json::from_str(text)?) }
    }
}

/// A problem that was found before a transaction began, told from within one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(Problem);

impl From<Failure> for Refused {
    fn from(Failure(problem): Failure) -> Self {
        Self(problem)
    }
}

impl Refusal for Refused {
    fn as_db(&self) -> Option<&DbError> {
        None
    }

    fn problem(self: Box<Self>) -> Problem {
        self.0
    }
}

/// Carries a message out again. Operations are never held.
pub(crate) async fn again(
    cx: &Cx,
    server: &Server,
    tx: &mut Tx<'_>,
    kept: &Kept,
) -> Result<Reply, Fault> {
    let ground = Ground::again(cx, server, kept.sender);
    let body = text(&kept.body)?;
    let manner = Manner::read(&kept.conditions)?;
    let Some(request) = manner.request else {
        return carry_out_again(&ground, tx, body, manner.entry).await;
    };
    let entry = request.entry(resource(body)?);
    match interaction(&ground, None, entry).map_err(Refused::from)? {
        Interaction::Write(planned) => written(&ground, tx, &planned).await,
        Interaction::Look(_) => Err(FhirError::Unknown.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_message_came_is_kept_with_it() {
        let url = "Slot?identifier=urn:h|1".to_owned();
        let request = Request { put: true, url, if_none_exist: None, if_match: None };
        for manner in [Manner::default(), Manner::entry(3), Manner::single(request)] {
            assert_eq!(Manner::read(&manner.text().unwrap()).unwrap(), manner);
        }
        assert_eq!(Manner::read("").unwrap(), Manner::default());
    }
}
