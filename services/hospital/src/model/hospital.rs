//! Hospitals (FHIR: Organization).

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::Text;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

citygate_kernel::words! {
    /// The grade of a hospital: its level from one to three, and its class within it.
    #[schema(as = HospitalGrade)]
    Grade {
        /// Level three, class A.
        ThreeA = "3A" ("Grade 3A", "三级甲等"),
        /// Level three, class B.
        ThreeB = "3B" ("Grade 3B", "三级乙等"),
        /// Level three, class C.
        ThreeC = "3C" ("Grade 3C", "三级丙等"),
        /// Level two, class A.
        TwoA = "2A" ("Grade 2A", "二级甲等"),
        /// Level two, class B.
        TwoB = "2B" ("Grade 2B", "二级乙等"),
        /// Level two, class C.
        TwoC = "2C" ("Grade 2C", "二级丙等"),
        /// Level one, class A.
        OneA = "1A" ("Grade 1A", "一级甲等"),
        /// Level one, class B.
        OneB = "1B" ("Grade 1B", "一级乙等"),
        /// Level one, class C.
        OneC = "1C" ("Grade 1C", "一级丙等"),
        /// Not graded yet.
        None = "none" ("Not graded", "未定级"),
    }
}

impl Grade {
    /// The level, from one to three; zero without a grade.
    pub const fn level(self) -> u8 {
        match self {
            Self::ThreeA | Self::ThreeB | Self::ThreeC => 3,
            Self::TwoA | Self::TwoB | Self::TwoC => 2,
            Self::OneA | Self::OneB | Self::OneC => 1,
            Self::None => 0,
        }
    }
}

citygate_kernel::words! {
    /// Where a hospital stands in the directory.
    #[schema(as = HospitalState)]
    HospitalState {
        /// Still being described; nobody sees it.
        Draft = "draft" ("Draft", "草稿"),
        /// Seen by everybody, and can be booked.
        Listed = "listed" ("Listed", "已上架"),
        /// Taken out for a while.
        Suspended = "suspended" ("Suspended", "已暂停"),
        /// Taken out for good.
        Delisted = "delisted" ("Delisted", "已下架"),
    }
}

/// What happens to a hospital in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HospitalEvent {
    /// It is shown.
    List,
    /// It is taken out for a while.
    Suspend,
    /// It is taken out for good.
    Delist,
}

/// A place on the earth (WGS 84), in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GeoPosition, example = json!({
    "longitude_micro": 120_168_200, "latitude_micro": 30_253_100,
}))]
pub struct Position {
    /// East of Greenwich.
    #[serde(deserialize_with = "micro_degrees::<180, _>")]
    #[schema(minimum = -180_000_000, maximum = 180_000_000)]
    pub longitude_micro: i32,
    /// North of the equator.
    #[serde(deserialize_with = "micro_degrees::<90, _>")]
    #[schema(minimum = -90_000_000, maximum = 90_000_000)]
    pub latitude_micro: i32,
}

/// Reads millionths of a degree, up to so many degrees on both sides.
fn micro_degrees<'de, const MOST: i64, D: Deserializer<'de>>(sent: D) -> Result<i32, D::Error> {
    let micro = citygate_kernel::wire::integer(sent)?;
    let fits = (-MOST * 1_000_000..=MOST * 1_000_000).contains(&micro);
    let micro = i32::try_from(micro).ok().filter(|_| fits);
    micro.ok_or_else(|| de::Error::custom(format!("at most {MOST} degrees are expected")))
}

impl Position {
    /// The place, if there is one.
    pub fn within(longitude_micro: i64, latitude_micro: i64) -> Option<Self> {
        let fits = (-180_000_000..=180_000_000).contains(&longitude_micro)
            && (-90_000_000..=90_000_000).contains(&latitude_micro);
        let longitude_micro = i32::try_from(longitude_micro).ok()?;
        let latitude_micro = i32::try_from(latitude_micro).ok()?;
        fits.then_some(Self { longitude_micro, latitude_micro })
    }
}

/// What a hospital says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewHospital {
    pub grade: Grade,
    /// How to call it.
    pub telecom: String,
    pub address: Text,
    pub position: Position,
    /// Initials or syllables of the Chinese name, for those who type Latin letters.
    pub pinyin: Option<String>,
    /// Since when it has received people.
    pub opened_on: Option<NaiveDate>,
}

/// A hospital of the directory. Its name is the agency's, and the catalogue knows it.
#[derive(Debug, Clone)]
pub(crate) struct Hospital {
    pub id: AgencyId,
    pub grade: Grade,
    pub telecom: String,
    pub address: Text,
    pub position: Position,
    pub opened_on: Option<NaiveDate>,
    pub state: HospitalState,
}
