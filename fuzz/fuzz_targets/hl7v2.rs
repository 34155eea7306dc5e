//! Whatever bytes come in as HL7 version 2 are read or refused, and what is read is written again
//! as it was.

#![no_main]

use chrono::Utc;
use citygate_hl7v2::{Charset, Frames, Message, Timestamp, frame, parse};
use libfuzzer_sys::fuzz_target;

/// Nobody finds these by chance.
const HEADER: &[u8] = b"MSH|^~\\&|";

fuzz_target!(|bytes: &[u8]| {
    let headed = [HEADER, bytes].concat();
    for default in [Charset::Ascii, Charset::Utf8, Charset::Gb18030] {
        for bytes in [bytes, &headed] {
            if let Ok(message) = parse(bytes, default) {
                check_message(&message);
            }
        }
    }
    check_frames(bytes);
});

fn check_message(message: &Message) {
    let written = message.encode();
    let again = parse(&written, message.header().charset).ok().unwrap();
    assert_eq!(again.encode(), written);
    for segment in message.segments() {
        for number in 1..=20 {
            let field = segment.field(number);
            let _ = field.location().to_string();
            for value in field.repetitions() {
                let _ = value.component(1).component(1).text();
                if let Ok(stamp) = value.text().parse::<Timestamp>() {
                    let _ = stamp.instant(&Utc);
                }
            }
        }
    }
}

/// A stream is the same however it is cut.
fn check_frames(bytes: &[u8]) {
    let mut whole = Frames::default();
    whole.push(bytes);
    let mut cut = Frames::default();
    let mut from_cut = Vec::new();
    for byte in bytes {
        cut.push(&[*byte]);
        from_cut.extend(std::iter::from_fn(|| cut.take().unwrap_or_default()));
    }
    let from_whole: Vec<_> = std::iter::from_fn(|| whole.take().unwrap_or_default()).collect();
    assert_eq!(from_whole, from_cut);
    if !bytes.windows(2).any(|pair| pair == [0x1C, 0x0D]) && bytes.last() != Some(&0x1C) {
        let mut framed = Frames::default();
        framed.push(&frame(bytes));
        assert_eq!(framed.take().ok().flatten().as_deref(), Some(bytes));
    }
}
