//! Statements about who speaks MLLP.

use citygate_catalogue::AgencyId;
use citygate_hl7v2::Charset;
use citygate_identity::ClientId;
use citygate_kernel::CityCode;
use citygate_platform::db::Tx;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::peers::MllpPeer;
use crate::{error::Error, schema::mllp_peers};

#[derive(Queryable, Selectable)]
#[diesel(table_name = mllp_peers)]
struct Row {
    city: i32,
    facility: String,
    application: String,
    agency_id: Uuid,
    client_id: Uuid,
    networks: Vec<Option<String>>,
    charset: String,
}

impl TryFrom<Row> for MllpPeer {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let city = CityCode::try_from(row.city).map_err(|_| Error::Damaged("city"))?;
        let networks: Result<_, _> =
            row.networks.into_iter().flatten().map(|n| n.parse()).collect();
        Ok(Self {
            facility: row.facility,
            application: row.application,
            agency: AgencyId::from_parts(city, row.agency_id),
            client: ClientId::from_uuid(row.client_id),
            networks: networks.map_err(|_| Error::Damaged("network"))?,
            charset: Charset::named(&row.charset).ok_or(Error::Damaged("charset"))?,
        })
    }
}

/// All of them, by facility.
pub(super) async fn peers(tx: &mut Tx<'_>) -> Result<Vec<MllpPeer>, Error> {
    let rows: Vec<Row> = mllp_peers::table
        .order((mllp_peers::facility, mllp_peers::application))
        .select(Row::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(MllpPeer::try_from).collect()
}

/// Writes a peer. There is none of its name.
pub(super) async fn insert_peer(tx: &mut Tx<'_>, peer: &MllpPeer) -> Result<(), Error> {
    let networks: Vec<String> = peer.networks.iter().map(ToString::to_string).collect();
    diesel::insert_into(mllp_peers::table)
        .values((
            mllp_peers::city.eq(peer.agency.city().number()),
            mllp_peers::facility.eq(&peer.facility),
            mllp_peers::application.eq(&peer.application),
            mllp_peers::agency_id.eq(peer.agency.uuid()),
            mllp_peers::client_id.eq(peer.client.uuid()),
            mllp_peers::networks.eq(networks),
            mllp_peers::charset.eq(peer.charset.label()),
            mllp_peers::created_at.eq(tx.now()),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes a peer. False when there is none of that name.
pub(super) async fn delete_peer(
    tx: &mut Tx<'_>,
    facility: &str,
    application: &str,
) -> Result<bool, Error> {
    let deleted = diesel::delete(mllp_peers::table)
        .filter(mllp_peers::facility.eq(facility))
        .filter(mllp_peers::application.eq(application))
        .execute(tx.conn())
        .await?;
    Ok(deleted > 0)
}
