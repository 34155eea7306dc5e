//! The directory and its sessions against a database.

mod sessions;

use std::collections::BTreeSet;

use chrono::{Datelike, TimeDelta};
use citygate_booking::{Allocation, Channel, DayPart, NewSlot};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_platform::Cx;
use citygate_testkit::{TestDb, monday_morning};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use super::*;
use crate::{
    HOSPITAL, demo,
    error::{DirectoryError, Error},
    model::{
        ClinicKind, Grade, HospitalEvent, NewClinic, NewDepartment, NewHospital, NewLocation,
        NewPractitioner, NewRole, OwnNo, PhysicalType, Position, Title,
    },
    store::{FoundKind, Put},
};

const CITY: CityCode = CityCode::HANGZHOU;

/// A city with one hospital of the test's own, a draft.
pub(crate) struct Scene {
    pub db: TestDb,
    pub clock: Clock,
    pub cx: Cx,
    pub hospital: AgencyId,
}

fn no(text: &str) -> OwnNo {
    text.parse().unwrap()
}

fn profile(grade: Grade) -> NewHospital {
    NewHospital {
        grade,
        telecom: "+86 571 5550 0900".to_owned(),
        address: Text::new("1 Test Road", "测试路1号"),
        position: Position::within(120_170_000, 30_250_000).unwrap(),
        pinyin: Some("ceshi".to_owned()),
        opened_on: None,
    }
}

fn location(number: &str, part_of: Option<&str>, physical_type: PhysicalType) -> NewLocation {
    NewLocation {
        number: no(number),
        part_of: part_of.map(no),
        physical_type,
        name: Text::new(format!("Place {number}"), format!("位置{number}")),
        address: None,
        position: None,
    }
}

fn department(number: &str, part_of: Option<&str>) -> NewDepartment {
    NewDepartment {
        number: no(number),
        part_of: part_of.map(no),
        specialty: "03.04".parse().unwrap(),
        name: Text::new(format!("Heart Unit {number}"), format!("心脏中心{number}")),
        pinyin: None,
        location: no("C"),
        active: true,
    }
}

fn doctor(number: &str, title: Title, kinds: &[ClinicKind]) -> NewPractitioner {
    let role = |kind: &ClinicKind| NewRole { department: no("H"), clinic_kind: *kind };
    NewPractitioner {
        number: no(number),
        name: Text::new("Ouyang Xue", "欧阳雪"),
        pinyin: Some("oyx".to_owned()),
        title,
        speciality: Text::new("Valves", "心脏瓣膜"),
        roles: kinds.iter().map(role).collect(),
        active: true,
    }
}

impl Scene {
    pub async fn set(grade: Grade) -> Self {
        let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
        let cx = db.platform(&clock).cx(Locale::En, "test-request");
        let hospital = AgencyId::new(CITY, &clock);
        let agency = Agency { id: hospital, name: Text::new("Test Hospital", "测试医院") };
        cx.db.tx("test.agency", async |tx| add_agency(tx, &agency).await).await.unwrap();
        put_hospital(&cx, hospital, &profile(grade)).await.unwrap();
        Self { db, clock, cx, hospital }
    }

    /// With a campus, a department, two doctors, and listed.
    pub async fn listed(grade: Grade) -> Self {
        let scene = Self::set(grade).await;
        let Self { cx, hospital, .. } = &scene;
        let campus = location("C", None, PhysicalType::Campus);
        put_location(cx, *hospital, &campus).await.unwrap();
        put_department(cx, *hospital, &department("H", None)).await.unwrap();
        for (number, title) in [("D1", Title::Chief), ("D2", Title::Attending)] {
            let doctor = doctor(number, title, &[ClinicKind::Expert]);
            put_practitioner(cx, *hospital, &doctor).await.unwrap();
        }
        move_hospital(cx, *hospital, HospitalEvent::List).await.unwrap();
        scene
    }

    /// A clinic of tomorrow morning.
    fn clinic(&self, number: &str) -> NewClinic {
        let starts_at = self.clock.now() + TimeDelta::hours(24);
        let slot = |n: i32| NewSlot {
            starts_at: starts_at + TimeDelta::minutes(30) * n,
            ends_at: starts_at + TimeDelta::minutes(30) * (n + 1),
            places: vec![(Channel::App, 2), (Channel::Onsite, 1)],
        };
        NewClinic {
            number: no(number),
            department: no("H"),
            practitioner: Some(no("D1")),
            clinic_kind: ClinicKind::Expert,
            on: starts_at.date_naive(),
            part: DayPart::Morning,
            slots: (0..4).map(slot).collect(),
            allocation: Allocation::FirstCome,
        }
    }

    pub async fn run(&self, statements: &str) {
        let mut connection = AsyncPgConnection::establish(&self.db.url).await.unwrap();
        connection.batch_execute(statements).await.unwrap();
    }

    async fn found(&self, term: &str) -> Vec<FoundKind> {
        let (found, _) = search(&self.cx, CITY, &term.parse().unwrap(), 10).await.unwrap();
        found.into_iter().map(|one| one.kind).collect()
    }
}

fn fact(error: Error) -> DirectoryError {
    match error {
        Error::Directory(fact) => fact,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn what_is_put_again_changes_nothing_and_what_differs_takes_its_place() {
    let Scene { cx, hospital, .. } = &Scene::listed(Grade::ThreeA).await;
    let (same, put) = put_hospital(cx, *hospital, &profile(Grade::ThreeA)).await.unwrap();
    assert_eq!((put, same.hospital.grade), (Put::Unchanged, Grade::ThreeA));
    let (other, put) = put_hospital(cx, *hospital, &profile(Grade::TwoB)).await.unwrap();
    assert_eq!((put, other.hospital.grade), (Put::Changed, Grade::TwoB));
    let (first, put) = put_department(cx, *hospital, &department("H", None)).await.unwrap();
    assert_eq!(put, Put::Unchanged);
    let renamed = NewDepartment { name: Text::new("Hearts", "心"), ..department("H", None) };
    let (second, put) = put_department(cx, *hospital, &renamed).await.unwrap();
    assert_eq!((put, second.id), (Put::Changed, first.id), "its number names the same one");
    let chief = doctor("D1", Title::Chief, &[ClinicKind::Expert]);
    assert_eq!(put_practitioner(cx, *hospital, &chief).await.unwrap().1, Put::Unchanged);
    let more = doctor("D1", Title::Chief, &[ClinicKind::Expert, ClinicKind::Special]);
    assert_eq!(put_practitioner(cx, *hospital, &more).await.unwrap().1, Put::Changed);
    let listed = practitioners(cx, first.id, None, 10).await.unwrap().doctors;
    let mut kinds: Vec<_> = listed.iter().map(|doctor| doctor.clinics.len()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [1, 2], "one of them has another clinic now");
}

#[tokio::test]
async fn a_hospital_shows_something_or_is_not_shown() {
    let scene = Scene::set(Grade::TwoA).await;
    let Scene { cx, hospital, .. } = &scene;
    let refused = move_hospital(cx, *hospital, HospitalEvent::List).await.unwrap_err();
    assert!(matches!(fact(refused), DirectoryError::ListingRefused(_)));
    assert!(matches!(super::hospital(cx, *hospital).await, Err(Error::HospitalUnknown)));
    put_location(cx, *hospital, &location("C", None, PhysicalType::Campus)).await.unwrap();
    let (shown, _) = put_department(cx, *hospital, &department("H", None)).await.unwrap();
    assert_eq!(scene.found("heart").await, [], "nobody finds a draft");
    move_hospital(cx, *hospital, HospitalEvent::List).await.unwrap();
    assert_eq!(scene.found("heart").await, [FoundKind::Department(shown.id)]);
    assert!(super::hospital(cx, *hospital).await.is_ok());
    move_hospital(cx, *hospital, HospitalEvent::Suspend).await.unwrap();
    assert_eq!(scene.found("heart").await, []);
    let hidden = sessions_of_department(cx, shown.id, &Days { from: None, to: None }).await;
    assert!(matches!(fact(hidden.unwrap_err()), DirectoryError::DepartmentUnknown));
    move_hospital(cx, *hospital, HospitalEvent::Delist).await.unwrap();
    let refused = move_hospital(cx, *hospital, HospitalEvent::List).await.unwrap_err();
    assert!(matches!(fact(refused), DirectoryError::ListingRefused(_)));
}

#[tokio::test]
async fn everything_is_found_in_both_languages_however_it_is_typed() {
    let scene = Scene::listed(Grade::ThreeA).await;
    for (term, hospitals, departments, doctors) in [
        ("测试", 1, 0, 0),
        ("TEST hospital", 1, 0, 0),
        ("ｔｅｓｔ　ｈｏｓｐ", 1, 0, 0),
        ("ceshi", 1, 0, 0),
        ("心脏", 0, 1, 2),
        ("heartunit", 0, 1, 0),
        ("欧阳", 0, 0, 2),
        ("ouyangxue", 0, 0, 2),
        ("OYX", 0, 0, 2),
        ("nobody", 0, 0, 0),
    ] {
        let found = scene.found(term).await;
        let count = |kind: fn(&FoundKind) -> bool| found.iter().filter(|one| kind(one)).count();
        let counts = (
            count(|one| matches!(one, FoundKind::Hospital)),
            count(|one| matches!(one, FoundKind::Department(_))),
            count(|one| matches!(one, FoundKind::Practitioner(..))),
        );
        assert_eq!(counts, (hospitals, departments, doctors), "{term}");
    }
}

#[tokio::test]
async fn places_lie_within_larger_ones_and_departments_in_a_shallow_tree() {
    let Scene { cx, hospital, .. } = &Scene::listed(Grade::ThreeA).await;
    use PhysicalType::{Building, Campus, Floor, Room};
    put_location(cx, *hospital, &location("F", Some("C"), Floor)).await.unwrap();
    for (new, misplaced) in [
        (location("X", None, Building), true),
        (location("X", Some("F"), Building), true),
        (location("X", Some("F"), Floor), true),
        (location("X", Some("C"), Campus), true),
        (location("X", Some("nowhere"), Room), false),
        (location("C", Some("F"), Floor), true),
    ] {
        let refused = fact(put_location(cx, *hospital, &new).await.unwrap_err());
        let as_expected = match refused {
            DirectoryError::LocationMisplaced => misplaced,
            DirectoryError::NotNamed("/part_of") => !misplaced,
            _ => false,
        };
        assert!(as_expected, "{new:?}: {refused}");
    }
    for (number, part_of) in [("H2", "H"), ("H3", "H2"), ("H4", "H3")] {
        put_department(cx, *hospital, &department(number, Some(part_of))).await.unwrap();
    }
    for (number, part_of) in [("H5", "H4"), ("H", "H4"), ("H", "H")] {
        let new = department(number, Some(part_of));
        let refused = fact(put_department(cx, *hospital, &new).await.unwrap_err());
        assert!(matches!(refused, DirectoryError::DepartmentMisplaced(_)), "{number}: {refused}");
    }
    let unknown = NewDepartment { specialty: "99".parse().unwrap(), ..department("Y", None) };
    let refused = fact(put_department(cx, *hospital, &unknown).await.unwrap_err());
    assert!(matches!(refused, DirectoryError::NotNamed("/specialty")), "{refused}");
    let (branches, _) = departments(cx, *hospital).await.unwrap();
    let depths: Vec<_> = branches.iter().map(|branch| branch.depth).collect();
    assert_eq!(depths, [1, 2, 3, 4]);
}

#[tokio::test]
async fn hospitals_are_chosen_by_subject_distance_and_time() {
    let scene = Scene::listed(Grade::ThreeB).await;
    let Scene { cx, hospital, clock, .. } = &scene;
    demo::seed(cx.clone()).await.unwrap();
    let filter = || HospitalFilter { city: CITY, specialty: None, near: None, free_before: None };
    let ids = async |filter: HospitalFilter| -> Vec<AgencyId> {
        let found = hospitals(cx, &filter).await.unwrap();
        found.into_iter().map(|one| one.named.hospital.id).collect()
    };
    let all = ids(filter()).await;
    assert_eq!((all.len(), all[0], all[1]), (4, HOSPITAL, *hospital), "by grade");
    let hearts = HospitalFilter { specialty: Some("03.04".parse().unwrap()), ..filter() };
    assert_eq!(ids(hearts).await, [HOSPITAL, *hospital]);
    let inner = HospitalFilter { specialty: Some("03".parse().unwrap()), ..filter() };
    assert_eq!(ids(inner).await, [HOSPITAL, *hospital]);
    let here = Position::within(120_211_000, 30_206_001);
    let near = hospitals(cx, &HospitalFilter { near: here, ..filter() }).await.unwrap();
    assert_eq!(near[0].metres, Some(0));
    assert!(near.is_sorted_by_key(|one| one.metres));
    assert_eq!(near[0].named.name.zh, "钱江社区医院");
    let free = hospitals(cx, &filter()).await.unwrap();
    assert_eq!(free[1].next_free, None, "ours has no session yet");
    let soon = free[0].next_free.unwrap();
    assert!(soon > clock.now());
    let by = |free_before| HospitalFilter { free_before: Some(free_before), ..filter() };
    assert!(!ids(by(soon)).await.contains(&HOSPITAL), "before, not at");
    assert!(ids(by(soon + TimeDelta::seconds(1))).await.contains(&HOSPITAL));
}

#[tokio::test]
async fn the_demo_city_starts_when_it_is_too_late_to_draw_lots() {
    // From Monday, 09:00. Lots of Wednesday's session, at 08:00, are drawn after twelve hours.
    for (hours, days) in [(24, "Mon Wed"), (34, "Mon Wed"), (35, "Mon"), (46, "Mon"), (47, "Mon")] {
        let Scene { cx, clock, .. } = Scene::set(Grade::None).await;
        clock.advance(TimeDelta::hours(hours) - TimeDelta::minutes(1));
        let begun = demo::seed(cx.clone()).await;
        assert!(begun.is_ok(), "{}: {begun:?}", clock.now());
        let (tree, _) = departments(&cx, HOSPITAL).await.unwrap();
        let internal = tree.iter().find(|one| one.department.number == no("IM")).unwrap();
        let week = Days { from: None, to: "2026-11-30".parse().ok() };
        let sessions = sessions_of_department(&cx, internal.department.id, &week).await.unwrap();
        let drawn = sessions.iter().filter(|one| one.view.session.allocation == Allocation::Draw);
        let found: BTreeSet<_> = drawn.map(|one| one.schedule.on.weekday().to_string()).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>().join(" "), days, "{}", clock.now());
    }
}

#[tokio::test]
async fn the_demo_city_has_a_week_of_sessions_at_every_start() {
    let scene = Scene::set(Grade::None).await;
    let Scene { cx, clock, .. } = &scene;
    let numbers = async || known_sessions(cx, CITY, "2026-01-01".parse().unwrap()).await.unwrap();
    demo::seed(cx.clone()).await.unwrap();
    let first = numbers().await;
    assert!((15..=25).contains(&first.len()), "{}", first.len());
    demo::seed(cx.clone()).await.unwrap();
    assert_eq!(numbers().await, first, "again on the same day");
    clock.advance(TimeDelta::days(1));
    demo::seed(cx.clone()).await.unwrap();
    let later = numbers().await;
    assert!(later.is_superset(&first) && later.len() > first.len(), "the next day adds a day");
    let tree = departments(cx, HOSPITAL).await.unwrap().0;
    assert_eq!(tree.len(), 12);
    let cardiology = tree.iter().find(|one| one.department.number == no("CARD")).unwrap();
    assert!(cardiology.next_free.is_some());
    let internal = tree.iter().find(|one| one.department.number == no("IM")).unwrap();
    let week = Days { from: None, to: None };
    let sessions = sessions_of_department(cx, internal.department.id, &week).await.unwrap();
    assert!(sessions.iter().any(|one| one.schedule.clinic_kind == ClinicKind::DiseaseClinic));
    let (drawn, plain): (Vec<_>, Vec<_>) =
        sessions.iter().partition(|one| one.view.session.allocation == Allocation::Draw);
    let today = clock.now().date_naive();
    let ahead = plain.iter().filter(|one| one.schedule.on > today);
    assert!(ahead.flat_map(|one| &one.view.slots).all(|slot| slot.free > 0));
    let days: BTreeSet<_> = drawn.iter().map(|one| one.schedule.on.weekday().to_string()).collect();
    assert_eq!(days, ["Mon", "Wed"].map(str::to_owned).into());
    let long = Days { from: Some("2026-11-01".parse().unwrap()), to: "2026-12-02".parse().ok() };
    let refused = sessions_of_department(cx, internal.department.id, &long).await.unwrap_err();
    assert!(matches!(fact(refused), DirectoryError::PeriodOutOfRange));
}
