//! What people and systems do here.

mod accesses;
mod authorization;
mod client_assertion;
mod client_keys;
mod client_requests;
mod clients;
mod codes;
mod devices;
mod issue;
mod limits;
mod notices;
mod passkeys;
mod passwords;
mod people;
mod phones;
mod profile;
mod registration;
mod sessions;
mod sign_in;
mod staff;
mod step_up;
mod tokens;
mod verification;

pub(crate) use accesses::{Lookup, accesses, look_up};
pub use accesses::{
    OwnRead, named_before, note_filed, note_own_reads, note_read, note_statement_read,
};
pub(crate) use authorization::{
    Asked, Cookie, Decision, Next, asked, authorize, decide, exchange, push, sign_in_browser,
};
pub use client_keys::disable_clients_of;
pub use client_keys::verifying_key;
pub(crate) use client_keys::{add_client_key, agency_clients, disable_client, retire_client_key};
pub(crate) use client_requests::{
    NewClientRequest, OpenClientRequest, approve_client_request, open_client_requests,
    request_client, withdraw_client_request,
};
pub(crate) use clients::{ClientProof, put_webhook, system_token, webhook};
pub(crate) use codes::{SentCode, email_index, send_code, sms_job};
pub(crate) use devices::{
    OwnMethods, end_other_sessions, end_own_session, own_methods, sessions_of,
};
pub(crate) use issue::Granted;
pub(crate) use notices::Notice;
pub(crate) use passkeys::{
    Ceremony, add_passkey, begin_registration, begin_sign_in, passkeys, remove_passkey,
    rename_passkey, sign_in_browser_with_passkey, sign_in_with_passkey,
};
pub(crate) use passwords::{remove_password, set_password, sign_in_with_password};
pub use people::{
    Contact, age_on, contact, document_type, full_names, is_minor, masked_names, own_masked_name,
    person, persons, staff_contact, staff_contacts,
};
pub(crate) use phones::{remove_phone, send_phone_code, set_phone};
pub use profile::Profiles;
pub(crate) use profile::{IdentityRead, Profile, masked_email, own_identity, profile};
pub(crate) use registration::open_app_to_loopback;
pub use registration::{
    NewClient, RegisteredClient, es256_key, register_client, registered_clients, set_redirect_uris,
};
pub use sessions::{demo_token, require_session, running_sessions, session_ended};
pub(crate) use sessions::{refresh, sign_out};
pub(crate) use sign_in::{CodeProof, account_for, sign_in};
pub(crate) use staff::{
    Colleague, Office, OpenInvitation, accept_invitation, certify_staff, end_staff, offices,
    on_duty, open_invitations, staff, withdraw_invitation,
};
pub use staff::{NewStaff, invite_staff};
pub(crate) use step_up::{SteppedUp, Wanted, send_step_up_code, step_up};
pub(crate) use tokens::{
    Introspected, LogOut, LoggedOut, Userinfo, introspect, log_out, revoke, userinfo,
};
pub(crate) use verification::{
    Question, claim_real_name, question, resolve_verification, seed_real_name,
};
