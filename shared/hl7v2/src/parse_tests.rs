use proptest::prelude::*;

use super::*;

const ORU: &str = "MSH|^~\\&|LIS|湖滨医院|CITYGATE|330100|20261122093000||\
    ORU^R01^ORU_R01|M1|P|2.5.1||||||UNICODE UTF-8\r\
    PID|1||330101199001011234^^^CHN^NI~7788^^^LIS^MR||王^芳\r\
    OBR|1|O1|R1|CBC^血常规^L\r\
    OBX|1|NM|WBC^白细胞&计数||5.5|10*9/L||\"\"\r\
    OBX|2|TX|N||a\\F\\b\\.br\\c~second\r";

fn parsed(text: &str) -> Result<Message, Fault> {
    parse(text.as_bytes(), Charset::Utf8).map_err(|malformed| malformed.fault)
}

#[test]
fn every_part_can_be_reached() {
    let message = parsed(ORU).unwrap();
    let header = message.header();
    assert_eq!(
        (header.kind().as_str(), header.structure.as_str(), header.control_id.as_str()),
        ("ORU^R01", "ORU_R01", "M1")
    );
    assert_eq!(
        (header.sending_facility.as_str(), header.processing_id.as_str()),
        ("湖滨医院", "P")
    );
    assert_eq!(header.version().unwrap().to_string(), "2.5.1");
    let msh = message.segment("MSH").unwrap();
    assert_eq!((msh.field(1).text().as_ref(), msh.field(10).text().as_ref()), ("|", "M1"));
    let pid = message.segment("PID").unwrap();
    let ids: Vec<_> = pid.field(3).repetitions().map(|id| id.component(5).text()).collect();
    assert_eq!(ids, ["NI", "MR"]);
    assert_eq!(pid.field(5).component(2), "芳");
    let obx: Vec<_> = message.segments().filter(|segment| segment.name() == "OBX").collect();
    let [first, second] = obx[..] else { panic!("two OBX") };
    assert_eq!(first.field(3).first().component(2).component(2).text(), "计数");
    assert!(first.field(8).first().is_null() && first.field(8).text().is_empty());
    assert!(first.field(7).is_empty() && first.field(99).is_empty() && first.field(0).is_empty());
    let lines: Vec<_> = second.field(5).repetitions().map(Value::text).collect();
    assert_eq!(lines, ["a|b\nc", "second"]);
    assert_eq!(second.field(5).location().to_string(), "OBX[2]-5");
}

use crate::Value;

#[test]
fn ends_of_segments_are_tolerated() {
    for end in ["\r\n", "\n", "\r"] {
        let message = parsed(&ORU.replace('\r', end)).unwrap();
        assert_eq!(message.segments().count(), 5, "{end:?}");
        assert_eq!(message.encode(), ORU.as_bytes(), "{end:?}");
    }
}

#[test]
fn gbk_is_cut_by_characters_and_not_by_bytes() {
    // U+4E85 is 81 7C: its second byte is a stroke.
    let text = ORU.replace("UNICODE UTF-8", "GB 18030-2000").replace("湖滨", "\u{4e85}");
    let bytes = Charset::Gb18030.encode(&text);
    for default in [Charset::Ascii, Charset::Utf8, Charset::Gb18030] {
        let message = parse(&bytes, default).unwrap();
        assert_eq!(message.header().sending_facility, "\u{4e85}医院");
        assert_eq!(message.segment("PID").unwrap().field(5).component(1), "王");
        assert_eq!(message.encode(), bytes);
    }
    // Without MSH-18 the participant's default decides.
    let silent = Charset::Gb18030.encode(&ORU.replace("||||||UNICODE UTF-8", ""));
    assert_eq!(parse(&silent, Charset::Gb18030).unwrap().header().charset, Charset::Gb18030);
    assert_eq!(parse(&silent, Charset::Utf8).unwrap_err().fault, Fault::NotText);
}

#[test]
fn what_is_no_message_is_refused_with_its_header() {
    let long = format!("MSH|^~\\&{}", "|".repeat(MAX_FIELDS));
    let many = format!("MSH|^~\\&|A\r{}", "OBX|1\r".repeat(MAX_SEGMENTS));
    for (text, fault) in [
        ("", Fault::Empty),
        (" \r\n ", Fault::Empty),
        ("PID|1", Fault::NoHeader),
        ("MSH", Fault::NoHeader),
        ("hello", Fault::NoHeader),
        ("MSH|^~\\&|A\rpid|1", Fault::NoSegment),
        ("MSH|^~\\&|A\rPIDX|1", Fault::NoSegment),
        ("MSH|^~\\&|A\rPI", Fault::NoSegment),
        ("MSH|^~\\&|A\rPID|a\u{0}b", Fault::ControlCharacter),
        ("MSH|^~\\&|A\rPID|\\XFF\\", Fault::NotText),
        ("MSH|^~\\&||||||||||||||||8859/1\r", Fault::UnknownCharset),
        ("MSH|^~\\&||||||||||||||||UTF-8~GBK\r", Fault::UnknownCharset),
        ("MSH|^~\\&||||||||||||||||ASCII\rPID|王\r", Fault::NotText),
        (&long, Fault::TooLong),
        (&many, Fault::TooLong),
        (&format!("MSH|{}", "a".repeat(MAX_BYTES)), Fault::TooLong),
    ] {
        assert_eq!(parsed(text).unwrap_err(), fault, "{}", text.get(..40).unwrap_or(text));
    }
    let malformed = parse(b"MSH|^~\\&|LIS|H|||||ORU^R01|M7|P|2.4\rPID|\xff\xff\r", Charset::Utf8);
    assert_eq!(malformed.unwrap_err().header.unwrap().control_id, "M7");
}

fn value() -> impl Strategy<Value = String> {
    "[\\PC]{0,12}"
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        rows in proptest::collection::vec(proptest::collection::vec(
            proptest::collection::vec(value(), 1..4), 1..6), 0..6),
        gb in any::<bool>(),
    ) {
        let cut = Delimiters::default();
        let charset = if gb { Charset::Gb18030 } else { Charset::Utf8 };
        let mut text = format!("MSH|^~\\&|A|B|||||ORU^R01|1|P|2.5||||||{}\r", charset.name());
        for fields in &rows {
            let fields: Vec<String> = fields
                .iter()
                .map(|parts| parts.iter().map(|p| cut.escape(p)).collect::<Vec<_>>().join("^"))
                .collect();
            text.push_str(&format!("ZXX|{}\r", fields.join("|")));
        }
        let bytes = charset.encode(&text);
        let message = parse(&bytes, Charset::Ascii).unwrap();
        prop_assert_eq!(message.encode(), bytes);
        for (segment, fields) in message.segments().skip(1).zip(&rows) {
            for (n, parts) in fields.iter().enumerate() {
                for (m, part) in parts.iter().enumerate() {
                    // Two quotes mean that there is nothing.
                    let expected = if part == "\"\"" { "" } else { part.as_str() };
                    prop_assert_eq!(segment.field(n + 1).component(m + 1), expected);
                }
            }
        }
    }

    #[test]
    fn nothing_makes_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for default in [Charset::Ascii, Charset::Utf8, Charset::Gb18030] {
            let _ = parse(&bytes, default);
            let mut headed = b"MSH|^~\\&|".to_vec();
            headed.extend_from_slice(&bytes);
            if let Ok(message) = parse(&headed, default) {
                let again = parse(&message.encode(), message.header().charset).unwrap();
                prop_assert_eq!(again.encode(), message.encode());
            }
        }
    }
}
