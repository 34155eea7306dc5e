//! Bodies of the catalogue.

mod office;

use citygate_kernel::{CityCode, Locale};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) use self::office::{OfficeBody, OfficeListBody, OfficesQuery};
use crate::model::City;

/// A city that the gateway serves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = City)]
pub(crate) struct CityBody {
    code: CityCode,
    /// In the language of the answer.
    #[schema(example = "Hangzhou")]
    name: String,
    /// IANA time zone of the city's deadlines.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// Whether hospitals try out their systems in it: nobody lives there.
    sandbox: bool,
}

impl CityBody {
    pub(crate) fn new(city: &City, locale: Locale) -> Self {
        Self {
            code: city.code,
            name: city.name.get(locale).to_owned(),
            time_zone: city.time_zone.name().to_owned(),
            sandbox: city.sandbox,
        }
    }
}

/// All cities that the gateway serves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CityList)]
pub(crate) struct CityListBody {
    pub items: Vec<CityBody>,
}

/// Which cities.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CitiesQuery {
    /// Whether the sandbox is listed, too.
    #[serde(default)]
    #[param(required = false, default = false)]
    pub sandbox: bool,
}
