//! Bodies of top-ups.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use citygate_kernel::{Currency, Money, wire};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    model::{TopUp, TopUpId, TopUpState},
    rules::TOP_UP_MAX,
};

/// Money to be taken from a card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TopUpRequest)]
pub(crate) struct CreateTopUpBody {
    #[schema(schema_with = top_up_schema)]
    pub amount: Money,
    #[schema(
        value_type = String,
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "tok_sandbox_ok"
    )]
    pub card_token: CardToken,
}

fn top_up_schema() -> RefOr<Schema> {
    Money::schema_within(1..=TOP_UP_MAX, Currency::Cny)
}

/// What the card processor's own page gave the app for a card; the city never sees card numbers.
#[derive(Debug)]
pub(crate) struct CardToken(pub String);

/// Not a token.
#[derive(Debug)]
pub(crate) struct InvalidCardToken;

impl fmt::Display for InvalidCardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a card token is 1 to 128 letters, digits, _ or -")
    }
}

impl FromStr for CardToken {
    type Err = InvalidCardToken;

    fn from_str(text: &str) -> Result<Self, InvalidCardToken> {
        let fits = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidCardToken) }
    }
}

impl<'de> Deserialize<'de> for CardToken {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

/// Where a top-up stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TopUpState)]
enum TopUpStateBody {
    Processing,
    Succeeded,
    Declined,
}

/// Money on its way from a card into the caller's wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TopUp)]
pub(crate) struct TopUpBody {
    id: TopUpId,
    amount: Money,
    state: TopUpStateBody,
    /// In the card processor's words; present when it declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, example = "do_not_honour")]
    decline_reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<TopUp> for TopUpBody {
    fn from(top_up: TopUp) -> Self {
        let (state, decline_reason) = match top_up.state {
            TopUpState::Processing => (TopUpStateBody::Processing, None),
            TopUpState::Succeeded => (TopUpStateBody::Succeeded, None),
            TopUpState::Declined { reason } => (TopUpStateBody::Declined, Some(reason)),
        };
        Self {
            id: top_up.id,
            amount: top_up.amount,
            state,
            decline_reason,
            created_at: top_up.created_at,
        }
    }
}
