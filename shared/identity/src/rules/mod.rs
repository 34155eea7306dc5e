//! Decisions of identity, and its figures.

mod authentication;
mod authorization;
pub(crate) mod client_requests;
mod codes;
mod devices;
mod limits;
mod lookups;
mod masks;
mod passwords;
mod refresh;
mod sms_budget;
pub(crate) mod staff;
mod step_up;
mod verification;

use chrono::TimeDelta;

pub(crate) use self::{
    authentication::level,
    authorization::{
        AUTHORIZATION_CODE_LIFE, AuthorizationRequest, BROWSER_SESSION_LIFE, OPENED_LIFE,
        PUSHED_LIFE, Step, answer_uri, authorization_request, is_redirect_uri, is_registered,
        narrowed, next_step,
    },
    codes::{Channel, CodeState, Purpose},
    devices::device,
    limits::{Counter, GUESSES, Limit, SENDS, sends_of_client},
    lookups::one_more_lookup,
    masks::{mask_email, mask_name},
    passwords::{Password, Strength, strength},
    refresh::{RefreshState, Turn, turn},
    sms_budget::{SmsCount, is_served, may_send, prefix},
    step_up::{STEP_UP_AMR, STEP_UP_CODE_LIFE, STEP_UP_LEVEL, STEP_UP_LIFE, is_whole},
    verification::{CLAIMS_OF_ACCOUNT, CLAIMS_OF_DOCUMENT, Standing, VERIFIED_LEVEL, may_bind},
};

/// How long a client is known to an address after a sign-in.
pub(crate) const KNOWN_FOR: TimeDelta = TimeDelta::days(90);
/// How fresh a sign-in has to be for changing how one signs in (RFC 9470).
pub(crate) const FRESH: TimeDelta = TimeDelta::minutes(5);
/// How long an access token of a citizen works.
pub(crate) const CITIZEN_TOKEN_LIFE: TimeDelta = TimeDelta::seconds(600);
/// How long an ID token works.
pub(crate) const ID_TOKEN_LIFE: TimeDelta = TimeDelta::seconds(300);
/// How long an access token of a system works.
pub(crate) const PARTNER_TOKEN_LIFE: TimeDelta = TimeDelta::seconds(300);
/// How long a refresh token works when it is not used.
pub(crate) const REFRESH_IDLE: TimeDelta = TimeDelta::days(30);
/// How long a session lasts, however much it is used.
pub(crate) const SESSION_LIFE: TimeDelta = TimeDelta::days(90);
/// The furthest expiry of a client assertion that is accepted (RFC 7523, 3: "unreasonably far").
/// Common clients of the standard make assertions for an hour and cannot be told otherwise; each
/// works once however long it lasts.
pub(crate) const ASSERTION_LIFE: TimeDelta = TimeDelta::hours(1);
