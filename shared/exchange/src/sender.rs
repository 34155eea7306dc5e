//! Who sends.

use citygate_catalogue::AgencyId;
use citygate_identity::{Accessor, Backend, ClientId};

/// A system of a participant, as its token or its connection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// Which system.
    pub client: ClientId,
    /// The hospital that it belongs to.
    pub agency: AgencyId,
}

impl Sender {
    /// The system whose token a request carries.
    pub(crate) fn of(caller: &Backend) -> Self {
        Self { client: caller.client, agency: caller.agency() }
    }

    /// The system as somebody who reads or writes personal data.
    pub fn accessor(self) -> Accessor {
        Accessor::system(self.client, self.agency)
    }
}
