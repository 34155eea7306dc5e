//! What a service does with messages.

use citygate_fhir::ResourceType;
use citygate_hl7v2::Message;
use citygate_platform::{Cx, db::Tx};
use futures_util::future::LocalBoxFuture;

use crate::{Fault, Sender};

/// A service that understands messages of some types.
pub trait Receiver: Send + Sync {
    /// Message code and trigger event (MSH-9): `("ORU", "R01")`.
    fn messages(&self) -> &'static [(&'static str, &'static str)];

    /// What its messages write, as the scopes of a token call it.
    fn writes(&self) -> ResourceType;

    /// Carries a message out: all of it, or nothing. What is missing or wrong in it is a
    /// [`MessageFault`](super::MessageFault), or a problem of the service's own whose field is a
    /// location: `OBX[3]-5`.
    fn receive<'a>(
        &'a self,
        cx: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        message: &'a Message,
    ) -> LocalBoxFuture<'a, Result<(), Fault>>;
}
