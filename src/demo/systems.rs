//! The systems of the demo city, with key files: whoever has the files can play the police by hand,
//! through the front door, as a real agency would.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use citygate_catalogue::AgencyId;
use citygate_exchange::hl7::{MllpPeer, set_mllp_peer};
use citygate_hl7v2::Charset;
use citygate_hospital::HOSPITAL;
use citygate_identity::{ClientId, KeyPair};
use citygate_kernel::wire;
use citygate_platform::keys::read_or_make;
use citygate_provident_fund::FUND_CENTRE;
use citygate_social_security::AGENCY;
use citygate_traffic::POLICE;

use super::{FUND_SCOPES, HOSPITAL_SCOPES, POLICE_SCOPES, SOCIAL_SECURITY_SCOPES, register};
use crate::{commands::CommandError, instance::City};

/// Agency, name, key file and scopes.
const SYSTEMS: [(AgencyId, &str, &str, &[&str]); 5] = [
    (POLICE, "Traffic police", "demo-traffic-police.p8", POLICE_SCOPES),
    (POLICE, "Audit office", "demo-audit-office.p8", &["books:read"]),
    (HOSPITAL, "First Hospital", "demo-first-hospital.p8", HOSPITAL_SCOPES),
    (FUND_CENTRE, "Fund centre", "demo-fund-centre.p8", FUND_SCOPES),
    (AGENCY, "Social Insurance Bureau", "demo-social-insurance.p8", SOCIAL_SECURITY_SCOPES),
];

/// A registered system and the file with its private key (PKCS #8, DER).
pub struct DemoSystem {
    /// Whose it is.
    pub name: &'static str,
    /// Its client identifier.
    pub id: ClientId,
    /// Where its key is.
    pub key_file: PathBuf,
}

/// Registers the systems, and makes the keys that are missing.
pub async fn register_systems(city: &City, keys: &Path) -> Result<Vec<DemoSystem>, CommandError> {
    let mut systems = Vec::with_capacity(SYSTEMS.len());
    for (agency, name, file, scopes) in SYSTEMS {
        let key_file = keys.join(file);
        let private = read_or_make(&key_file, || KeyPair::generate().map(|pair| pair.private))?;
        let key = KeyPair::from_private(private)?;
        let id = client_of(&key)?;
        register(city, (agency, id), name, &key, scopes).await?;
        if agency == HOSPITAL {
            speak_mllp(city, agency, id).await?;
        }
        systems.push(DemoSystem { name, id, key_file });
    }
    Ok(systems)
}

/// Lets a system speak MLLP from this machine, as the facility `FIRST_HOSPITAL`.
async fn speak_mllp(city: &City, agency: AgencyId, client: ClientId) -> Result<(), CommandError> {
    let peer = MllpPeer {
        facility: "FIRST_HOSPITAL".to_owned(),
        application: String::new(),
        agency,
        client,
        networks: vec!["127.0.0.0/8".parse()?, "::1/128".parse()?],
        charset: Charset::Utf8,
    };
    let db = &city.platform.db;
    Ok(db.tx("exchange.set_mllp_peer", async |tx| set_mllp_peer(tx, &peer).await).await?)
}

/// The identifier is made of the public key: a new key file is a new client, never one that the
/// database knows by another key.
fn client_of(key: &KeyPair) -> Result<ClientId, CommandError> {
    let public = serde_json::to_vec(&key.public)?;
    let digits = wire::hex(digest(&SHA256, &public).as_ref());
    Ok(format!("clnt_{digits:.32}").parse()?)
}
