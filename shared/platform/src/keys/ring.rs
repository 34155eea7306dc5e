//! The data keys that a process has at hand.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{DataClass, files::Wrapping, store::DataKeyRow};

/// How long it is taken for granted which key is active. Whoever rotates waits longer.
pub(super) const FRESH: TimeDelta = TimeDelta::seconds(2);

/// A data key, unwrapped.
pub(super) struct DataKey {
    pub id: Uuid,
    pub key: RandomizedNonceKey,
}

impl DataKey {
    /// None when the key that wrapped it is not in the folder.
    pub(super) fn unwrap(row: &DataKeyRow, wrapping: &Wrapping) -> Option<Self> {
        let key = wrapping.unwrap(row.kek, row.id, &row.class, &row.wrapped).ok()?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).ok()?;
        Some(Self { id: row.id, key })
    }
}

/// All of them, as they were read at one time.
pub(super) struct Ring {
    read_at: DateTime<Utc>,
    keys: BTreeMap<Uuid, Arc<DataKey>>,
    active: BTreeMap<String, Uuid>,
}

impl Ring {
    /// From the rows of the table. Keys that are at hand already are not unwrapped again.
    pub(super) fn read(
        rows: Vec<DataKeyRow>,
        read_at: DateTime<Utc>,
        before: Option<&Self>,
        wrapping: &Wrapping,
    ) -> Self {
        let mut ring = Self { read_at, keys: BTreeMap::new(), active: BTreeMap::new() };
        for row in rows {
            let known = before.and_then(|before| before.get(row.id));
            let Some(key) = known.or_else(|| DataKey::unwrap(&row, wrapping).map(Arc::new)) else {
                tracing::warn!(key = %row.id, kek = row.kek, "a data key cannot be unwrapped");
                continue;
            };
            ring.keys.insert(row.id, key);
            if row.retired_at.is_none() {
                ring.active.insert(row.class, row.id);
            }
        }
        ring
    }

    /// A clock that was set back says nothing about age.
    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.read_at <= now && now < self.read_at + FRESH
    }

    pub(super) fn get(&self, id: Uuid) -> Option<Arc<DataKey>> {
        self.keys.get(&id).cloned()
    }

    /// The key that seals values of a class.
    pub(super) fn active(&self, class: DataClass) -> Option<Arc<DataKey>> {
        self.get(*self.active.get(class.code())?)
    }
}
