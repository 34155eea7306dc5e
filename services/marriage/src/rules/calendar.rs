//! An appointment as a calendar file: RFC 5545.
//!
//! Times are in UTC, so that no time zone has to be defined. The identifier stays the same for a case,
//! and the sequence grows whenever the appointment moves or ends, so that a calendar that reads the
//! file again replaces what it has. There is no `METHOD`: with one, RFC 5546 asks for the mail address
//! of an organizer. Nothing in it names either of the two.

use std::fmt::{self, Write};

use chrono::{DateTime, Utc};

/// How long a line is at most, in bytes, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// What a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarEvent {
    /// Names the event for ever.
    pub uid: String,
    /// How often it has changed.
    pub sequence: i64,
    /// When it changed last.
    pub changed_at: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub summary: String,
    pub location: String,
    pub description: String,
    pub cancelled: bool,
}

impl fmt::Display for CalendarEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = if self.cancelled { "CANCELLED" } else { "CONFIRMED" };
        let changed = utc(self.changed_at);
        let lines = [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Citygate//Marriage registration//EN".to_owned(),
            "CALSCALE:GREGORIAN".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", self.uid),
            format!("DTSTAMP:{changed}"),
            format!("LAST-MODIFIED:{changed}"),
            format!("SEQUENCE:{}", self.sequence),
            format!("STATUS:{status}"),
            "CLASS:PRIVATE".to_owned(),
            format!("DTSTART:{}", utc(self.starts_at)),
            format!("DTEND:{}", utc(self.ends_at)),
            format!("SUMMARY:{}", text(&self.summary)),
            format!("LOCATION:{}", text(&self.location)),
            format!("DESCRIPTION:{}", text(&self.description)),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ];
        lines.iter().try_for_each(|line| fold(f, line))
    }
}

fn utc(at: DateTime<Utc>) -> impl fmt::Display {
    at.format("%Y%m%dT%H%M%SZ")
}

/// A text as a value (RFC 5545, 3.3.11).
fn text(plain: &str) -> String {
    let mut value = String::with_capacity(plain.len());
    for sign in plain.chars().filter(|sign| *sign != '\r') {
        match sign {
            '\\' | ';' | ',' => value.extend(['\\', sign]),
            '\n' => value.push_str("\\n"),
            sign if sign.is_control() => value.push(' '),
            sign => value.push(sign),
        }
    }
    value
}

/// A line in as many pieces as it takes; each but the first begins with a space, and no character is
/// cut.
fn fold(f: &mut fmt::Formatter<'_>, line: &str) -> fmt::Result {
    let mut length = 0;
    for sign in line.chars() {
        if length + sign.len_utf8() > LINE {
            f.write_str("\r\n ")?;
            length = 1;
        }
        f.write_char(sign)?;
        length += sign.len_utf8();
    }
    f.write_str("\r\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> CalendarEvent {
        CalendarEvent {
            uid: "mcas_330100@citygate".into(),
            sequence: 2,
            changed_at: "2026-05-01T10:00:00Z".parse().unwrap(),
            starts_at: "2026-05-20T01:00:00Z".parse().unwrap(),
            ends_at: "2026-05-20T02:00:00Z".parse().unwrap(),
            summary: "Marriage registration".into(),
            location: "湖滨路1号, 2楼; 左".into(),
            description: "Bring your cards.\nNumber a\\b".into(),
            cancelled: false,
        }
    }

    #[test]
    fn an_event_as_the_standard_writes_it() {
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Citygate//Marriage registration//EN",
            "CALSCALE:GREGORIAN",
            "BEGIN:VEVENT",
            "UID:mcas_330100@citygate",
            "DTSTAMP:20260501T100000Z",
            "LAST-MODIFIED:20260501T100000Z",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "CLASS:PRIVATE",
            "DTSTART:20260520T010000Z",
            "DTEND:20260520T020000Z",
            "SUMMARY:Marriage registration",
            "LOCATION:湖滨路1号\\, 2楼\\; 左",
            "DESCRIPTION:Bring your cards.\\nNumber a\\\\b",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(event().to_string(), expected.join("\r\n"));
        let ended = CalendarEvent { cancelled: true, ..event() }.to_string();
        assert!(ended.contains("\r\nSTATUS:CANCELLED\r\n"));
    }

    proptest! {
        /// However long a text is, and in whatever script: lines are short, whole, and say the same.
        #[test]
        fn lines_are_folded_between_characters(summary in "[a-z,;\\\\婚姻é\n ]{0,200}") {
            let written = CalendarEvent { summary: summary.clone(), ..event() }.to_string();
            prop_assert!(written.ends_with("\r\n"));
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE));
            let unfolded = written.replace("\r\n ", "");
            let line = unfolded.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let mut read = String::new();
            let mut signs = line.chars();
            while let Some(sign) = signs.next() {
                match sign {
                    '\\' => match signs.next().unwrap() {
                        'n' => read.push('\n'),
                        other => read.push(other),
                    },
                    other => read.push(other),
                }
            }
            prop_assert_eq!(read, summary);
        }
    }
}
