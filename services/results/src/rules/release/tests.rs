use super::*;
use crate::model::Range;

/// The row that the country's migration writes.
fn rule() -> ReleaseRule {
    let migration = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../migrations/results/2026-11-22-002030_release/up.sql"
    ));
    let (_, after) = migration.split_once("'2021-11-01', NULL,\n     '").unwrap();
    let (params, _) = after.split_once("}',").unwrap();
    serde_json::from_str(&format!("{params}}}")).unwrap()
}

const LOINC: &str = "http://loinc.org";

fn code(code: &str, display: &str) -> Code {
    Code { system: LOINC.to_owned(), code: code.to_owned(), display: display.to_owned() }
}

fn item(code: Code, value: &str, unit: &str) -> NewObservation {
    NewObservation {
        id: None,
        code,
        status: ReportStatus::Final,
        value: ObservedValue::Quantity {
            value: value.parse().unwrap(),
            comparator: None,
            unit: unit.to_owned(),
        },
        range: Some(Range {
            low: Some("3.5".parse().unwrap()),
            high: Some("5.3".parse().unwrap()),
            text: None,
        }),
        flags: Vec::new(),
        effective_at: None,
        note: None,
        resource: None,
    }
}

fn potassium(value: &str) -> NewObservation {
    item(code("2823-3", "钾"), value, "mmol/L")
}

struct Case {
    status: ReportStatus,
    category: ReportCategory,
    title: Code,
    items: Vec<NewObservation>,
    minor: Option<bool>,
}

fn panel(items: Vec<NewObservation>) -> Case {
    Case {
        status: ReportStatus::Final,
        category: ReportCategory::Laboratory,
        title: code("24326-1", "电解质"),
        items,
        minor: None,
    }
}

fn titled(title: &str) -> Case {
    Case { title: code("0", title), ..panel(vec![potassium("4")]) }
}

impl Case {
    fn verdict(&self) -> (ReleaseClass, bool, ReleaseState) {
        self.verdict_by(&rule())
    }

    fn verdict_by(&self, rule: &ReleaseRule) -> (ReleaseClass, bool, ReleaseState) {
        let Self { status, category, title, items, minor } = self;
        let examined =
            Examined { status: *status, category: *category, code: title, observations: items };
        let Verdict { class, critical, state } = classify(rule, examined, *minor);
        (class, critical, state)
    }
}

#[test]
fn both_sides_of_every_limit() {
    use ReleaseClass::{Abnormal, Critical, Routine};
    use ReleaseState::{Acknowledgement, Released};
    for (value, expected) in [
        ("2.79", (Critical, true, Acknowledgement)),
        ("2.8", (Abnormal, false, Released)),
        ("3.49", (Abnormal, false, Released)),
        ("3.5", (Routine, false, Released)),
        ("5.3", (Routine, false, Released)),
        ("5.31", (Abnormal, false, Released)),
        ("6.2", (Abnormal, false, Released)),
        ("6.21", (Critical, true, Acknowledgement)),
    ] {
        assert_eq!(panel(vec![potassium(value)]).verdict(), expected, "{value}");
    }
    let other_unit = item(code("2823-3", "钾"), "6.21", "mg/dL");
    assert_eq!(panel(vec![other_unit]).verdict(), (Abnormal, false, Released));
}

#[test]
fn what_a_hospital_flags_counts_whatever_the_number() {
    use ReleaseClass::{Abnormal, Critical, Routine};
    for (flag, class, critical) in [
        (Flag::Normal, Routine, false),
        (Flag::Low, Abnormal, false),
        (Flag::High, Abnormal, false),
        (Flag::Abnormal, Abnormal, false),
        (Flag::CriticallyLow, Critical, true),
        (Flag::CriticallyHigh, Critical, true),
        (Flag::CriticallyAbnormal, Critical, true),
    ] {
        let flagged = NewObservation { flags: vec![flag], ..potassium("4") };
        let (found, alarm, _) = panel(vec![flagged]).verdict();
        assert_eq!((found, alarm), (class, critical), "{flag:?}");
    }
}

#[test]
fn sensitive_by_code_and_by_word_and_never_by_accident() {
    use ReleaseClass::{Routine, Sensitive};
    for (title, class) in [
        ("HIV抗体筛查", Sensitive),
        ("anti-hiv 1+2", Sensitive),
        ("Archive of films", Routine),
        ("人类免疫缺陷病毒核酸", Sensitive),
        ("梅毒螺旋体抗体", Sensitive),
        ("肺炎衣原体抗体", Routine),
        ("沙眼衣原体核酸", Sensitive),
        ("BRCA1基因检测", Sensitive),
        ("血常规", Routine),
    ] {
        assert_eq!(titled(title).verdict().0, class, "{title}");
    }
    let by_code = Case { title: code("56888-1", "四项"), ..panel(Vec::new()) };
    assert_eq!(by_code.verdict(), (Sensitive, false, ReleaseState::InPerson));
    let elsewhere = Code { system: "urn:own".into(), ..code("56888-1", "四项") };
    assert_eq!(Case { title: elsewhere, ..panel(Vec::new()) }.verdict().0, Routine);
    let one_item = panel(vec![potassium("4"), item(code("7917-8", "抗体"), "0", "S/CO")]);
    assert_eq!(one_item.verdict().0, Sensitive, "one item is enough");
    let germ = ObservedValue::Coded(code("0", "Neisseria gonorrhoeae"));
    let found = NewObservation { value: germ, ..potassium("4") };
    assert_eq!(panel(vec![found]).verdict().0, Sensitive, "what was found counts");
}

#[test]
fn pregnancy_is_told_in_person_to_minors_and_where_the_age_is_unknown() {
    for (minor, class) in [
        (Some(true), ReleaseClass::Sensitive),
        (None, ReleaseClass::Sensitive),
        (Some(false), ReleaseClass::Routine),
    ] {
        let case = Case { minor, ..titled("尿妊娠试验") };
        assert_eq!(case.verdict().0, class, "{minor:?}");
    }
    let examined = |case: &Case| {
        asks_for_age(
            &rule(),
            Examined {
                status: case.status,
                category: case.category,
                code: &case.title,
                observations: &case.items,
            },
        )
    };
    assert!(examined(&titled("尿妊娠试验")));
    assert!(!examined(&titled("HIV抗体")), "an age is looked at only where it matters");
}

#[test]
fn the_stricter_gate_holds_and_the_alarm_runs_beside_it() {
    let critical = || vec![potassium("7")];
    let told = Case { items: critical(), ..titled("HIV") };
    assert_eq!(told.verdict(), (ReleaseClass::Sensitive, true, ReleaseState::InPerson));
    let pathology = |items| Case { category: ReportCategory::Pathology, ..panel(items) };
    let noted = (ReleaseClass::NoteFirst, true, ReleaseState::Note);
    assert_eq!(pathology(critical()).verdict(), noted);
    let noted = (ReleaseClass::NoteFirst, false, ReleaseState::Note);
    assert_eq!(pathology(Vec::new()).verdict(), noted);
    assert_eq!(titled("肿瘤标志物").verdict(), noted);
}

#[test]
fn every_status_of_every_class() {
    let open = ReleaseRule { show_preliminary: true, ..rule() };
    for status in ReportStatus::ALL.iter().copied() {
        let early = matches!(
            status,
            ReportStatus::Registered | ReportStatus::Partial | ReportStatus::Preliminary
        );
        for (class, title, value, gate) in [
            (ReleaseClass::Routine, "电解质", "4", ReleaseState::Released),
            (ReleaseClass::Sensitive, "HIV", "4", ReleaseState::InPerson),
            (ReleaseClass::NoteFirst, "肿瘤", "4", ReleaseState::Note),
        ] {
            let case = Case { status, items: vec![potassium(value)], ..titled(title) };
            let shown = match status {
                ReportStatus::EnteredInError => ReleaseState::Withdrawn,
                _ => gate,
            };
            let hidden = if early { ReleaseState::NotFinal } else { shown };
            assert_eq!(case.verdict(), (class, false, hidden), "{status:?} {class:?}");
            assert_eq!(case.verdict_by(&open), (class, false, shown), "{status:?} {class:?}");
        }
        let alarm = Case { status, ..panel(vec![potassium("7")]) }.verdict();
        let retracted = matches!(status, ReportStatus::EnteredInError | ReportStatus::Cancelled);
        assert_eq!(alarm.1, !retracted, "{status:?}: what is critical is not waited for");
    }
}
