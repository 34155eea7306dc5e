//! Lists in pages. A cursor says where the next page begins; it is opaque, and stays right when
//! rows are added meanwhile, which page numbers do not.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{Array, ArrayBuilder, Ref},
};
use uuid::Uuid;

/// How many rows a page has when nobody says.
const DEFAULT: i64 = 20;
/// How many rows a page can have.
const MAX: i64 = 100;

/// The position after the last row of a page: rows are listed newest first, by their id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Uuid);

/// Not a cursor that this city has given out.
#[derive(Debug, thiserror::Error)]
#[error("a cursor from next_cursor of an earlier page is expected")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        Uuid::from_slice(&bytes).map(Self).map_err(|_| InvalidCursor)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        citygate_kernel::wire::from_text(deserializer)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<PageSize>,
}

impl PageQuery {
    /// Rows on a page.
    pub fn limit(&self) -> i64 {
        self.limit.map_or(DEFAULT, |size| size.0)
    }

    /// Cuts what was read, one row more than the limit, into the page and its next cursor.
    pub fn page<R, T: ToSchema>(
        &self,
        mut rows: Vec<R>,
        id: impl Fn(&R) -> Uuid,
        body: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit()).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| Cursor(id(row)));
        Page { items: rows.into_iter().map(body).collect(), next_cursor }
    }
}

#[derive(Debug, Clone, Copy)]
struct PageSize(i64);

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let size = i64::deserialize(deserializer)?;
        if (1..=MAX).contains(&size) {
            Ok(Self(size))
        } else {
            Err(serde::de::Error::custom(format!("limit is between 1 and {MAX}")))
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The rows, newest first.
    #[schema(schema_with = rows::<T>)]
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    pub next_cursor: Option<Cursor>,
}

/// Rows by the name of their schema; of a generic member, the document would hold a copy.
fn rows<T: ToSchema>() -> Array {
    let description = Some("The rows, newest first.");
    ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(description).build()
}
