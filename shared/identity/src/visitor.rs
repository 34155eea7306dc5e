//! From where somebody calls who has yet to prove who they are.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use citygate_platform::{http::ClientAddress, keys::Keys};

use crate::rules::device;

/// The client of a request: its address, for limits, and its device, for the list of sessions.
/// Neither is stored as it came.
pub(crate) struct Visitor {
    address: IpAddr,
    /// `Chrome, Android`.
    pub device: Option<String>,
}

impl Visitor {
    /// A keyed digest of the address: a household or phone, not a whole network.
    pub(crate) fn index(&self, keys: &Keys) -> Vec<u8> {
        keys.blind_index("identity.client", &self.address.to_string())
    }
}

impl FromRequest for Visitor {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user_agent = request.headers().get(header::USER_AGENT);
        let user_agent = user_agent.and_then(|value| value.to_str().ok());
        ready(Ok(Self {
            address: ClientAddress::of(request).household(),
            device: user_agent.and_then(device),
        }))
    }
}
