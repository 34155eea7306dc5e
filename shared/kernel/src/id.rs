//! Typed identifiers: a UUIDv7 inside, an opaque prefixed string outside.

use std::{cmp::Ordering, collections::BTreeMap, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{CityCode, Clock};

/// What an identifier names. Each crate owns its kinds.
pub trait Kind: 'static {
    /// Lower-case letters in front of the identifier, unique in the city: `bill`.
    const PREFIX: &'static str;
}

/// Text that is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier of the form {0} is expected")]
pub struct InvalidId(String);

/// Identifies something that belongs to no city: a person, an account, a client.
/// On the wire `acct_0199f0c2…`: the prefix and 32 lower-case hexadecimal digits.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Identifies something of one city's business; the city is part of the key.
/// On the wire `bill_330100_0199f0c2…`.
pub struct CityId<K> {
    city: CityCode,
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

fn fresh(clock: &Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

fn parse_uuid(text: &str) -> Option<Uuid> {
    let canonical =
        text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    canonical.then(|| Uuid::try_parse(text).ok()).flatten()
}

impl<K: Kind> Id<K> {
    /// A new identifier; later ones sort after earlier ones, to the millisecond.
    pub fn new(clock: &Clock) -> Self {
        Self::from_uuid(fresh(clock))
    }

    /// The identifier that a table stores as `uuid`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// What a table stores.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K: Kind> CityId<K> {
    /// A new identifier in a city.
    pub fn new(city: CityCode, clock: &Clock) -> Self {
        Self::from_parts(city, fresh(clock))
    }

    /// The identifier that a table stores as `city`, `id`.
    pub const fn from_parts(city: CityCode, uuid: Uuid) -> Self {
        Self { city, uuid, kind: PhantomData }
    }

    /// The city that owns the thing.
    pub const fn city(self) -> CityCode {
        self.city
    }

    /// What a table stores in `id`.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// What a table stores in `id`, city by city: statements name one city at a time.
    pub fn by_city(ids: impl IntoIterator<Item = Self>) -> BTreeMap<CityCode, Vec<Uuid>> {
        let mut cities: BTreeMap<CityCode, Vec<Uuid>> = BTreeMap::new();
        for id in ids {
            cities.entry(id.city).or_default().push(id.uuid);
        }
        cities
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid.simple())
    }
}

impl<K: Kind> fmt::Display for CityId<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_{}", K::PREFIX, self.city, self.uuid.simple())
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.strip_prefix(K::PREFIX)
            .and_then(|rest| parse_uuid(rest.strip_prefix('_')?))
            .map(Self::from_uuid)
            .ok_or_else(|| InvalidId(format!("{}_<32 hexadecimal digits>", K::PREFIX)))
    }
}

impl<K: Kind> FromStr for CityId<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.strip_prefix(K::PREFIX)
            .and_then(|rest| {
                let (city, uuid) = rest.strip_prefix('_')?.split_once('_')?;
                Some(Self::from_parts(city.parse().ok()?, parse_uuid(uuid)?))
            })
            .ok_or_else(|| InvalidId(format!("{}_<city>_<32 hexadecimal digits>", K::PREFIX)))
    }
}

/// The traits that a derive would bind to `K`, which is only a name.
macro_rules! value_traits {
    ($id:ident, $key:expr, $pattern:literal, $example:literal) => {
        impl<K> Clone for $id<K> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<K> Copy for $id<K> {}
        impl<K> PartialEq for $id<K> {
            fn eq(&self, other: &Self) -> bool {
                $key(self) == $key(other)
            }
        }
        impl<K> Eq for $id<K> {}
        impl<K> PartialOrd for $id<K> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl<K> Ord for $id<K> {
            fn cmp(&self, other: &Self) -> Ordering {
                $key(self).cmp(&$key(other))
            }
        }
        impl<K> hash::Hash for $id<K> {
            fn hash<H: hash::Hasher>(&self, state: &mut H) {
                $key(self).hash(state);
            }
        }
        impl<K: Kind> fmt::Debug for $id<K> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl<K: Kind> Serialize for $id<K> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de, K: Kind> Deserialize<'de> for $id<K> {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                crate::wire::from_text(d)
            }
        }
        impl<K: Kind> PartialSchema for $id<K> {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(format!($pattern, K::PREFIX)))
                    .examples([format!($example, K::PREFIX)])
                    .into()
            }
        }
        impl<K: Kind> ToSchema for $id<K> {
            fn name() -> std::borrow::Cow<'static, str> {
                format!("{}_id", K::PREFIX).into()
            }
        }
    };
}

value_traits!(
    Id,
    |id: &Id<K>| id.uuid,
    "^{}_[0-9a-f]{{32}}$",
    "{}_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f"
);
value_traits!(
    CityId,
    |id: &CityId<K>| (id.city, id.uuid),
    "^{}_[1-9][0-9]{{5}}_[0-9a-f]{{32}}$",
    "{}_330100_0199f0c2a4b07c3d8e1f2a3b4c5d6e7f"
);

#[cfg(test)]
mod tests {
    use super::*;

    struct Bill;
    impl Kind for Bill {
        const PREFIX: &'static str = "bill";
    }
    struct Person;
    impl Kind for Person {
        const PREFIX: &'static str = "pers";
    }

    #[test]
    fn round_trips() {
        let clock = Clock::system();
        let bill = CityId::<Bill>::new(CityCode::HANGZHOU, &clock);
        assert_eq!(bill.to_string().parse(), Ok(bill));
        let person = Id::<Person>::new(&clock);
        assert_eq!(person.to_string().parse(), Ok(person));
    }

    #[test]
    fn another_kind_or_form_does_not_parse() {
        let uuid = "0199f0c2a4b07c3d8e1f2a3b4c5d6e7f";
        for wrong in [
            format!("pers_{uuid}"),
            format!("bill_{uuid}"),
            format!("bills_330100_{uuid}"),
            format!("bill_33010_{uuid}"),
            format!("bill_330100_{}", uuid.to_uppercase()),
            format!("bill_330100_{uuid}0"),
            "bill_330100_0199f0c2-a4b0-7c3d-8e1f-2a3b4c5d6e7f".to_owned(),
            String::new(),
        ] {
            assert!(wrong.parse::<CityId<Bill>>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn identifiers_grow_with_time() {
        let clock = Clock::manual(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let earlier = Id::<Person>::new(&clock);
        clock.advance(chrono::TimeDelta::milliseconds(1));
        assert!(earlier < Id::<Person>::new(&clock));
    }
}
