//! One city: its database, its folder of keys and letters, and its agencies.
//!
//! What a service desk or an agency's own system would do (registering agencies, issuing bills) is
//! done in this process, through the functions that services call.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use citygate::{instance::City, migrations, settings::Settings};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{Access, Accessor, Named, PersonId, Reason, ResidentIdNumber, person};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_platform::{db::DatabaseSettings, migrate::migrate};
use citygate_sandbox::police_registry::PoliceRegistrySandbox;
use tempfile::TempDir;

use super::Failure;

/// Where all of it happens.
pub const CITY: CityCode = CityCode::HANGZHOU;

/// Why the benchmark names people.
const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };

/// What the server shows to the registry; it guards nothing.
const REGISTRY_KEY: &str = "bench-key";
const REGISTRY_KEY_FILE: &str = "registry.key";

/// A migrated city with agencies.
pub struct Site {
    /// Its database.
    pub url: String,
    /// Where its server listens. Chosen once: it is the issuer of the tokens, and a citizen signs
    /// in with one server and pays with the next.
    pub address: SocketAddr,
    /// The parts of the city, in this process.
    pub city: City,
    /// To whom bills are owed.
    pub agencies: Vec<AgencyId>,
    /// Who says that the citizens are who they claim to be.
    pub registry: PoliceRegistrySandbox,
    folder: TempDir,
}

impl Site {
    /// Migrates an empty database and registers agencies.
    pub async fn found(url: String, agencies: usize) -> Result<Self, Failure> {
        migrate(&url, migrations::all()).await?;
        let folder = tempfile::Builder::new().prefix("citygate-bench-").tempdir()?;
        let settings = Settings {
            data_dir: folder.path().to_owned(),
            demo_city: Some(false),
            // The others are the server's and pgbench's.
            database: DatabaseSettings { pool_size: 4, ..DatabaseSettings::default() },
            ..Settings::default()
        };
        let address = free_address()?;
        let issuer = format!("http://{address}");
        let city = City::assemble(&settings, &url, Clock::system(), &issuer).await?;
        let registry = PoliceRegistrySandbox::start(REGISTRY_KEY)?;
        fs::write(folder.path().join(REGISTRY_KEY_FILE), REGISTRY_KEY)?;
        let mut site = Self { url, address, city, agencies: Vec::new(), registry, folder };
        site.agencies = site.register(agencies).await?;
        Ok(site)
    }

    /// Keys, letters and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file with the key for the registry.
    pub fn registry_key_file(&self) -> PathBuf {
        self.folder().join(REGISTRY_KEY_FILE)
    }

    /// Where letters land.
    pub fn letters(&self) -> PathBuf {
        self.folder().join("mail")
    }

    /// The person behind an identity number.
    pub async fn person(&self, id_number: &ResidentIdNumber) -> Result<PersonId, Failure> {
        let platform = &self.city.platform;
        let cx = platform.cx(Locale::default(), "bench");
        let access = Access::new(&cx, Accessor::city(CITY), REASON);
        let found = platform
            .db
            .tx("bench.person", async |tx| {
                let named = Named { id_number, name: None, case: None };
                person(&platform.keys, tx, &access, named).await
            })
            .await?;
        Ok(found)
    }

    async fn register(&self, count: usize) -> Result<Vec<AgencyId>, Failure> {
        let platform = &self.city.platform;
        let agencies: Vec<Agency> = (1..=count)
            .map(|n| Agency {
                id: AgencyId::new(CITY, &platform.clock),
                name: Text::new(format!("Agency {n} of Hangzhou"), format!("杭州市第{n}机构")),
            })
            .collect();
        platform
            .db
            .tx("bench.register", async |tx| {
                for agency in &agencies {
                    add_agency(tx, agency).await?;
                }
                Ok::<_, citygate_catalogue::Error>(())
            })
            .await?;
        Ok(agencies.iter().map(|agency| agency.id).collect())
    }
}

/// An address on loopback that nobody else has at the moment.
pub fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
