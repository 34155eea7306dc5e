//! Settings: flags over `CITYGATE_*` variables over a TOML file over defaults. Unknown keys are
//! errors. Secrets come from files and variables, never from arguments, and are never printed.

use std::{
    env,
    path::{Path, PathBuf},
};

use citygate_exchange::hl7::MllpSettings;
use citygate_identity::SignInSettings;
use citygate_kernel::Masked;
use citygate_notify::{MailSettings, SmsSettings, WebhookSettings};
use citygate_platform::{
    db::DatabaseSettings, http::HttpSettings, lane::LaneSettings, party::PartySettings,
    telemetry::LogSettings,
};
use config::{Config, ConfigError, Environment, File, FileFormat};
use serde::{Deserialize, Serialize, Serializer};

/// The file that is read when no other is named, if it is there.
const DEFAULT_FILE: &str = "citygate.toml";

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where the private database, keys and letters are kept.
    pub data_dir: PathBuf,
    /// A PostgreSQL of the user's own. Without one, a private cluster runs below `data_dir`.
    /// The plain variable `DATABASE_URL` works too.
    #[serde(serialize_with = "masked")]
    pub database_url: Option<Masked<String>>,
    /// The files with the city's secrets; `keys` below `data_dir` when not set.
    pub keys_dir: Option<PathBuf>,
    /// How the city is reached from outside; the issuer of its tokens.
    pub public_url: Option<String>,
    /// Which services answer; all when empty.
    pub services: Vec<String>,
    /// Whether the demo city is loaded; by default it is with a private cluster.
    pub demo_city: Option<bool>,
    /// Whether `serve` also does background work.
    pub work: bool,
    /// The HTTP server.
    pub http: HttpSettings,
    /// HL7 version 2 over MLLP.
    pub mllp: MllpSettings,
    /// The connection pool.
    pub database: DatabaseSettings,
    /// Group commit.
    pub lane: LaneSettings,
    /// The log.
    pub log: LogSettings,
    /// Letters.
    pub mail: MailSettings,
    /// Short messages.
    pub sms: SmsSettings,
    /// One-time codes by short message.
    pub sign_in: SignInSettings,
    /// Messages to agencies' systems.
    pub webhooks: WebhookSettings,
    /// Who charges cards.
    pub card_processor: PartySettings,
    /// Who verifies real names.
    pub police_registry: PartySettings,
    /// The medical insurance agency.
    pub insurer: PartySettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            database_url: None,
            keys_dir: None,
            public_url: None,
            services: Vec::new(),
            demo_city: None,
            work: true,
            http: HttpSettings::default(),
            mllp: MllpSettings::default(),
            database: DatabaseSettings::default(),
            lane: LaneSettings::default(),
            log: LogSettings::default(),
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
            sign_in: SignInSettings::default(),
            webhooks: WebhookSettings::default(),
            card_processor: PartySettings::default(),
            police_registry: PartySettings::default(),
            insurer: PartySettings::default(),
        }
    }
}

fn masked<S: Serializer>(url: &Option<Masked<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(ToString::to_string).serialize(serializer)
}

/// What flags say; flags win.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<String>,
    /// `--services`
    pub services: Option<Vec<String>>,
    /// `--demo-city`
    pub demo_city: Option<bool>,
}

impl Settings {
    /// Reads them all. `file` must exist when it is named.
    pub fn read(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let named = file.unwrap_or(Path::new(DEFAULT_FILE));
        let source = File::new(&named.to_string_lossy(), FileFormat::Toml).required(file.is_some());
        let variables = Environment::with_prefix("CITYGATE")
            .prefix_separator("_")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("services")
            .with_list_parse_key("sign_in.sms_country_codes")
            .with_list_parse_key("http.trusted_proxies")
            .try_parsing(true);
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        // The variable that every PostgreSQL tool knows; the city's own name for it wins.
        let url = match env::var("CITYGATE_DATABASE_URL") {
            Ok(_) => None,
            Err(_) => env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
        };
        Config::builder()
            .add_source(source)
            .add_source(variables)
            .set_override_option("database_url", url)?
            .set_override_option("data_dir", flags.data_dir.as_ref().map(text))?
            .set_override_option("http.listen", flags.listen.clone())?
            .set_override_option("services", flags.services.clone())?
            .set_override_option("demo_city", flags.demo_city)?
            .build()?
            .try_deserialize()
    }

    /// Whether the demo city is loaded.
    pub fn wants_demo_city(&self) -> bool {
        self.demo_city.unwrap_or(self.database_url.is_none())
    }

    /// The folder of the key files.
    pub fn keys_folder(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }

    /// The folder of letters that have no SMTP server to go to.
    pub fn mail_folder(&self) -> PathBuf {
        self.mail.folder.clone().unwrap_or_else(|| self.data_dir.join("mail"))
    }

    /// The folder of short messages that have no gateway to go to.
    pub fn sms_folder(&self) -> PathBuf {
        self.sms.folder.clone().unwrap_or_else(|| self.data_dir.join("sms"))
    }

    /// The effective values as TOML, secrets masked.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}
