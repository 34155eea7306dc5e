//! Bodies of offices.

use citygate_kernel::Locale;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::model::{AgencyId, Office, OfficeFilter, OfficeId, OfficeWord};

/// A place where an agency receives people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Office)]
pub(crate) struct OfficeBody {
    id: OfficeId,
    agency_id: AgencyId,
    kind: OfficeWord,
    /// In the language of the answer.
    #[schema(example = "Xihu District Marriage Registry")]
    name: String,
    /// In the language of the answer.
    #[schema(example = "No. 1 Wen'er West Road")]
    address: String,
    /// What it is able to do beyond what every office of its kind does.
    capabilities: Vec<OfficeWord>,
    /// Whether it receives people.
    open: bool,
}

impl OfficeBody {
    pub(crate) fn new(office: Office, locale: Locale) -> Self {
        Self {
            id: office.id,
            agency_id: office.agency,
            kind: office.kind,
            name: office.name.get(locale).to_owned(),
            address: office.address.get(locale).to_owned(),
            capabilities: office.capabilities,
            open: office.open,
        }
    }
}

/// Offices of a city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfficeList)]
pub(crate) struct OfficeListBody {
    pub items: Vec<OfficeBody>,
}

/// Which offices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfficesQuery {
    /// Of this kind.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, pattern = "^[a-z][a-z0-9_]{0,39}$",
        example = "marriage_registry")]
    kind: Option<OfficeWord>,
    /// That are able to do this.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, pattern = "^[a-z][a-z0-9_]{0,39}$", example = "foreign")]
    capability: Option<OfficeWord>,
}

/// Reads what is there: an empty text is no word.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OfficeWord>, D::Error> {
    OfficeWord::deserialize(deserializer).map(Some)
}

impl OfficesQuery {
    pub(crate) fn of(&self, city: citygate_kernel::CityCode) -> OfficeFilter {
        let (kind, capability) = (self.kind.clone(), self.capability.clone());
        OfficeFilter { city, kind, capability, agency: None }
    }
}
