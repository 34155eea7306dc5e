//! Numbers by which a posting names the application that it carries out.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{TransferInId, TransferOutId, WithdrawalId};

/// An application that a centre carries out by a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationNo {
    /// Money that is taken out.
    Withdrawal(WithdrawalId),
    /// An account that is taken over.
    TransferIn(TransferInId),
    /// An account that is given away.
    TransferOut(TransferOutId),
}

/// The text names no application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the identifier of a withdrawal or of a transfer is expected")]
pub struct InvalidApplicationNo;

impl FromStr for ApplicationNo {
    type Err = InvalidApplicationNo;

    fn from_str(text: &str) -> Result<Self, InvalidApplicationNo> {
        let withdrawal = text.parse().map(Self::Withdrawal);
        let incoming = || text.parse().map(Self::TransferIn);
        let outgoing = || text.parse().map(Self::TransferOut);
        let parsed = withdrawal.or_else(|_| incoming()).or_else(|_| outgoing());
        parsed.map_err(|_| InvalidApplicationNo)
    }
}

impl fmt::Display for ApplicationNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withdrawal(id) => id.fmt(f),
            Self::TransferIn(id) => id.fmt(f),
            Self::TransferOut(id) => id.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for ApplicationNo {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl PartialSchema for ApplicationNo {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A withdrawal, or one side of a transfer."))
            .pattern(Some("^f(wdr|tri|tro)_[0-9]{6}_[0-9a-f]{32}$"))
            .into()
    }
}

impl ToSchema for ApplicationNo {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_says_what_it_is() {
        let uuid = "0".repeat(32);
        let parse = |prefix: &str| format!("{prefix}_330100_{uuid}").parse::<ApplicationNo>();
        assert!(matches!(parse("fwdr"), Ok(ApplicationNo::Withdrawal(_))));
        assert!(matches!(parse("ftri"), Ok(ApplicationNo::TransferIn(_))));
        assert!(matches!(parse("ftro"), Ok(ApplicationNo::TransferOut(_))));
        assert_eq!(parse("fdsp"), Err(InvalidApplicationNo));
        assert_eq!("".parse::<ApplicationNo>(), Err(InvalidApplicationNo));
        let number = parse("ftro").unwrap();
        assert_eq!(number.to_string().parse(), Ok(number));
    }
}
