//! The directory as everybody sees it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{Agency, AgencyId};
use citygate_kernel::{CityCode, Locale, Money, wire};
use citygate_platform::http::Cursor;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

use super::directory::given;
use crate::{
    actions::{Doctor, HospitalFilter, ListedHospital, NamedHospital},
    model::{
        ClinicKind, DepartmentId, Grade, HospitalState, Location, LocationId, OwnNo, PhysicalType,
        Position, PractitionerId, Specialty, SpecialtyCode, Title,
    },
    rules::{SearchTerm, department::Branch, schedule::place_text},
    store::{Found, FoundKind},
};

/// How many things of a kind are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit<const MAX: i64, const DEFAULT: i64>(i64);

impl<const MAX: i64, const DEFAULT: i64> Limit<MAX, DEFAULT> {
    /// As asked for, or the usual number.
    pub(crate) fn of(asked: Option<Self>) -> i64 {
        asked.map_or(DEFAULT, |limit| limit.0)
    }
}

impl<'de, const MAX: i64, const DEFAULT: i64> Deserialize<'de> for Limit<MAX, DEFAULT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = i64::deserialize(deserializer)?;
        if (1..=MAX).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(de::Error::custom(format!("limit is between 1 and {MAX}")))
        }
    }
}

/// A position in a query: longitude and latitude in millionths of a degree.
#[derive(Debug, Clone, Copy)]
struct Near(Position);

impl FromStr for Near {
    type Err = fmt::Error;

    fn from_str(text: &str) -> Result<Self, fmt::Error> {
        let number = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            // Leading zeros do not make a number longer than the longest there is.
            let plain =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain { text.parse().ok() } else { None }
        };
        let (longitude, latitude) = text.split_once(',').ok_or(fmt::Error)?;
        let (longitude, latitude) = number(longitude).zip(number(latitude)).ok_or(fmt::Error)?;
        Position::within(longitude, latitude).map(Self).ok_or(fmt::Error)
    }
}

impl<'de> Deserialize<'de> for Near {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "near is longitude,latitude in millionths of a degree";
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom(expected))
    }
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    wire::instant(deserializer).map(Some)
}

/// Which hospitals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HospitalsQuery {
    /// Of which city.
    city: CityCode,
    /// With a department for this subject of the national list, or for a part of it.
    #[serde(default, deserialize_with = "given")]
    #[param(value_type = Option<String>, pattern = r"^[0-9]{2}(\.[0-9]{2})?$", example = "03.04")]
    specialty: Option<SpecialtyCode>,
    /// The nearest to this place first: longitude and latitude in millionths of a degree.
    #[serde(default, deserialize_with = "given")]
    #[param(
        value_type = Option<String>,
        pattern = "^-?(180000000|1[0-7][0-9]{7}|[0-9]{1,8}),-?(90000000|[0-8]?[0-9]{1,7})$",
        example = "120168200,30253100"
    )]
    near: Option<Near>,
    /// With a free place before this instant (RFC 3339): in a department for `specialty`, if that is
    /// given.
    #[serde(default, deserialize_with = "instant")]
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-11-30T00:00:00Z")]
    free_before: Option<DateTime<Utc>>,
    /// `next_cursor` of the page before; none for the first page.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    cursor: Option<Cursor>,
    /// Rows on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<Limit<100, 20>>,
}

impl HospitalsQuery {
    pub(crate) fn filter(&self) -> HospitalFilter {
        HospitalFilter {
            city: self.city,
            specialty: self.specialty.clone(),
            near: self.near.map(|near| near.0),
            free_before: self.free_before,
        }
    }

    /// The page of what was found in its order.
    pub(crate) fn page(&self, found: Vec<ListedHospital>, locale: Locale) -> HospitalPageBody {
        let limit = usize::try_from(Limit::of(self.limit)).unwrap_or_default();
        let id = |one: &ListedHospital| one.named.hospital.id.uuid();
        let begin = match self.cursor {
            None => 0,
            Some(Cursor(last)) => {
                let last = found.iter().position(|one| id(one) == last);
                last.map_or(found.len(), |last| last + 1)
            }
        };
        let more = found.len() > begin + limit;
        let page: Vec<_> = found.into_iter().skip(begin).take(limit).collect();
        let next_cursor = page.last().filter(|_| more).map(|one| Cursor(id(one)));
        let items = page.iter().map(|one| HospitalBody::new(one, locale)).collect();
        HospitalPageBody { items, next_cursor }
    }
}

/// Hospitals of a city, a page of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalPage)]
pub(crate) struct HospitalPageBody {
    /// The nearest first, if `near` was given; else the highest grade first.
    items: Vec<HospitalBody>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    next_cursor: Option<Cursor>,
}

/// A hospital.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hospital)]
pub(crate) struct HospitalBody {
    /// Its agency.
    id: AgencyId,
    /// In the language of the answer.
    name: String,
    grade: Grade,
    /// In the language of the answer.
    grade_name: String,
    /// How to call it.
    telecom: String,
    /// In the language of the answer.
    address: String,
    position: Position,
    /// Since when it has received people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = NaiveDate)]
    opened_on: Option<NaiveDate>,
    /// How far it is from the place that was given, in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = u64)]
    distance_metres: Option<u64>,
    /// When its earliest free place is; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    next_free: Option<DateTime<Utc>>,
}

impl HospitalBody {
    fn new(listed: &ListedHospital, locale: Locale) -> Self {
        let ListedHospital { named: NamedHospital { hospital, name }, metres, next_free } = listed;
        Self {
            id: hospital.id,
            name: name.get(locale).to_owned(),
            grade: hospital.grade,
            grade_name: hospital.grade.name().get(locale).to_owned(),
            telecom: hospital.telecom.clone(),
            address: hospital.address.get(locale).to_owned(),
            position: hospital.position,
            opened_on: hospital.opened_on,
            distance_metres: *metres,
            next_free: *next_free,
        }
    }
}

/// A campus, building, floor or room of a hospital.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Location)]
pub(crate) struct LocationBody {
    id: LocationId,
    physical_type: PhysicalType,
    /// In the language of the answer.
    type_name: String,
    /// The location that it is in; absent for a campus.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = LocationId)]
    part_of: Option<LocationId>,
    /// In the language of the answer.
    name: String,
    /// In the language of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Position)]
    position: Option<Position>,
}

/// A hospital with its campuses, and what is in them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalWithLocations)]
pub(crate) struct HospitalDetailBody {
    hospital: HospitalBody,
    /// In the order of the hospital's numbers.
    locations: Vec<LocationBody>,
}

impl HospitalDetailBody {
    pub(crate) fn new(listed: &ListedHospital, locations: Vec<Location>, locale: Locale) -> Self {
        let location = |one: Location| LocationBody {
            id: one.id,
            physical_type: one.physical_type,
            type_name: one.physical_type.name().get(locale).to_owned(),
            part_of: one.part_of,
            name: one.name.get(locale).to_owned(),
            address: one.address.map(|address| address.get(locale).to_owned()),
            position: one.position,
        };
        let locations = locations.into_iter().map(location).collect();
        Self { hospital: HospitalBody::new(listed, locale), locations }
    }
}

/// A hospital as its own system sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HospitalProfile)]
pub(crate) struct ProfileBody {
    /// Its agency.
    id: AgencyId,
    /// In the language of the answer.
    name: String,
    grade: Grade,
    state: HospitalState,
    /// In the language of the answer.
    state_name: String,
    /// With a push of the profile: whether it had the same content, and nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    unchanged: Option<bool>,
}

impl ProfileBody {
    pub(crate) fn new(named: &NamedHospital, unchanged: Option<bool>, locale: Locale) -> Self {
        let NamedHospital { hospital, name } = named;
        let name = name.get(locale).to_owned();
        let (grade, state) = (hospital.grade, hospital.state);
        let state_name = state.name().get(locale).to_owned();
        Self { id: hospital.id, name, grade, state, state_name, unchanged }
    }
}

/// A subject of the national list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Specialty)]
pub(crate) struct SpecialtyBody {
    code: SpecialtyCode,
    /// In the language of the answer.
    name: String,
}

/// The national list of diagnosis and treatment subjects, as far as hospitals receive people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpecialtyList)]
pub(crate) struct SpecialtyListBody {
    items: Vec<SpecialtyBody>,
}

impl SpecialtyListBody {
    pub(crate) fn new(found: Vec<Specialty>, locale: Locale) -> Self {
        let body = |one: Specialty| SpecialtyBody {
            code: one.code,
            name: one.name.get(locale).to_owned(),
        };
        Self { items: found.into_iter().map(body).collect() }
    }
}

/// A department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Department)]
pub(crate) struct DepartmentBody {
    id: DepartmentId,
    department_no: OwnNo,
    /// The department that it belongs to; absent at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DepartmentId)]
    part_of: Option<DepartmentId>,
    /// How deep it lies in the tree, from 1 at the top.
    #[schema(minimum = 1, maximum = 4)]
    depth: usize,
    specialty: SpecialtyCode,
    /// In the language of the answer.
    name: String,
    /// Where it is, in the language of the answer.
    place: String,
    /// When the earliest free place is, in it or in what belongs to it; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    next_free: Option<DateTime<Utc>>,
}

/// The departments of a hospital as a tree: each stands before those that belong to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DepartmentTree)]
pub(crate) struct DepartmentTreeBody {
    items: Vec<DepartmentBody>,
}

impl DepartmentTreeBody {
    pub(crate) fn new(branches: Vec<Branch>, locations: &[Location], locale: Locale) -> Self {
        let body = |Branch { department, depth, next_free }: Branch| DepartmentBody {
            id: department.id,
            department_no: department.number,
            part_of: department.part_of,
            depth,
            specialty: department.specialty,
            name: department.name.get(locale).to_owned(),
            place: place_text(locations, department.location).get(locale).to_owned(),
            next_free,
        };
        Self { items: branches.into_iter().map(body).collect() }
    }
}

/// A kind of clinic that a doctor has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clinic)]
pub(crate) struct ClinicBody {
    kind: ClinicKind,
    /// In the language of the answer.
    name: String,
    /// What an appointment costs as of today; absent where no tariff says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Money)]
    fee: Option<Money>,
}

/// A doctor in a department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Practitioner)]
pub(crate) struct PractitionerBody {
    id: PractitionerId,
    /// In the language of the answer.
    name: String,
    title: Title,
    /// In the language of the answer.
    title_name: String,
    /// What they are known for, in the language of the answer.
    speciality: String,
    clinics: Vec<ClinicBody>,
    /// When their earliest free place in the department is; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    next_free: Option<DateTime<Utc>>,
}

impl PractitionerBody {
    pub(crate) fn new(doctor: Doctor, locale: Locale) -> Self {
        let Doctor { practitioner, clinics, next_free } = doctor;
        let clinic = |(kind, fee): (ClinicKind, Option<Money>)| ClinicBody {
            kind,
            name: kind.name().get(locale).to_owned(),
            fee,
        };
        Self {
            id: practitioner.id,
            name: practitioner.name.get(locale).to_owned(),
            title: practitioner.title,
            title_name: practitioner.title.name().get(locale).to_owned(),
            speciality: practitioner.speciality.get(locale).to_owned(),
            clinics: clinics.into_iter().map(clinic).collect(),
            next_free,
        }
    }
}

/// The doctors of a department, a page of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PractitionerPage)]
pub(crate) struct PractitionerPageBody {
    /// Newest first.
    pub items: Vec<PractitionerBody>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    pub next_cursor: Option<Cursor>,
    /// Where the fees are written, in the language of the answer; absent where no tariff is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    pub fee_citation: Option<String>,
}

/// What somebody searches for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// In which city.
    pub city: CityCode,
    /// A part of a name in Chinese, English or pinyin. Case, spaces and full-width forms do not
    /// matter; of several words, all have to be there.
    #[param(value_type = String, min_length = 1, max_length = 64, example = "第一医院")]
    pub q: SearchTerm,
    /// How many hospitals, departments and doctors each.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 50, default = 10)]
    pub limit: Option<Limit<50, 10>>,
}

/// A hospital that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundHospital)]
pub(crate) struct FoundHospitalBody {
    id: AgencyId,
    name: String,
}

/// A department that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundDepartment)]
pub(crate) struct FoundDepartmentBody {
    id: DepartmentId,
    name: String,
    hospital: FoundHospitalBody,
}

/// A doctor who was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundPractitioner)]
pub(crate) struct FoundPractitionerBody {
    id: PractitionerId,
    name: String,
    title_name: String,
    hospital: FoundHospitalBody,
}

/// What was found, in the language of the answer.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SearchResult)]
pub(crate) struct SearchBody {
    hospitals: Vec<FoundHospitalBody>,
    departments: Vec<FoundDepartmentBody>,
    practitioners: Vec<FoundPractitionerBody>,
}

impl SearchBody {
    pub(crate) fn new(
        found: Vec<Found>,
        agencies: &BTreeMap<AgencyId, Agency>,
        locale: Locale,
    ) -> Self {
        let mut body = Self::default();
        for Found { kind, hospital: id, name } in found {
            let agency = agencies.get(&id).map(|agency| agency.name.get(locale).to_owned());
            let hospital = FoundHospitalBody { id, name: agency.unwrap_or_default() };
            let name = name.map(|name| name.get(locale).to_owned()).unwrap_or_default();
            match kind {
                FoundKind::Hospital => body.hospitals.push(hospital),
                FoundKind::Department(id) => {
                    body.departments.push(FoundDepartmentBody { id, name, hospital });
                }
                FoundKind::Practitioner(id, title) => {
                    let title_name = title.name().get(locale).to_owned();
                    let doctor = FoundPractitionerBody { id, name, title_name, hospital };
                    body.practitioners.push(doctor);
                }
            }
        }
        body
    }
}
