use chrono::FixedOffset;
use citygate_hl7v2::{Charset, parse};

use super::*;

const NEW: &str = "MSH|^~\\&|HIS|H|||1||SIU^S12^SIU_S12|1|P|2.5\r\
    SCH|P1|A1|||S-1||||||^^^20261123090000\r\
    PID|1||330102199003078512^^^CHN^NI||王^芳\r\
    RGS|1\rAIS|1||SVC|20261123093000\r";

fn of(text: &str) -> Result<Siu, String> {
    let message = parse(text.as_bytes(), Charset::Utf8).unwrap();
    let zone = FixedOffset::east_opt(8 * 3600).unwrap();
    read(&message, &zone).map_err(|fault| match fault {
        MessageFault::Missing(place) | MessageFault::Invalid(place, _) => place.to_string(),
        MessageFault::SegmentMissing(name) => name.to_owned(),
        other => other.to_string(),
    })
}

#[test]
fn an_appointment_is_read_from_where_the_standard_puts_it() {
    for (from, to, number, starts_at) in [
        ("", "", "A1", "2026-11-23T01:00:00+00:00"),
        ("|P1|A1|", "|P1||", "P1", "2026-11-23T01:00:00+00:00"),
        ("||||||^^^20261123090000", "", "A1", "2026-11-23T01:30:00+00:00"),
        ("PID|", "TQ1|1||||||202611231000+0800\rPID|", "A1", "2026-11-23T02:00:00+00:00"),
    ] {
        let siu = of(&NEW.replacen(from, to, 1)).unwrap();
        let (session, at) = siu.place.unwrap();
        assert_eq!((siu.number.as_str(), session.as_str()), (number, "S-1"), "{to}");
        assert_eq!(at.to_rfc3339(), starts_at, "{to}");
        assert_eq!(siu.patient.unwrap().name.unwrap().expose(), "王芳");
    }
}

#[test]
fn events_are_what_they_are_called() {
    for (code, event, places) in [
        ("S12", ReportedEvent::Booked, true),
        ("S13", ReportedEvent::Moved, true),
        ("S14", ReportedEvent::Moved, true),
        ("S15", ReportedEvent::Cancelled, false),
        ("S26", ReportedEvent::Missed, false),
    ] {
        let siu = of(&NEW.replacen("S12", code, 1)).unwrap();
        assert_eq!((siu.event, siu.place.is_some()), (event, places), "{code}");
    }
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    for (from, to, place) in [
        ("SCH|", "ZCH|", "SCH"),
        ("PID|", "ZID|", "PID"),
        ("|P1|A1|", "|||", "SCH[1]-1"),
        ("|P1|A1|", "|P1|A 1|", "SCH[1]-2"),
        ("S-1", "", "SCH[1]-5"),
        ("20261123090000", "20261123", "SCH[1]-11"),
        ("^NI", "^MR", "PID[1]-3"),
        ("RGS|1", "PID|2||330102199003078512^^^CHN^NI", "PID[2]"),
    ] {
        assert_eq!(of(&NEW.replacen(from, to, 1)).err().as_deref(), Some(place), "{to}");
    }
    let nowhere = NEW.replacen("^^^20261123090000", "", 1).replacen("20261123093000", "", 1);
    assert_eq!(of(&nowhere).err().as_deref(), Some("SCH[1]-11"));
    // Who only gives an appointment up need not say whose it was.
    assert!(of(&NEW.replacen("PID|", "ZID|", 1).replacen("S12", "S15", 1)).is_ok());
}
