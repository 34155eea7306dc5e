//! A resource within a sealed value: as JSON, not as a text that holds JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

pub(super) fn serialize<S: Serializer>(
    resource: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let raw = resource.as_deref().map(serde_json::from_str::<&RawValue>).transpose();
    raw.map_err(S::Error::custom)?.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    Ok(Some(raw.get().to_owned()))
}
