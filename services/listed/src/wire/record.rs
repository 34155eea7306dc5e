//! What a register has about somebody.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_inquiry::{Freshness, Trouble};
use citygate_kernel::{Locale, Money, Text};
use citygate_listings::{Code, ListingId, RecordField, RecordFieldKind};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{actions::inquiry::Reading, error::Error, rules::record::Shown};

/// Where an answer comes from, and how old it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedRegister)]
pub(crate) struct ListedRegisterBody {
    listing_id: ListingId,
    /// What the service is called, in the language of the answer.
    name: String,
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    /// Up to when the register's books say so.
    as_of: DateTime<Utc>,
    /// When it said so.
    asked_at: DateTime<Utc>,
    /// Whether it says so now.
    freshness: Freshness,
    /// Why it could not be heard; present of what was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Trouble)]
    trouble: Option<Trouble>,
    /// The same as a sentence.
    notice: String,
}

impl ListedRegisterBody {
    pub(super) fn new<T>(reading: &Reading<T>, locale: Locale) -> Self {
        let Reading { listing, agency, city, answer } = reading;
        let as_of = city.date(answer.as_of);
        let notice = match answer.freshness {
            Freshness::Live => Text::new(
                format!("The register's books as of {as_of}."),
                format!("登记数据截至{as_of}。"),
            ),
            Freshness::Kept => Text::new(
                format!(
                    "The register could not be heard. This is what it said last, as of {as_of}."
                ),
                format!("登记系统暂无法查询，以下为其最近一次的答复，数据截至{as_of}。"),
            ),
        };
        Self {
            listing_id: listing.listing,
            name: listing.content.name.get(locale).to_owned(),
            agency_id: agency.id,
            agency_name: agency.name.get(locale).to_owned(),
            as_of: answer.as_of,
            asked_at: answer.asked_at,
            freshness: answer.freshness,
            trouble: answer.trouble,
            notice: notice.get(locale).to_owned(),
        }
    }
}

/// What a register has about the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedRecord)]
pub(crate) struct ListedRecordBody {
    register: ListedRegisterBody,
    /// In the order of the listing; what the register does not say is absent.
    fields: Vec<ListedFieldBody>,
}

/// A member of a record: the one of its values is present that its kind names.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ListedFieldValue)]
struct ListedFieldValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = i64)]
    integer: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    boolean: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    money: Option<Money>,
}

/// A member of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedRecordField)]
struct ListedFieldBody {
    code: Code,
    /// What people call it, in the language of the answer.
    name: String,
    kind: RecordFieldKind,
    value: ListedFieldValue,
}

impl ListedFieldBody {
    fn new((field, shown): (&RecordField, Shown), locale: Locale) -> Self {
        let none = ListedFieldValue::default();
        let value = match shown {
            Shown::Text(text) => ListedFieldValue { text: Some(text), ..none },
            Shown::Integer(integer) => ListedFieldValue { integer: Some(integer), ..none },
            Shown::Boolean(boolean) => ListedFieldValue { boolean: Some(boolean), ..none },
            Shown::Date(date) => ListedFieldValue { date: Some(date), ..none },
            Shown::Money(money) => ListedFieldValue { money: Some(money), ..none },
        };
        Self {
            code: field.code.clone(),
            name: field.name.get(locale).to_owned(),
            kind: field.kind,
            value,
        }
    }
}

impl ListedRecordBody {
    /// Fails where the register says something else than the listing expects.
    pub(crate) fn new(
        reading: &Reading<Map<String, Value>>,
        locale: Locale,
    ) -> Result<Self, Error> {
        let fields = reading.shown()?;
        Ok(Self {
            register: ListedRegisterBody::new(reading, locale),
            fields: fields.into_iter().map(|one| ListedFieldBody::new(one, locale)).collect(),
        })
    }
}
