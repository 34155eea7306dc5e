//! What an operator decides about signing in.

use serde::{Deserialize, Serialize};

/// To whom one-time codes go, and how many.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInSettings {
    /// Country codes, with their `+`, to whose numbers codes are sent.
    pub sms_country_codes: Vec<String>,
    /// The most short messages of a day (UTC), of all processes together.
    pub sms_per_day: i32,
    /// How many codes one client may ask for within an hour, for whatever addresses.
    pub codes_per_client_hour: i32,
}

impl Default for SignInSettings {
    fn default() -> Self {
        let codes = ["+86", "+852", "+853", "+886"];
        Self {
            sms_country_codes: codes.map(str::to_owned).into(),
            sms_per_day: 10_000,
            codes_per_client_hour: 20,
        }
    }
}
