//! Who may call stands in the handler's signature.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use citygate_kernel::{CityCode, CityId, Kind};
use citygate_platform::{Platform, http::Failure};
use uuid::Uuid;

use crate::{
    error::Error,
    model::{AccountId, ClientId, PersonId, SessionId},
    scopes::{CITIZEN, OPENID},
    tokens::{Caller, Claims, Tokens},
};

/// A signed-in citizen, with or without a real name.
#[derive(Debug, Clone, Copy)]
pub struct Citizen {
    /// Whose account.
    pub account: AccountId,
    /// Which sign-in.
    pub session: SessionId,
    /// The citizen's own city.
    pub city: CityCode,
    /// The person behind the account, once known.
    pub person: Option<PersonId>,
}

/// A signed-in citizen whose real name is known: who owns a wallet and is addressed by agencies.
#[derive(Debug, Clone, Copy)]
pub struct RealName {
    /// Whose account.
    pub account: AccountId,
    /// Which sign-in.
    pub session: SessionId,
    /// The citizen's own city.
    pub city: CityCode,
    /// The person behind the account.
    pub person: PersonId,
}

/// Somebody who signed in to a client with `openid`, whatever else the client may do.
#[derive(Debug, Clone)]
pub(crate) struct EndUser {
    pub session: SessionId,
    /// As the client knows the account.
    pub subject: String,
    scope: String,
}

impl EndUser {
    /// Whether the token has a scope.
    pub(crate) fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|own| own == scope)
    }

    fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let session = claims.session().ok_or(Error::Forbidden)?;
        if !claims.allows(OPENID) {
            return Err(Error::ScopeMissing(OPENID));
        }
        Ok(Self {
            session: session.parse().map_err(|_| DAMAGED)?,
            subject: claims.sub.clone(),
            scope: claims.scope.clone(),
        })
    }
}

/// What a system may do. Each operation for systems has one.
pub trait Scope: 'static {
    /// As in a token: `traffic.decisions:write`. The first word is the service, which the token has
    /// to be for.
    const NAME: &'static str;
}

/// A system of an agency or hospital that was given the scope `S`.
#[derive(Debug)]
pub struct Partner<S> {
    /// Which system.
    pub client: ClientId,
    /// The city of its agency.
    pub city: CityCode,
    agency: Uuid,
    scope: PhantomData<fn() -> S>,
}

impl<S> Partner<S> {
    /// The agency that the system belongs to. Its kind is the catalogue's to name.
    pub fn agency<K: Kind>(&self) -> CityId<K> {
        CityId::from_parts(self.city, self.agency)
    }

    /// The agency as the owner of something that needs no kind.
    pub(crate) fn agency_id(&self) -> Uuid {
        self.agency
    }
}

/// A system with some of the scopes of SMART App Launch, `system/…`. Which types of resources it may
/// read or write is for who knows those types to say.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Which system.
    pub client: ClientId,
    /// The city of its agency.
    pub city: CityCode,
    agency: Uuid,
    scope: String,
}

impl Backend {
    /// What every scope of such a system begins with.
    const PREFIX: &'static str = "system/";

    /// The agency that the system belongs to. Its kind is the catalogue's to name.
    pub fn agency<K: Kind>(&self) -> CityId<K> {
        CityId::from_parts(self.city, self.agency)
    }

    /// What the system was given, each beginning with `system/`.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| scope.starts_with(Self::PREFIX))
    }

    fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let Caller::Partner { agency, city } = &claims.caller else {
            return Err(Error::Forbidden);
        };
        if !claims.aud.covers(Self::PREFIX) {
            return Err(Error::TokenInvalid("it is for other services"));
        }
        let backend = Self {
            client: claims.sub.parse().map_err(|_| DAMAGED)?,
            city: city.parse().map_err(|_| DAMAGED)?,
            agency: *agency,
            scope: claims.scope.clone(),
        };
        let has_any = backend.scopes().next().is_some();
        if has_any { Ok(backend) } else { Err(Error::ScopeMissing("system/*.read")) }
    }
}

pub(crate) fn claims(request: &HttpRequest) -> Result<Arc<Claims>, Error> {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = bearer.ok_or(Error::TokenRequired)?;
    claims_of(request, token)
}

fn claims_of(request: &HttpRequest, token: &str) -> Result<Arc<Claims>, Error> {
    let (Some(tokens), Some(platform)) =
        (request.app_data::<Data<Tokens>>(), request.app_data::<Data<Platform>>())
    else {
        return Err(Error::TokenInvalid("tokens are not set up"));
    };
    tokens.verify(token.trim(), platform.clock.now())
}

/// The account or client whose token a request carries. Limits ask; who may do what is decided by
/// the caller types.
pub(crate) fn who_calls(request: &HttpRequest) -> Option<Uuid> {
    let claims = claims(request).ok()?;
    match &claims.caller {
        Caller::Citizen { .. } => claims.sub.parse().ok().map(AccountId::uuid),
        Caller::EndUser { sign_in } => sign_in.sid.parse().ok().map(SessionId::uuid),
        Caller::Partner { .. } => claims.sub.parse().ok().map(ClientId::uuid),
    }
}

const DAMAGED: Error = Error::TokenInvalid("its claims are not of this city's form");

impl Citizen {
    /// The citizen of an access token that stands elsewhere than in the header: some protocols have a
    /// place of their own for it.
    pub fn of_token(request: &HttpRequest, token: &str) -> Result<Self, Error> {
        Self::from_claims(&*claims_of(request, token)?)
    }

    fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let (sign_in, city, person) = match &claims.caller {
            Caller::Citizen { sign_in, city, person, .. } => (sign_in, city, person),
            Caller::EndUser { .. } => return Err(Error::ScopeMissing(CITIZEN)),
            Caller::Partner { .. } => return Err(Error::Forbidden),
        };
        let person = person.as_ref().map(|person| person.parse()).transpose();
        Ok(Self {
            account: claims.sub.parse().map_err(|_| DAMAGED)?,
            session: sign_in.sid.parse().map_err(|_| DAMAGED)?,
            city: city.parse().map_err(|_| DAMAGED)?,
            person: person.map_err(|_| DAMAGED)?,
        })
    }
}

impl RealName {
    pub(crate) fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let Citizen { account, session, city, person } = Citizen::from_claims(claims)?;
        Ok(Self { account, session, city, person: person.ok_or(Error::RealNameRequired)? })
    }
}

impl<S: Scope> Partner<S> {
    fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let Caller::Partner { agency, city } = &claims.caller else {
            return Err(Error::Forbidden);
        };
        if !claims.aud.covers(S::NAME) {
            return Err(Error::TokenInvalid("it is for other services"));
        }
        if !claims.allows(S::NAME) {
            return Err(Error::ScopeMissing(S::NAME));
        }
        Ok(Self {
            client: claims.sub.parse().map_err(|_| DAMAGED)?,
            city: city.parse().map_err(|_| DAMAGED)?,
            agency: *agency,
            scope: PhantomData,
        })
    }
}

/// The extractor of a caller type.
macro_rules! from_request {
    ($caller:ty $(, $scope:ident)?) => {
        impl$(<$scope: Scope>)? FromRequest for $caller {
            type Error = Failure;
            type Future = Ready<Result<Self, Failure>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let caller = claims(request).and_then(|claims| Self::from_claims(&claims));
                ready(caller.map_err(Failure::from))
            }
        }
    };
}

from_request!(Backend);
from_request!(Citizen);
from_request!(EndUser);
from_request!(RealName);
from_request!(Partner<S>, S);
