//! Whose messages are carried out.

use citygate_catalogue::AgencyId;
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;

use super::{
    model::{Admission, ParticipantState},
    store,
};
use crate::error::Error;

/// Whether what a hospital's systems send is carried out. Asked in the transaction of each message:
/// a suspension holds from the next one on. Sent together with other statements.
///
/// # Errors
///
/// [`Error::NotConnected`] and [`Error::Suspended`].
pub(crate) async fn admit(tx: &Tx<'_>, agency: AgencyId) -> Result<Admission, Error> {
    if agency.city() == CityCode::SANDBOX {
        let sandbox = store::sandbox(tx, agency).await?.ok_or(Error::NotConnected)?;
        return Ok(Admission { signatures_required: sandbox.abilities.signs });
    }
    match store::standing(tx, agency).await? {
        Some((ParticipantState::Live, signs)) => Ok(Admission { signatures_required: signs }),
        Some((ParticipantState::Suspended, _)) => Err(Error::Suspended),
        Some(_) | None => Err(Error::NotConnected),
    }
}

/// Connects a hospital at once, without proof of anything, for demo cities and tests. One that is
/// known stays as it is.
pub async fn connect(tx: &mut Tx<'_>, agency: AgencyId) -> Result<(), Error> {
    store::insert_live(tx, agency, "Citygate").await
}
