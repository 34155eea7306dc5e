//! Every statement of identity, by noun.

mod clients;
mod codes;
mod people;
mod sessions;

pub(crate) use clients::{client, insert_assertion, insert_client};
pub(crate) use codes::{find_code, lock_code, update_code};
pub(crate) use people::{
    PersonRow, account, account_by_email, account_of_person, bind_person, insert_account,
    insert_people, lock_account, people_by_index, person, set_name,
};
pub(crate) use sessions::{
    insert_refresh_token, insert_session, lock_refresh_token, revoke_session, session_runs,
    sessions_that_run, use_refresh_token,
};
