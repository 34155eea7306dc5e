//! Fresh proof as a part of a handler's signature (RFC 9470).
//!
//! A sensitive operation takes a [`StepUp`] for its purpose, and its action uses the proof up with
//! [`StepUp::consume`] in the transaction of what it is for. Without a proof the caller is
//! challenged:
//!
//! ```text
//! 401 identity.step_up_required
//! WWW-Authenticate: Bearer error="insufficient_user_authentication",
//!     acr_values="urn:citygate:loa:3", max_age=300
//! ```
//!
//! The citizen then proves who they are (`POST /v1/step-ups`), for one purpose, object and amount,
//! and is given another access token of the same session, whose `acr` is the one asked for. It
//! goes where every access token goes, into `Authorization: Bearer`, so that clients which know
//! RFC 9470 need nothing else. What it may be used for stands in the database and not in the token:
//! it serves once.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use citygate_kernel::Money;
use citygate_platform::{db::Tx, http::Failure};
use uuid::Uuid;

use crate::{
    caller::{self, RealName},
    error::{Error, ProofError},
    model::{AccountId, SessionId, StepUpId, StepUpPurpose},
    store::{self, StepUpFor},
    tokens::{Caller, Claims},
};

/// What a citizen has to prove themselves anew for. Each sensitive operation has one.
pub trait Sensitive: 'static {
    /// Which of the list.
    const PURPOSE: StepUpPurpose;
}

/// A citizen who has shown a fresh proof, which has yet to be looked at: it is worth something only
/// when [`StepUp::consume`] has succeeded.
#[derive(Debug)]
pub struct StepUp<S> {
    caller: RealName,
    id: StepUpId,
    purpose: PhantomData<fn() -> S>,
}

impl<S: Sensitive> StepUp<S> {
    /// Who calls.
    pub fn caller(&self) -> &RealName {
        &self.caller
    }

    /// Uses the proof up for this object and amount, in the transaction of what it is for: if that
    /// is undone, the proof is as good as before. A proof for something else, of another account or
    /// session, too old, or used is [`ProofError::StepUpRequired`], and so is one whose session has
    /// ended.
    pub async fn consume(
        &self,
        tx: &mut Tx<'_>,
        object: Option<&str>,
        amount: Option<Money>,
    ) -> Result<(), Error> {
        let RealName { account, session, .. } = self.caller;
        let what = StepUpFor { account, session, purpose: S::PURPOSE, object, amount };
        if store::use_step_up(tx, self.id, &what).await? {
            Ok(())
        } else {
            Err(ProofError::StepUpRequired(S::PURPOSE).into())
        }
    }

    /// The proof as a part of a batch, for this object and amount: [`consume_step_ups`].
    pub fn proof(&self, object: Option<String>, amount: Option<Money>) -> Proof {
        let RealName { account, session, .. } = self.caller;
        Proof { id: self.id, account, session, purpose: S::PURPOSE, object, amount }
    }

    fn from_claims(claims: &Claims) -> Result<Self, Error> {
        let caller = RealName::from_claims(claims)?;
        let Caller::Citizen { step_up: Some(id), .. } = &claims.caller else {
            return Err(ProofError::StepUpRequired(S::PURPOSE).into());
        };
        let id = id.parse().map_err(|_| ProofError::StepUpRequired(S::PURPOSE))?;
        Ok(Self { caller, id, purpose: PhantomData })
    }
}

/// A proof that is to be used up together with those of others. It is worth nothing before.
#[derive(Debug, Clone)]
pub struct Proof {
    pub(crate) id: StepUpId,
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
    pub(crate) purpose: StepUpPurpose,
    pub(crate) object: Option<String>,
    pub(crate) amount: Option<Money>,
}

impl Proof {
    /// What no other proof shares.
    pub fn key(&self) -> Uuid {
        self.id.uuid()
    }

    /// What its owner is told when it is worth nothing.
    pub fn refused(&self) -> Error {
        ProofError::StepUpRequired(self.purpose).into()
    }
}

/// Uses up proofs of several people by one statement, each as [`StepUp::consume`] does. Says of each
/// whether it was worth anything; of one that is named twice, only the first time.
pub async fn consume_step_ups(tx: &Tx<'_>, proofs: &[Proof]) -> Result<Vec<bool>, Error> {
    let used = store::use_step_ups(tx, proofs).await?;
    Ok((0..proofs.len()).map(|place| used.contains(&place)).collect())
}

impl<S: Sensitive> FromRequest for StepUp<S> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let step_up = caller::claims(request).and_then(|claims| Self::from_claims(&claims));
        ready(step_up.map_err(Failure::from))
    }
}
