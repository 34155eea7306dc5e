//! The hospitals of the demo city.

use std::{collections::BTreeSet, error::Error as StdError};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use citygate_booking::{Allocation, Channel, DayPart, NewSlot};
use citygate_catalogue::{Agency, AgencyId, City, add_agency};
use citygate_exchange::participants;
use citygate_kernel::{CityCode, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::{Uuid, uuid};

use crate::{
    actions,
    demo_directory::{CLINICS, Clinic, DEPARTMENTS, DOCTORS, HOSPITALS, LOCATIONS},
    error::Error,
    model::{
        ClinicKind, HospitalEvent, NewClinic, NewDepartment, NewHospital, NewLocation,
        NewPractitioner, NewRole, Position,
    },
};

/// The First Hospital of Hangzhou in the demo city: two campuses, eight doctors.
pub const HOSPITAL: AgencyId = agency(0);

/// Sessions are there for so many days after today.
const AHEAD: u64 = 7;

/// A session whose places are drawn is opened so long before it begins, or not at all: people enter
/// for twelve hours, and it closes half an hour before its last slot.
const LOTS_HOURS: i64 = 13;

type Seeded = Result<(), Box<dyn StdError>>;

/// A hospital of the demo city, by its place in [`HOSPITALS`].
const fn agency(n: usize) -> AgencyId {
    const IDS: [Uuid; 3] = [
        uuid!("01999999-0000-7000-8000-0000000000b1"),
        uuid!("01999999-0000-7000-8000-0000000000b2"),
        uuid!("01999999-0000-7000-8000-0000000000b3"),
    ];
    let [first, second, third] = IDS;
    let id = match n {
        0 => first,
        1 => second,
        _ => third,
    };
    AgencyId::from_parts(CityCode::HANGZHOU, id)
}

/// Describes the hospitals, once, and opens the sessions of the next days that are not open yet.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Seeded> {
    async move {
        for n in 0..HOSPITALS.len() {
            match actions::hospital(&cx, agency(n)).await {
                Ok(_) => {}
                Err(Error::HospitalUnknown) => describe(&cx, n).await?,
                Err(error) => return Err(error.into()),
            }
            let connected = cx.db.tx("hospital.seed_connection", async |tx| {
                participants::connect(tx, agency(n)).await
            });
            connected.await?;
        }
        open_sessions(&cx).await
    }
    .boxed_local()
}

async fn describe(cx: &Cx, n: usize) -> Seeded {
    let (id, hospital) = (agency(n), HOSPITALS.get(n).ok_or("no such hospital")?);
    let name = Text::new(hospital.en, hospital.zh);
    cx.db
        .tx("hospital.seed_agency", async |tx| {
            Ok::<_, Error>(add_agency(tx, &Agency { id, name: name.clone() }).await?)
        })
        .await?;
    let (longitude, latitude) = hospital.position;
    let position = Position::within(longitude, latitude).ok_or("no such position")?;
    let profile = NewHospital {
        grade: hospital.grade,
        telecom: hospital.telecom.to_owned(),
        address: Text::new(hospital.address_en, hospital.address_zh),
        position,
        pinyin: Some(hospital.pinyin.to_owned()),
        opened_on: None,
    };
    actions::put_hospital(cx, id, &profile).await?;
    for location in LOCATIONS.iter().filter(|one| one.hospital == n) {
        let new = NewLocation {
            number: location.number.parse()?,
            part_of: location.part_of.map(str::parse).transpose()?,
            physical_type: location.physical_type,
            name: Text::new(location.en, location.zh),
            address: None,
            position: None,
        };
        actions::put_location(cx, id, &new).await?;
    }
    for department in DEPARTMENTS.iter().filter(|one| one.hospital == n) {
        let new = NewDepartment {
            number: department.number.parse()?,
            part_of: department.part_of.map(str::parse).transpose()?,
            specialty: department.specialty.parse()?,
            name: Text::new(department.en, department.zh),
            pinyin: Some(department.pinyin.to_owned()),
            location: department.location.parse()?,
            active: true,
        };
        actions::put_department(cx, id, &new).await?;
    }
    describe_doctors(cx, n).await?;
    actions::move_hospital(cx, id, HospitalEvent::List).await?;
    Ok(())
}

async fn describe_doctors(cx: &Cx, n: usize) -> Seeded {
    for doctor in DOCTORS.iter().filter(|one| one.hospital == n) {
        let role = |kind: &ClinicKind| {
            Ok(NewRole { department: doctor.department.parse()?, clinic_kind: *kind })
        };
        let roles: Result<BTreeSet<_>, Box<dyn StdError>> = doctor.kinds.iter().map(role).collect();
        let new = NewPractitioner {
            number: doctor.number.parse()?,
            name: Text::new(doctor.en, doctor.zh),
            pinyin: Some(doctor.en.to_owned()),
            title: doctor.title,
            speciality: Text::new(doctor.speciality_en, doctor.speciality_zh),
            roles: roles?.into_iter().collect(),
            active: true,
        };
        actions::put_practitioner(cx, agency(n), &new).await?;
    }
    Ok(())
}

/// Opens what is missing, all in one transaction: a start is quick.
async fn open_sessions(cx: &Cx) -> Seeded {
    let code = HOSPITAL.city();
    let city: Result<City, Error> = cx
        .db
        .tx("hospital.seed_city", async |tx| Ok(citygate_catalogue::city(tx, code).await?))
        .await;
    let (city, now) = (city?, cx.clock.now());
    let today = city.date(now);
    let known = actions::known_sessions(cx, code, today).await?;
    let mut missing = Vec::new();
    for ahead in 0..=AHEAD {
        let on = today.checked_add_days(Days::new(ahead)).ok_or("no such day")?;
        for clinic in CLINICS.iter().filter(|clinic| clinic.weekdays.contains(&on.weekday())) {
            let new = session(&city, clinic, on)?;
            let number = (agency(clinic.hospital).uuid(), new.number.to_string());
            let begins = new.slots.first().map(|slot| slot.starts_at);
            let least = if clinic.drawn { TimeDelta::hours(LOTS_HOURS) } else { TimeDelta::zero() };
            if !known.contains(&number) && begins.is_some_and(|begins| begins - now > least) {
                missing.push((agency(clinic.hospital), new));
            }
        }
    }
    if !missing.is_empty() {
        actions::put_sessions(cx, &missing).await?;
    }
    Ok(())
}

/// The clinic of a day, in slots of half an hour.
fn session(city: &City, clinic: &Clinic, on: NaiveDate) -> Result<NewClinic, Box<dyn StdError>> {
    let (hour, part) = match clinic.part {
        DayPart::Afternoon => (13, "PM"),
        DayPart::Morning | DayPart::Evening | DayPart::Day => (8, "AM"),
    };
    let begins = NaiveTime::from_hms_opt(hour, 0, 0).ok_or("no such hour")?;
    let begins = on.and_time(begins).and_local_timezone(city.time_zone).single();
    let begins = begins.ok_or("an hour that is there twice")?.to_utc();
    let [app, onsite, partner] = clinic.places;
    let places = [(Channel::App, app), (Channel::Onsite, onsite), (Channel::Partner, partner)];
    let places: Vec<_> = places.into_iter().filter(|(_, places)| *places > 0).collect();
    let slot = |n: i32| {
        let starts_at: DateTime<Utc> = begins + TimeDelta::minutes(30) * n;
        NewSlot { starts_at, ends_at: starts_at + TimeDelta::minutes(30), places: places.clone() }
    };
    let who = clinic.doctor.unwrap_or("DUTY");
    let (department, day) = (clinic.department, on.format("%Y%m%d"));
    Ok(NewClinic {
        number: format!("{day}-{department}-{who}-{part}").parse()?,
        department: department.parse()?,
        practitioner: clinic.doctor.map(str::parse).transpose()?,
        clinic_kind: clinic.kind,
        on,
        part: clinic.part,
        slots: (0..clinic.slots).map(slot).collect(),
        allocation: if clinic.drawn { Allocation::Draw } else { Allocation::FirstCome },
    })
}
