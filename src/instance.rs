//! A running city: database, services, server and worker, started in the order they need each
//! other and stopped in the reverse.

mod sandboxes;

use std::{fs, io, net::TcpListener, path::PathBuf, sync::Arc, thread};

use citygate_booking::ClaimLanes;
use citygate_exchange::hl7::MllpServer;
use citygate_identity::{Profiles, SignInMethods, Tokens};
use citygate_inquiry::Registers;
use citygate_kernel::{Clock, Locale};
use citygate_notify::{Mailer, SmsGateway};
use citygate_payments::PayLanes;
use citygate_platform::{
    Cx, Platform, Service,
    cluster::{Cluster, ClusterError, DataFolder, FolderError},
    db::Db,
    http::{Server, bind},
    keys::Keys,
    migrate::{MigrateError, migrate},
    worker::Worker,
};
use citygate_provident_fund::BalanceLanes;
use tokio::sync::watch;

pub use sandboxes::Sandboxes;

use crate::{
    migrations,
    services::{self, Parties},
    settings::Settings,
};

/// Why the city does not run. Each says in one line what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The private cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The given database.
    #[error(
        "the database at DATABASE_URL cannot be used: {0}; check host, port, user, password and \
         database name"
    )]
    Database(String),
    /// The schema.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The address.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen {
        /// The one that was asked for.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The address for MLLP.
    #[error(
        "cannot listen for MLLP on {address}: {source}; choose another address with mllp.listen"
    )]
    ListenMllp {
        /// The one that was asked for.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// A service that does not exist.
    #[error("there is no service {0}; known are: {1}")]
    ServiceUnknown(String, String),
    /// The key files belong to another database.
    #[error(
        "the keys in {0} are not those that the data in the database was encrypted with; set \
         keys_dir to the right folder, or restore the key files from their backup"
    )]
    OtherKeys(PathBuf),
    /// Keys, mail, or another outside party.
    #[error("{0}")]
    Party(String),
}

fn party(error: impl ToString) -> StartError {
    StartError::Party(error.to_string())
}

/// A database that is up, and up to date.
pub struct Database {
    /// Where it is.
    pub url: String,
    // Stops with this value; the folder is released after that.
    _cluster: Option<Cluster>,
    _folder: Option<DataFolder>,
}

impl Database {
    /// Starts the private cluster, or takes the given database.
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        if let Some(url) = &settings.database_url {
            let url = url.expose().clone();
            fs::create_dir_all(&settings.data_dir).map_err(party)?;
            return Ok(Self { url, _cluster: None, _folder: None });
        }
        let folder = DataFolder::open(&settings.data_dir)?;
        let place = folder.path().join("postgres");
        let cluster =
            tokio::task::spawn_blocking(move || Cluster::start(&place)).await.map_err(party)??;
        Ok(Self { url: cluster.url(), _cluster: Some(cluster), _folder: Some(folder) })
    }

    /// A database that is gone with its folder when this value, or this process, is.
    pub async fn throw_away() -> Result<Self, StartError> {
        let cluster = tokio::task::spawn_blocking(|| Cluster::throw_away(None, &[]))
            .await
            .map_err(party)??;
        Ok(Self { url: cluster.url(), _cluster: Some(cluster), _folder: None })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<Vec<String>, StartError> {
        migrate(&self.url, migrations::all()).await.map_err(|error| match error {
            MigrateError::Connection(error) => StartError::Database(error.to_string()),
            other => StartError::Migrate(other),
        })
    }
}

/// The city before it listens.
pub struct City {
    /// The ground of requests and jobs.
    pub platform: Platform,
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// All of its parts.
    pub services: Vec<Service>,
    /// The parties outside that are simulated.
    pub sandboxes: Sandboxes,
}

impl City {
    /// Puts the parts together on a migrated database.
    pub async fn assemble(
        settings: &Settings,
        database_url: &str,
        clock: Clock,
        issuer: &str,
    ) -> Result<Self, StartError> {
        let keys = Keys::open(&settings.keys_folder()).map_err(party)?;
        let tokens = Tokens::open(&settings.keys_folder(), issuer).map_err(party)?;
        let db = Db::new(database_url, clock.clone(), &settings.database);
        let platform = Platform { db, clock: clock.clone(), keys };
        let sandboxes = Sandboxes::start(settings, clock)?;
        let parties = Parties {
            tokens: tokens.clone(),
            sign_in: SignInMethods::new(&settings.sign_in, issuer).map_err(party)?,
            profiles: Profiles::start(&platform).map_err(party)?,
            sms: SmsGateway::new(&settings.sms, &settings.sms_folder()).map_err(party)?,
            mailer: Mailer::new(&settings.mail, &settings.mail_folder()).map_err(party)?,
            webhooks: settings.webhooks,
            processor: sandboxes.card_processor(settings)?,
            registry: sandboxes.police_registry(settings)?,
            insurer: sandboxes.insurer(settings)?,
            registers: Registers::new().map_err(party)?,
            pay_lanes: PayLanes::start(&platform, settings.lane).map_err(party)?,
            claim_lanes: ClaimLanes::start(&platform, settings.lane).map_err(party)?,
            balance_lanes: BalanceLanes::start(&platform, settings.lane).map_err(party)?,
        };
        let services = services::all(parties);
        let city = Self { platform, tokens, services, sandboxes };
        city.check(settings).await?;
        city.load(settings).await?;
        Ok(city)
    }

    /// A context for what is done at the start.
    pub fn cx(&self) -> Cx {
        self.platform.cx(Locale::default(), "start")
    }

    /// Refuses what would do harm later: names that stand for nothing, and keys that are not those
    /// of the data.
    async fn check(&self, settings: &Settings) -> Result<(), StartError> {
        let known: Vec<_> = self.services.iter().map(|service| service.name).collect();
        if let Some(name) = settings.services.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(StartError::ServiceUnknown(name.clone(), known.join(", ")));
        }
        let (db, keys) = (&self.platform.db, &self.platform.keys);
        let fits = db.tx("platform.check_keys", async |tx| keys.fit(tx).await).await;
        if !fits.map_err(party)? {
            return Err(StartError::OtherKeys(keys.folder().to_owned()));
        }
        keys.prepare(db).await.map_err(party)?;
        if !db.role_is_bound().await.map_err(party)? {
            tracing::warn!(
                "the database role is a superuser: nothing protects the history of the ledger \
                 from it; use a role that only owns its database"
            );
        }
        Ok(())
    }

    async fn load(&self, settings: &Settings) -> Result<(), StartError> {
        self.platform
            .db
            .tx("catalogue.load_notices", async |tx| citygate_catalogue::load_notices(tx).await)
            .await
            .map_err(party)?;
        if settings.wants_demo_city() {
            for seed in self.services.iter().filter_map(|service| service.demo) {
                seed(self.cx()).await.map_err(|error| party(format!("the demo city: {error}")))?;
            }
            self.sandboxes.open_registers(&self.cx()).await?;
        }
        Ok(())
    }

    /// All services, of which only those named and the platform answer; without names, all do.
    fn answering(&self, names: &[String]) -> Vec<Service> {
        let wanted = |service: &Service| {
            names.is_empty()
                || service.name == "platform"
                || names.iter().any(|name| name == service.name)
        };
        let services = self.services.iter().cloned();
        services.map(|one| if wanted(&one) { one } else { one.silent() }).collect()
    }
}

/// Takes the address before anything slow is done.
pub fn listen(settings: &Settings) -> Result<TcpListener, StartError> {
    bind(&settings.http)
        .map_err(|source| StartError::Listen { address: settings.http.listen.clone(), source })
}

/// How the city is reached: as set, or where it listens.
pub fn public_url(settings: &Settings, listener: &TcpListener) -> String {
    let address = || {
        let address = listener.local_addr();
        format!("http://{}", address.map_or(settings.http.listen.clone(), |a| a.to_string()))
    };
    settings.public_url.as_ref().map_or_else(address, |url| url.trim_end_matches('/').to_owned())
}

/// A city that answers.
pub struct Instance {
    /// Where it is reached.
    pub url: String,
    /// Its parts.
    pub city: City,
    /// Where hospitals' systems speak MLLP, if they can.
    pub mllp: Option<MllpServer>,
    server: Server,
    worker: Option<BackgroundWorker>,
}

impl Instance {
    /// Serves on the listener, and works if the settings say so.
    pub fn start(
        settings: &Settings,
        listener: TcpListener,
        city: City,
        url: String,
    ) -> Result<Self, StartError> {
        let services = city.answering(&settings.services);
        let server = Server::start(listener, &city.platform, &settings.http, &services)
            .map_err(|error| party(format!("the server did not start: {error}")))?;
        let mllp = start_mllp(settings, &city)?;
        let worker = settings.work.then(|| BackgroundWorker::start(&city));
        Ok(Self { url, city, mllp, server, worker })
    }

    /// Answers what is under way, finishes the jobs that have begun, and stops.
    pub async fn stop(self) {
        if let Some(mllp) = self.mllp {
            mllp.stop().await;
        }
        self.server.drain().await;
        if let Some(worker) = self.worker {
            worker.stop().await;
        }
        self.city.sandboxes.stop().await;
    }
}

/// Where a demo city is spoken to in MLLP, if nobody else is there: the port that is registered for
/// it.
const DEMO_MLLP: &str = "127.0.0.1:2575";

/// Listens for MLLP where that is set, and in a demo city.
fn start_mllp(settings: &Settings, city: &City) -> Result<Option<MllpServer>, StartError> {
    let answers =
        settings.services.is_empty() || settings.services.iter().any(|name| name == "exchange");
    let (address, listener) = match &settings.mllp.listen {
        _ if !answers => return Ok(None),
        Some(address) => (address.as_str(), MllpServer::bind(address)),
        None if settings.wants_demo_city() => {
            let free = |_| MllpServer::bind("127.0.0.1:0");
            (DEMO_MLLP, MllpServer::bind(DEMO_MLLP).or_else(free))
        }
        None => return Ok(None),
    };
    let failed = |source| StartError::ListenMllp { address: address.to_owned(), source };
    let registry = services::registry();
    let server = listener
        .and_then(|listener| MllpServer::start(listener, &city.platform, registry, &settings.mllp));
    server.map(Some).map_err(failed)
}

/// A worker on a thread of its own: jobs, like handlers, stay on the thread where they began.
pub struct BackgroundWorker {
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl BackgroundWorker {
    /// Begins to work.
    pub fn start(city: &City) -> Self {
        let (stop, stopped) = watch::channel(false);
        let worker = Arc::new(Worker::new(city.platform.clone(), &city.services));
        let thread = thread::spawn(move || {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => {
                    tokio::task::LocalSet::new().block_on(&runtime, worker.run(stopped));
                }
                Err(error) => tracing::error!(%error, "no worker: a runtime cannot be made"),
            }
        });
        Self { stop, thread }
    }

    /// Stops after the jobs that have begun.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}
