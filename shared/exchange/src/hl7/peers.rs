//! Who may speak MLLP: a facility, from its networks.

use std::net::IpAddr;

use citygate_catalogue::AgencyId;
use citygate_hl7v2::{Charset, Header};
use citygate_identity::{ClientId, registered_clients};
use citygate_platform::{
    db::{DbError, Tx, TxError},
    http::Network,
};

use super::store;
use crate::{Error, Sender};

/// A system that speaks MLLP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MllpPeer {
    /// MSH-4.1
    pub facility: String,
    /// MSH-3.1; any of the facility, where it is empty.
    pub application: String,
    /// The hospital.
    pub agency: AgencyId,
    /// The system that it counts as.
    pub client: ClientId,
    /// Where it speaks from.
    pub networks: Vec<Network>,
    /// What it writes in, where MSH-18 does not say.
    pub charset: Charset,
}

impl MllpPeer {
    pub(super) fn sender(&self) -> Sender {
        Sender { client: self.client, agency: self.agency }
    }

    pub(super) fn speaks_from(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address.to_canonical()))
    }

    /// Whether it calls itself so.
    fn is_named(&self, header: &Header) -> bool {
        self.facility == header.sending_facility
            && (self.application.is_empty() || self.application == header.sending_application)
    }
}

/// Why a system cannot be let speak MLLP.
#[derive(Debug, thiserror::Error)]
pub enum MllpPeerError {
    /// The hospital has no such system.
    #[error("the agency has no such system, or it is disabled")]
    ClientUnknown,
    /// Another hospital has the name.
    #[error("another agency has that facility and application")]
    NameTaken,
    /// The exchange's facts, or the database's trouble.
    #[error(transparent)]
    Exchange(#[from] Error),
}

impl From<DbError> for MllpPeerError {
    fn from(error: DbError) -> Self {
        Self::Exchange(error.into())
    }
}

impl TxError for MllpPeerError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Exchange(error) => error.as_db(),
            Self::ClientUnknown | Self::NameTaken => None,
        }
    }
}

/// Of the peers, the one that a header names: by facility and application rather than by facility
/// alone.
pub(super) fn named<'a>(peers: &'a [MllpPeer], header: &Header) -> Option<&'a MllpPeer> {
    let named = peers.iter().filter(|peer| peer.is_named(header));
    named.max_by_key(|peer| !peer.application.is_empty())
}

/// All of them, by facility.
pub async fn mllp_peers(tx: &mut Tx<'_>) -> Result<Vec<MllpPeer>, Error> {
    store::peers(tx).await
}

/// Lets a system speak MLLP. Whoever has that name already, of the same hospital, is replaced.
///
/// # Errors
///
/// [`MllpPeerError::ClientUnknown`] and [`MllpPeerError::NameTaken`].
pub async fn set_mllp_peer(tx: &mut Tx<'_>, peer: &MllpPeer) -> Result<(), MllpPeerError> {
    if !is_enabled(tx, peer.sender()).await? {
        return Err(MllpPeerError::ClientUnknown);
    }
    let taken = store::peers(tx).await?.into_iter().any(|known| {
        known.agency != peer.agency
            && (&known.facility, &known.application) == (&peer.facility, &peer.application)
    });
    if taken {
        return Err(MllpPeerError::NameTaken);
    }
    store::delete_peer(tx, &peer.facility, &peer.application).await?;
    Ok(store::insert_peer(tx, peer).await?)
}

/// Takes it back. Returns whether there was one of that name.
pub async fn remove_mllp_peer(
    tx: &mut Tx<'_>,
    facility: &str,
    application: &str,
) -> Result<bool, Error> {
    store::delete_peer(tx, facility, application).await
}

/// Whether a system of a hospital is one that may speak: MLLP has no token that would run out.
pub(super) async fn is_enabled(tx: &mut Tx<'_>, sender: Sender) -> Result<bool, Error> {
    let clients = registered_clients(tx, Some(sender.agency)).await?;
    let name = sender.client.to_string();
    Ok(clients.iter().any(|client| client.client_id == name && client.disabled_at.is_none()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn peer(facility: &str, application: &str, network: &str) -> MllpPeer {
        MllpPeer {
            facility: facility.to_owned(),
            application: application.to_owned(),
            agency: AgencyId::from_parts("330100".parse().unwrap(), Uuid::nil()),
            client: ClientId::from_uuid(Uuid::nil()),
            networks: vec![network.parse().unwrap()],
            charset: Charset::Utf8,
        }
    }

    #[test]
    fn a_sender_is_known_by_its_name_and_the_closest_fits() {
        let peers = [peer("湖滨", "", "10.0.0.0/8"), peer("湖滨", "RIS", "10.1.0.0/16")];
        for (facility, application, expected) in [
            ("湖滨", "LIS", Some("")),
            ("湖滨", "RIS", Some("RIS")),
            ("湖滨", "", Some("")),
            ("西湖", "RIS", None),
            ("", "", None),
        ] {
            let mut header = Header::unknown(Charset::Utf8);
            header.sending_facility = facility.to_owned();
            header.sending_application = application.to_owned();
            let found = named(&peers, &header).map(|peer| peer.application.as_str());
            assert_eq!(found, expected, "{facility} {application}");
        }
    }

    #[test]
    fn it_speaks_from_its_networks() {
        let known = peer("湖滨", "", "10.1.0.0/16");
        for (address, expected) in
            [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("10.2.0.1", false), ("::1", false)]
        {
            assert_eq!(known.speaks_from(address.parse().unwrap()), expected, "{address}");
        }
    }
}
