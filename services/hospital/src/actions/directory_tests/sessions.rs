//! What hospitals open, what it costs, and what is told of it.

use citygate_booking::DayPart;

use super::*;
use crate::rules::schedule::SlotFault;

#[tokio::test]
async fn a_session_costs_what_the_tariff_says_on_its_day() {
    let scene = Scene::listed(Grade::ThreeA).await;
    let Scene { cx, hospital, .. } = &scene;
    let (session, is_new) = put_session(cx, *hospital, &scene.clinic("S1")).await.unwrap();
    assert!(is_new);
    assert_eq!(session.fee.minor(), 5_000);
    assert_eq!(session.title.en, "Heart Unit H, Ouyang Xue (Chief physician), Expert clinic");
    assert_eq!(session.title.zh, "心脏中心H 欧阳雪（主任医师） 专家门诊");
    assert_eq!((session.place.en.as_str(), session.grade.as_str()), ("Place C", "expert:chief"));
    let attending = NewClinic { practitioner: Some(no("D2")), ..scene.clinic("S2") };
    let (session, _) = put_session(cx, *hospital, &attending).await.unwrap();
    assert_eq!((session.fee.minor(), session.grade.as_str()), (2_500, "expert:attending"));
    let general =
        NewClinic { practitioner: None, clinic_kind: ClinicKind::General, ..scene.clinic("S3") };
    assert_eq!(put_session(cx, *hospital, &general).await.unwrap().0.fee.minor(), 1_500);
    // A tariff of the hospital's own wins over the city's; what is open stays what it was.
    scene
        .run(&format!(
            "INSERT INTO public.rules (id, key, city, agency_id, valid_from, params, citation_en, \
             citation_zh, verified_on) VALUES (gen_random_uuid(), 'hospital.clinic_fee', 330100, \
             '{}', '2026-11-01', '{{\"currency\": \"CNY\", \"fees\": [{{\"clinic_kind\": \"expert\", \
             \"amount_minor\": 7700}}]}}', 'x', 'x', '2026-11-01')",
            hospital.uuid(),
        ))
        .await;
    let (session, is_new) = put_session(cx, *hospital, &scene.clinic("S1")).await.unwrap();
    assert_eq!((session.fee.minor(), is_new), (5_000, false));
    let (session, _) = put_session(cx, *hospital, &scene.clinic("S4")).await.unwrap();
    assert_eq!(session.fee.minor(), 7_700);
    let general = NewClinic { number: no("S5"), ..general };
    let refused = fact(put_session(cx, *hospital, &general).await.unwrap_err());
    assert!(matches!(refused, DirectoryError::FeeMissing { .. }), "{refused}");
}

#[tokio::test]
async fn a_session_is_what_the_hospital_can_open() {
    let scene = Scene::listed(Grade::TwoA).await;
    let Scene { cx, hospital, .. } = &scene;
    let clinic = scene.clinic("S");
    let hour = NewSlot {
        ends_at: clinic.slots[0].starts_at + TimeDelta::minutes(31),
        ..clinic.slots[0].clone()
    };
    for (what, new) in [
        ("department", NewClinic { department: no("nowhere"), ..clinic.clone() }),
        ("doctor", NewClinic { practitioner: Some(no("nobody")), ..clinic.clone() }),
        ("expert clinic without one", NewClinic { practitioner: None, ..clinic.clone() }),
        ("role", NewClinic { clinic_kind: ClinicKind::Special, ..clinic.clone() }),
        ("past", NewClinic { on: "2026-11-22".parse().unwrap(), ..clinic.clone() }),
        ("far", NewClinic { on: "2027-11-22".parse().unwrap(), ..clinic.clone() }),
        ("long slot", NewClinic { slots: vec![hour], ..clinic.clone() }),
        ("afternoon", NewClinic { part: DayPart::Afternoon, ..clinic.clone() }),
    ] {
        let refused = fact(put_session(cx, *hospital, &new).await.unwrap_err());
        let as_expected = match what {
            "department" => matches!(refused, DirectoryError::NotNamed("/department_no")),
            "doctor" | "expert clinic without one" => {
                matches!(refused, DirectoryError::NotNamed("/practitioner_no"))
            }
            "role" => matches!(refused, DirectoryError::RoleMissing),
            "past" | "far" => matches!(refused, DirectoryError::DayOutOfRange),
            "long slot" => {
                let fault = SlotFault::Length(0);
                matches!(refused, DirectoryError::SlotsRefused { fault: f, .. } if f == fault)
            }
            _ => matches!(refused, DirectoryError::SlotsRefused { fault: SlotFault::Hours(0), .. }),
        };
        assert!(as_expected, "{what}: {refused}");
    }
    assert!(put_session(cx, *hospital, &clinic).await.unwrap().1, "but for these it is open");
    let other = NewClinic { practitioner: Some(no("D2")), ..clinic.clone() };
    let differs = put_session(cx, *hospital, &other).await.unwrap_err();
    assert!(matches!(differs, Error::Booking(citygate_booking::Error::SessionDiffers)));
    move_hospital(cx, *hospital, HospitalEvent::Suspend).await.unwrap();
    let suspended = put_session(cx, *hospital, &scene.clinic("S9")).await.unwrap_err();
    assert!(matches!(fact(suspended), DirectoryError::NotListed));
    assert!(!put_session(cx, *hospital, &clinic).await.unwrap().1, "the same again is still that");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_opened_by_many_at_once_is_one() {
    let scene = Scene::listed(Grade::ThreeA).await;
    let clinic = scene.clinic("S");
    let puts = (0..10).map(|_| put_session(&scene.cx, scene.hospital, &clinic));
    let opened: Vec<_> =
        futures_util::future::join_all(puts).await.into_iter().map(|put| put.unwrap()).collect();
    assert_eq!(opened.iter().filter(|(_, is_new)| *is_new).count(), 1);
    assert!(opened.iter().all(|(session, _)| session.id == opened[0].0.id));
}

#[tokio::test]
async fn statistics_of_few_people_are_not_told() {
    let scene = Scene::listed(Grade::ThreeA).await;
    let Scene { cx, hospital, .. } = &scene;
    let report = statistics(cx, *hospital, None, None).await.unwrap();
    assert_eq!((report.to - report.from).num_days(), 29);
    assert_eq!((report.statistics.booked, report.statistics.waiting), (Some(0), None));
    let day = |text: &str| text.parse().ok();
    for (from, to) in [("2026-11-02", "2026-11-01"), ("2025-11-01", "2026-11-02")] {
        let refused = statistics(cx, *hospital, day(from), day(to)).await.unwrap_err();
        assert!(matches!(fact(refused), DirectoryError::PeriodOutOfRange));
    }
    scene.run(&turns(hospital, 9)).await;
    assert_eq!(statistics(cx, *hospital, None, None).await.unwrap().statistics.waiting, None);
    scene.run(&turns(hospital, 11)).await;
    let waiting = statistics(cx, *hospital, None, None).await.unwrap().statistics.waiting.unwrap();
    let figures = (waiting.visits, waiting.in_time_percent, waiting.median_minutes);
    // Nine waited 4, 8 … 36 minutes, eleven 4, 8 … 44; within 30 are seven of each.
    assert_eq!((figures, waiting.p90_minutes), ((20, 70, 20), 36));
}

/// A doctor's queue of so many people, who waited four minutes longer each.
fn turns(hospital: &AgencyId, people: u32) -> String {
    let (city, agency) = (CITY.number(), hospital.uuid());
    let department = format!("(SELECT id FROM hospital.departments WHERE agency_id = '{agency}')");
    format!(
        "WITH q AS (INSERT INTO hospital.queues (city, id, agency_id, station_no, on_day, station, \
          department_id, letter, name_en, name_zh, place_en, place_zh, opens_at, closes_at, rooms, \
          created_at) VALUES ({city}, gen_random_uuid(), '{agency}', '{people}', '2026-11-20', \
          'consultation', {department}, 'A', '', '', '', '', now(), now() + interval '1 day', \
          1, now()) RETURNING id), \
         v AS (INSERT INTO hospital.visits (city, id, agency_id, person_id, department_id, on_day, \
          state, arrived_at) SELECT {city}, gen_random_uuid(), '{agency}', gen_random_uuid(), \
          {department}, '2026-11-20', 'in_progress', now() FROM generate_series(1, {people}) \
          RETURNING id) \
         INSERT INTO hospital.queue_entries (city, id, queue_id, visit_id, step, subject_id, number, \
          kind, lane, state, turn_at, arrived_at, called_at) \
         SELECT {city}, gen_random_uuid(), q.id, v.id, 'consult', gen_random_uuid(), \
          row_number() OVER (), 'first', 'regular', 'done', now(), now(), \
          now() + row_number() OVER () * interval '4 minutes' FROM q, v"
    )
}
