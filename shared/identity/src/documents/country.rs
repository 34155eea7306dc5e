//! Who issues passports: ISO 3166-1 alpha-3, and the codes that ICAO Doc 9303 (part 3, 5) adds.

use std::{fmt, str::FromStr};

use citygate_kernel::wire;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A country, or another issuer of passports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country(&'static str);

/// The text is no such code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country code of three capitals is expected (ISO 3166-1 alpha-3), for example GBR")]
pub(crate) struct InvalidCountry;

/// ISO 3166-1 alpha-3, as of 2026.
const COUNTRIES: &str = "\
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR \
    BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG \
    COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH \
    FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY \
    HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM \
    KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL \
    MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR \
    NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU \
    SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA \
    TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB \
    VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";

/// British passports of other than citizens, Kosovo, the European Union, the United Nations, the
/// Order of Malta, Interpol, and people without a nationality.
const OTHER_ISSUERS: &str = "EUE GBD GBN GBO GBP GBS RKS UNA UNK UNO XOM XPO XXA XXB XXC XXX";

/// Every code.
fn known() -> impl Iterator<Item = &'static str> {
    COUNTRIES.split_whitespace().chain(OTHER_ISSUERS.split_whitespace())
}

impl Country {
    /// Three capitals.
    pub(crate) fn code(&self) -> &'static str {
        self.0
    }

    /// The issuer in a machine-readable zone, without its fillers: Germany is a single letter there.
    pub(super) fn of_zone(code: &str) -> Option<Self> {
        if code == "D" { "DEU" } else { code }.parse().ok()
    }
}

impl FromStr for Country {
    type Err = InvalidCountry;

    fn from_str(text: &str) -> Result<Self, InvalidCountry> {
        known().find(|code| *code == text).map(Self).ok_or(InvalidCountry)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for Country {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("ISO 3166-1 alpha-3, or an issuer that ICAO 9303 adds."))
            .enum_values(Some(known()))
            .examples(["GBR"])
            .into()
    }
}

impl ToSchema for Country {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_that_of_the_standard() {
        let codes: Vec<_> = COUNTRIES.split_whitespace().collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted_by(|a, b| a < b), "each once, in order");
        assert!(codes.iter().all(|code| code.len() == 3));
    }

    #[test]
    fn germany_has_one_letter_in_a_zone_and_three_elsewhere() {
        assert_eq!(Country::of_zone("D").unwrap().code(), "DEU");
        for wrong in ["", "D", "gbr", "UTO", "GB", "GBRX"] {
            assert_eq!(wrong.parse::<Country>(), Err(InvalidCountry), "{wrong}");
        }
    }
}
