use chrono::FixedOffset;
use citygate_hl7v2::{Charset, parse};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{Flag, ObservedValue, ReportCategory, ReportStatus};

/// A blood count as a laboratory sends it, with a correction of the order by ORC.
const COUNT: &str = "MSH|^~\\&|LIS|湖滨医院|CITYGATE|330100|20261122093000||ORU^R01^ORU_R01|M1|P|2.5.1\r\
    PID|1||7788^^^LIS^MR~330102199003078512^^^CHN^NI||王^芳\r\
    NTE|1||空腹\r\
    PV1|1|O\r\
    ORC|RE|O1|R1\r\
    OBR|1|O1|R1|CBC^血常规^L^58410-2^CBC^LN|||20261122083000|||||||||||||||20261122093000||HM|F\r\
    NTE|1||未见异常细胞\r\
    OBX|1|NM|WBC^白细胞计数^L^6690-2^^LN||11.2|10*9/L|3.5-9.5|H|||F|||20261122085500+0800\r\
    NTE|1||复查~核实\r\
    OBX|2|SN|CRP^C反应蛋白^L||<^0.5|mg/L|<8|N|||F\r\
    OBX|3|ST|MORPH^形态^L||未见异常||||||F\r";

fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap()
}

fn read(text: &str) -> Result<Vec<NewReport>, MessageFault> {
    let message = parse(text.as_bytes(), Charset::Utf8).unwrap();
    let mut reports = Vec::new();
    for patient in patients(&message)? {
        patient.id_number()?;
        for order in &patient.orders {
            reports.push(order.report(PersonId::from_uuid(Uuid::nil()), &zone())?);
        }
    }
    Ok(reports)
}

#[test]
fn a_report_is_read_to_the_last_note() {
    let reports = read(COUNT).unwrap();
    let [report] = &reports[..] else { panic!("one report") };
    assert_eq!((report.order_no.as_str(), report.report_no.as_str()), ("O1", "R1"));
    assert_eq!((report.status, report.category), (ReportStatus::Final, ReportCategory::Laboratory));
    assert_eq!(report.code.code, "58410-2");
    assert_eq!(report.code.display, "血常规");
    assert_eq!(report.issued_at.to_rfc3339(), "2026-11-22T01:30:00+00:00");
    assert_eq!(report.effective_at.unwrap().to_rfc3339(), "2026-11-22T00:30:00+00:00");
    assert_eq!(report.conclusion.as_ref().unwrap().expose(), "未见异常细胞");
    let [count, protein, shape] = &report.observations[..] else { panic!("three items") };
    assert_eq!(
        (count.code.system.as_str(), count.code.code.as_str()),
        ("http://loinc.org", "6690-2")
    );
    assert_eq!(count.flags, [Flag::High]);
    assert_eq!(count.note.as_deref(), Some("复查\n核实"));
    assert_eq!(count.effective_at.unwrap().to_rfc3339(), "2026-11-22T00:55:00+00:00");
    assert!(
        matches!(&protein.value, ObservedValue::Quantity { comparator: Some(c), .. } if c == "<")
    );
    assert_eq!(shape.value, ObservedValue::Text("未见异常".to_owned()));
}

fn place_of(fault: &MessageFault) -> String {
    match fault {
        MessageFault::Missing(place)
        | MessageFault::Invalid(place, _)
        | MessageFault::CodeUnknown(place, _) => place.to_string(),
        MessageFault::SegmentMissing(name) => (*name).to_owned(),
        other => other.to_string(),
    }
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    for (from, to, place) in [
        ("PID|1|", "ZID|1|", "PID"),
        ("OBR|1|O1|R1|CBC", "ZBR|1|O1|R1|CBC", "OBR"),
        ("ORC|RE|O1|R1\r", "ORC|RE|O2|R1\r", "OBR[1]-2"),
        ("ORC|RE|O1|R1\rOBR|1|O1|R1", "OBR|1||R1", "OBR[1]-2"),
        ("ORC|RE|O1|R1\rOBR|1|O1|R1", "OBR|1|O1|", "OBR[1]-3"),
        ("ORC|RE|O1|R1\rOBR|1|O1|", "OBR|1|医嘱1|", "OBR[1]-2"),
        ("CBC^血常规^L^58410-2^CBC^LN", "^血常规", "OBR[1]-4"),
        ("20261122093000||HM", "||HM", "OBR[1]-22"),
        ("20261122093000||HM", "20261122||HM", "OBR[1]-22"),
        ("20261122093000||HM", "2026112209x0||HM", "OBR[1]-22"),
        ("||HM|F", "||HEMA|F", "OBR[1]-24"),
        ("||HM|F", "||HM|", "OBR[1]-25"),
        ("||HM|F", "||HM|Z", "OBR[1]-25"),
        ("20261122083000|||", "2026|||", "OBR[1]-7"),
        ("|NM|WBC^白细胞计数^L^6690-2^^LN|", "|NM||", "OBX[1]-3"),
        ("||11.2|", "||高|", "OBX[1]-5"),
        ("<^0.5", "ca^0.5", "OBX[2]-5"),
        ("|ST|MORPH", "|ED|MORPH", "OBX[3]-2"),
        ("3.5-9.5|H|", "3.5-9.5|HHH|", "OBX[1]-8"),
        ("3.5-9.5|H|||F", "3.5-9.5|H|||", "OBX[1]-11"),
        ("3.5-9.5|H|||F", "3.5-9.5|H|||U", "OBX[1]-11"),
        ("20261122085500+0800", "yesterday", "OBX[1]-14"),
        ("未见异常||||||F\r", "未见异常||||||F\rDSC|1\r", "DSC[1]-1"),
    ] {
        let text = COUNT.replacen(from, to, 1);
        assert_ne!(text, COUNT, "{from} is there");
        assert_eq!(
            read(&text).map(|_| ()).map_err(|fault| place_of(&fault)),
            Err(place.to_owned()),
            "{to}"
        );
    }
}

#[test]
fn a_message_may_have_several_patients_and_orders() {
    let second = "PID|2||11010519491231002X^^^CHN^NI\r\
        OBR|1|O2|R2|A^A||||||||||||||||||202611220930|||P\r\
        OBR|2|O3|R3|B^B||||||||||||||||||202611220931|||X\r";
    let reports = read(&format!("{COUNT}{second}")).unwrap();
    let shown: Vec<_> = reports
        .iter()
        .map(|one| (one.order_no.as_str(), one.status, one.observations.len()))
        .collect();
    assert_eq!(
        shown,
        [
            ("O1", ReportStatus::Final, 3),
            ("O2", ReportStatus::Preliminary, 0),
            ("O3", ReportStatus::Cancelled, 0),
        ]
    );
    // The numbers of an ORC are those of its own OBR.
    let by_orc = COUNT.replacen("OBR|1|O1|R1|", "OBR|1|||", 1) + "OBR|2|||A^A\r";
    assert_eq!(read(&by_orc).map_err(|fault| place_of(&fault)).err().as_deref(), Some("OBR[2]-3"));
}

#[test]
fn what_resists_is_noted_in_words() {
    let reports = read(&COUNT.replacen("3.5-9.5|H|", "3.5-9.5|H~R|", 1)).unwrap();
    let first = reports.first().unwrap().observations.first().unwrap();
    assert_eq!(
        (first.flags.as_slice(), first.note.as_deref()),
        (&[Flag::High][..], Some("OBX-8: R\n复查\n核实"))
    );
}

proptest! {
    #[test]
    fn nothing_makes_it_fall(
        segments in proptest::collection::vec(
            ("(PID|ORC|OBR|OBX|NTE|DSC)", "[|^~&\\\\0-9A-ZNM.<>+\"王-]{0,40}"), 0..12),
    ) {
        let rest: String = segments.iter().map(|(name, rest)| format!("{name}|{rest}\r")).collect();
        let _ = read(&format!("MSH|^~\\&|L|H|||1||ORU^R01|1|P|2.5\r{rest}"));
    }
}
