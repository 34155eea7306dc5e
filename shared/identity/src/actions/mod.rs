//! What people and systems do here.

mod clients;
mod real_name;
mod sessions;
mod sign_in;

pub use clients::{NewClient, register_client};
pub(crate) use clients::{assertion_token, put_webhook, webhook};
pub use real_name::{Contact, contact, person, persons};
pub(crate) use real_name::{Profile, profile, set_real_name};
pub(crate) use sessions::{Granted, refresh, sign_out};
pub use sessions::{demo_token, require_session, running_sessions, session_ended};
pub(crate) use sign_in::{account_for, email_index};
pub(crate) use sign_in::{send_code, sign_in};
