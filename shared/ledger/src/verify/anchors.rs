//! Ends of chains that were written down elsewhere.

use std::{fmt, str::FromStr};

use citygate_kernel::wire;
use citygate_platform::{db::Db, sql::sql};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{BigInt, Binary, Integer, SmallInt},
};
use diesel_async::RunQueryDsl;

use super::{VerifyError, fault};

/// The end of a chain. Whoever keeps it elsewhere notices when history was cut off behind it, or
/// written anew from before it: a database alone cannot show that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose.
    pub city: i32,
    /// Which of the city's chains.
    pub chain: i16,
    /// How many blocks it has.
    pub seq: i64,
    /// The hash of the last one.
    pub hash: Vec<u8>,
}

impl fmt::Display for ChainHead {
    /// `330100 7 1234 9f86d0…`: city, chain, block, hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { city, chain, seq, hash } = self;
        write!(f, "{city} {chain} {seq} {}", wire::hex(hash))
    }
}

/// The text is not the end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the end of a chain is a city, a chain, a block and a hash of 64 hexadecimal digits")]
pub struct InvalidChainHead;

impl FromStr for ChainHead {
    type Err = InvalidChainHead;

    fn from_str(text: &str) -> Result<Self, InvalidChainHead> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [city, chain, seq, hash] = words.as_slice() else { return Err(InvalidChainHead) };
        let byte = |i: usize| {
            // A sign would be taken for a digit.
            let digits = hash.get(i..i + 2)?;
            u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
        };
        let hash: Option<Vec<u8>> = (0..hash.len()).step_by(2).map(byte).collect();
        Ok(Self {
            city: city.parse().map_err(|_| InvalidChainHead)?,
            chain: chain.parse().map_err(|_| InvalidChainHead)?,
            seq: seq.parse().map_err(|_| InvalidChainHead)?,
            hash: hash.filter(|hash| hash.len() == 32).ok_or(InvalidChainHead)?,
        })
    }
}

/// Whether the chains still run through where they ended once.
pub async fn verify_anchors(db: &Db, anchors: &[ChainHead]) -> Result<(), VerifyError> {
    #[derive(QueryableByName)]
    struct Block {
        #[diesel(sql_type = Binary)]
        hash: Vec<u8>,
    }
    for anchor in anchors {
        let found = db.tx("ledger.verify_anchor", async |tx| {
            let block: Option<Block> =
                sql("SELECT hash FROM ledger.blocks WHERE city = $1 AND chain = $2 AND seq = $3")
                    .bind::<Integer, _>(anchor.city)
                    .bind::<SmallInt, _>(anchor.chain)
                    .bind::<BigInt, _>(anchor.seq)
                    .get_result(tx.conn())
                    .await
                    .optional()?;
            Ok::<_, VerifyError>(block)
        });
        match found.await? {
            Some(block) if block.hash == anchor.hash => {}
            Some(_) => return Err(fault("a block is not the one that was written down", anchor)),
            None => return Err(fault("a block that was written down is gone", anchor)),
        }
    }
    Ok(())
}
