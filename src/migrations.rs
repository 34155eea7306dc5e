//! The migrations of all owners, embedded.

use citygate_platform::migrate::Timeline;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

const PLATFORM: EmbeddedMigrations = embed_migrations!("migrations/platform");
const CATALOGUE: EmbeddedMigrations = embed_migrations!("migrations/catalogue");
const NOTIFY: EmbeddedMigrations = embed_migrations!("migrations/notify");
const IDENTITY: EmbeddedMigrations = embed_migrations!("migrations/identity");
const LEDGER: EmbeddedMigrations = embed_migrations!("migrations/ledger");
const PAYMENTS: EmbeddedMigrations = embed_migrations!("migrations/payments");
const BOOKING: EmbeddedMigrations = embed_migrations!("migrations/booking");
const EXCHANGE: EmbeddedMigrations = embed_migrations!("migrations/exchange");
const CERTIFICATES: EmbeddedMigrations = embed_migrations!("migrations/certificates");
const INQUIRY: EmbeddedMigrations = embed_migrations!("migrations/inquiry");
const USAGE: EmbeddedMigrations = embed_migrations!("migrations/usage");
const LISTINGS: EmbeddedMigrations = embed_migrations!("migrations/listings");
const TRAFFIC: EmbeddedMigrations = embed_migrations!("migrations/traffic");
const HOSPITAL: EmbeddedMigrations = embed_migrations!("migrations/hospital");
const RESULTS: EmbeddedMigrations = embed_migrations!("migrations/results");
const PROVIDENT_FUND: EmbeddedMigrations = embed_migrations!("migrations/provident_fund");
const SOCIAL_SECURITY: EmbeddedMigrations = embed_migrations!("migrations/social_security");
const MARRIAGE: EmbeddedMigrations = embed_migrations!("migrations/marriage");
const LISTED: EmbeddedMigrations = embed_migrations!("migrations/listed");
const APPLICATIONS: EmbeddedMigrations = embed_migrations!("migrations/applications");
const CASES: EmbeddedMigrations = embed_migrations!("migrations/cases");

/// One source for each folder below `migrations/`.
pub fn all() -> Timeline<EmbeddedMigrations> {
    Timeline(vec![
        PLATFORM,
        CATALOGUE,
        NOTIFY,
        IDENTITY,
        LEDGER,
        PAYMENTS,
        BOOKING,
        EXCHANGE,
        CERTIFICATES,
        INQUIRY,
        USAGE,
        LISTINGS,
        TRAFFIC,
        HOSPITAL,
        RESULTS,
        PROVIDENT_FUND,
        SOCIAL_SECURITY,
        MARRIAGE,
        LISTED,
        APPLICATIONS,
        CASES,
    ])
}
