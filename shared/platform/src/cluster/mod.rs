//! A private PostgreSQL cluster: the city's own database server in a folder, for whoever has not
//! brought one.
//!
//! It listens on a Unix socket only, keeps PostgreSQL's full durability (`fsync`,
//! `synchronous_commit`, `full_page_writes`, data checksums), and lives exactly as long as the
//! process that started it: a guard process notices the end of its owner, however sudden, and asks
//! the server to shut down. Nobody is left behind.
//!
//! PostgreSQL refuses to run as root. When this process is root, the folder is given to an
//! unprivileged user and the programs run as that user ([`account`]).

mod account;
mod folder;
mod programs;
mod server;

pub use folder::{DataFolder, FolderError};
pub use programs::{MissingPrograms, Programs};
pub use server::{Cluster, ClusterError};
