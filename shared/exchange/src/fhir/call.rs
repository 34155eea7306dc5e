//! What every request stands on.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use citygate_fhir::ResourceType;
use citygate_identity::Backend;
use citygate_kernel::Problem;
use citygate_platform::{
    Cx,
    db::Tx,
    http::{Failure, IdempotencyKey},
    problems,
};
use url::form_urlencoded;

use super::{
    FhirError, Repository, TypeRules,
    message::Message,
    negotiation::{Format, Prefer},
    scope::{self, Access},
};
use crate::{
    Fault, Registry, Sender,
    inbox::{Incoming, Protocol},
    participants,
};

/// Where FHIR begins.
pub(crate) const ROOT: &str = "/fhir/r4";

/// The FHIR server of a city: its public address, and the services' repositories.
#[derive(Clone)]
pub(crate) struct Server {
    /// As references and links name it, without a slash at the end.
    pub base: Arc<str>,
    /// Who gives tokens, and where.
    pub issuer: Arc<str>,
    pub registry: Registry,
}

impl Server {
    /// Below the public address of the city.
    pub(crate) fn new(issuer: &str, registry: Registry) -> Self {
        let issuer = issuer.trim_end_matches('/');
        Self { base: format!("{issuer}{ROOT}").into(), issuer: issuer.into(), registry }
    }
}

impl FromRequest for Server {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let server = request.app_data::<Data<Self>>().map(|server| Self::clone(server));
        let missing = || Problem::new(&problems::INTERNAL).cause("the exchange is not set up");
        ready(server.ok_or_else(|| missing().into()))
    }
}

/// What an interaction stands on: who asks, and how it is to be answered.
pub(crate) struct Ground {
    pub cx: Cx,
    pub server: Server,
    pub sender: Sender,
    pub prefer: Prefer,
    pub format: Format,
    /// Whose scopes count. Of a message that is carried out again they counted when it came in.
    caller: Option<Backend>,
}

impl Ground {
    /// Of a message that is carried out again.
    pub(crate) fn again(cx: &Cx, server: &Server, sender: Sender) -> Self {
        let (prefer, format) = Default::default();
        Self { cx: cx.clone(), server: server.clone(), sender, prefer, format, caller: None }
    }

    /// The rules of a type, for a caller who may do something with it. It is kept in the repository
    /// of that place.
    pub(crate) fn admit(
        &self,
        kind: ResourceType,
        access: Access,
    ) -> Result<(usize, &'static TypeRules), Failure> {
        if let Some(caller) = &self.caller {
            scope::require(caller, kind, access)?;
        }
        Ok(self.keeper(kind)?)
    }

    /// The place of the repository that keeps a type.
    pub(crate) fn keeper(
        &self,
        kind: ResourceType,
    ) -> Result<(usize, &'static TypeRules), FhirError> {
        self.server.registry.keeper(kind).ok_or(FhirError::TypeUnknown)
    }

    /// A repository by its place.
    pub(crate) fn repository(&self, place: usize) -> Result<&dyn Repository, FhirError> {
        self.server.registry.repository(place).ok_or(FhirError::TypeUnknown)
    }

    /// Looks at something in a transaction: reads of personal data are written down.
    pub(crate) async fn look<T>(
        &self,
        name: &'static str,
        mut look: impl AsyncFnMut(&mut Tx<'_>) -> Result<T, Fault>,
    ) -> Result<T, Failure> {
        let seen = self.cx.db.tx(name, async |tx| {
            participants::admit(tx, self.sender.agency).await?;
            let seen = look(tx).await?;
            participants::has_read(tx, self.sender.agency).await?;
            Ok::<_, Fault>(seen)
        });
        Ok(seen.await?)
    }
}

/// A request of a hospital's system.
pub(crate) struct Call {
    pub ground: Ground,
    /// What the sender calls the message (`Idempotency-Key`).
    pub message_no: Option<String>,
    request: HttpRequest,
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Self::of(request, payload))
    }
}

impl Call {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Failure> {
        let caller = Backend::from_request(request, payload).into_inner()?;
        scope::require_any(&caller)?;
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let format = pairs.filter(|(name, _)| name == "_format").last();
        let format = format.as_ref().map(|(_, value)| value.as_ref());
        let format = Format::negotiate(format, text(request, &header::ACCEPT))?;
        let ground = Ground {
            cx: Cx::from_request(request, payload).into_inner()?,
            server: Server::from_request(request, payload).into_inner()?,
            sender: Sender::of(&caller),
            prefer: Prefer::of(request.headers()),
            format,
            caller: Some(caller),
        };
        Ok(Self { ground, message_no: message_no(request)?, request: request.clone() })
    }

    /// The pairs of the request's query.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        pairs(self.request.query_string())
    }

    /// The condition of an update, without what shapes the answer.
    pub(crate) fn condition(&self) -> String {
        let pairs = self.pairs().into_iter().filter(|(name, _)| name != "_format");
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &header::HeaderName) -> Option<&str> {
        text(&self.request, name)
    }

    /// A message of this request, on its way into the inbox.
    pub(crate) fn incoming<'a>(
        &self,
        (what, conditions): (&'a str, &'a str),
        message_no: Option<&'a str>,
        message: &'a Message,
    ) -> Incoming<'a> {
        Incoming {
            sender: self.ground.sender,
            protocol: Protocol::Fhir,
            message_no,
            what,
            conditions,
            body: &message.bytes,
            proof: message.proof.as_ref(),
            part: None,
        }
    }
}

/// The pairs of a query string, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn text<'a>(request: &'a HttpRequest, name: &header::HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn message_no(request: &HttpRequest) -> Result<Option<String>, FhirError> {
    let mut values = request.headers().get_all("idempotency-key");
    let (Some(value), second) = (values.next(), values.next()) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let fits = (1..=IdempotencyKey::MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && second.is_none() {
        return Ok(Some(text.to_owned()));
    }
    let why = "one key of 1 to 255 visible characters is expected".to_owned();
    Err(FhirError::Parameter("Idempotency-Key".to_owned(), why))
}

/// A type by the name that stands in an address.
pub(crate) fn kind(name: &str) -> Result<ResourceType, FhirError> {
    name.parse().map_err(|_| FhirError::TypeUnknown)
}
