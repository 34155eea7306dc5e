//! Every statement of identity, by noun.

mod accesses;
mod accounts;
mod authorizations;
mod client_keys;
mod client_requests;
mod clients;
mod codes;
mod devices;
mod limits;
mod passkeys;
mod passwords;
mod people;
mod phones;
mod profiles;
mod real_names;
mod sessions;
mod staff;
mod step_ups;
mod verifications;

pub(crate) use accesses::{
    entries_of_person, has_named, insert_entries, insert_lookup, insert_own_reads, is_statutory,
    lock_lookups,
};
pub(crate) use accounts::{
    account, account_by_email, account_of_person, bind_person, insert_account, lock_account,
};
pub(crate) use authorizations::{
    close_pushed, insert_authorization_code, insert_pushed, lock_authorization_code, open_pushed,
    use_authorization_code,
};
pub(crate) use client_keys::{
    AgencyClient, ClientKey, client_keys, clients_of, disable_client, disable_clients_of,
    insert_client_key, keys_of, lock_client_of, retire_client_key, set_first_key, working_key,
};
pub(crate) use client_requests::{
    approve_client_request, insert_client_request, lock_client_request, open_client_requests,
    withdraw_client_request,
};
pub(crate) use clients::{
    client, consented, insert_assertion, insert_client, note_use, registered, set_consent,
    set_redirect_uris,
};
pub(crate) use codes::{
    OneTimeCode, client_known_since, code, insert_code, know_client, lock_code, set_code_attempts,
    set_code_digest, use_code,
};
pub(crate) use devices::{
    SessionFacts, authenticated_at, end_other_sessions, end_session, running_sessions_of,
    set_device,
};
pub(crate) use limits::{count_sms, forget_counter, lock_counter, sms_count, update_counter};
pub(crate) use passkeys::{
    PasskeyFacts, credential_ids, delete_passkey, insert_ceremony, insert_passkey, lock_passkey,
    passkeys, rename_passkey, take_ceremony, use_passkey,
};
pub(crate) use passwords::{StoredPassword, delete_password, password, put_password};
pub(crate) use people::{
    MaskedRealName, born_on, document_type, full_names, index_of, look_up, name_people, own_masked,
    person_by_index, set_name, shown, told,
};
pub(crate) use phones::{account_of_phone, delete_phone, phone, put_phone};
pub(crate) use profiles::{Profile, ProfileRow, profile_rows};
pub(crate) use real_names::{FullIdentity, holds, insert_vouched, own_identity, verified_person};
pub(crate) use sessions::{
    act_as_staff, desk, insert_refresh_token, insert_session, lock_session_of_token, refresh_token,
    reissue_refresh_token, revoke_session, session, session_of_cookie, session_runs,
    sessions_that_run, use_refresh_token,
};
pub(crate) use staff::{
    accept_invitation, account_in_office, account_of_staff, accounts_in_role, certify_staff,
    email_index_of, end_staff, insert_invitation, insert_staff, lock_invitation, lock_role,
    lock_staff, open_invitations, replace_invitation, roles_at, roles_of, staff_of,
    withdraw_invitation,
};
pub(crate) use step_ups::{
    StepUpCodeRow, StepUpFor, insert_step_up, lock_step_up_code, replace_step_up_code,
    update_step_up_code, use_step_up, use_step_ups,
};
pub(crate) use verifications::{
    Decided, decide_verification, insert_verification, latest_verification, lock_person,
    lock_verification, verification,
};
