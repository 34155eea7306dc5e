//! What a sender is answered.

use chrono::{DateTime, FixedOffset};

use crate::{Charset, Delimiters, Header, Location, Version};

/// MSA-1 (HL7 table 0008, original mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckCode {
    /// AA: it was taken over.
    Accept,
    /// AE: it was understood, and something in it is wrong. The sender mends it.
    Error,
    /// AR: it was not taken over for a reason that is not its content, or is no message.
    Reject,
}

impl AckCode {
    /// As MSA-1 says it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "AA",
            Self::Error => "AE",
            Self::Reject => "AR",
        }
    }
}

/// ERR-3 (HL7 table 0357).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// 100
    SegmentSequence,
    /// 101
    RequiredFieldMissing,
    /// 102
    DataType,
    /// 103
    TableValueNotFound,
    /// 200
    UnsupportedMessageType,
    /// 201
    UnsupportedEventCode,
    /// 202
    UnsupportedProcessingId,
    /// 203
    UnsupportedVersion,
    /// 204
    UnknownKey,
    /// 205
    DuplicateKey,
    /// 207
    Internal,
}

impl ErrorCode {
    /// Number and words of the table.
    pub const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::SegmentSequence => ("100", "Segment sequence error"),
            Self::RequiredFieldMissing => ("101", "Required field missing"),
            Self::DataType => ("102", "Data type error"),
            Self::TableValueNotFound => ("103", "Table value not found"),
            Self::UnsupportedMessageType => ("200", "Unsupported message type"),
            Self::UnsupportedEventCode => ("201", "Unsupported event code"),
            Self::UnsupportedProcessingId => ("202", "Unsupported processing id"),
            Self::UnsupportedVersion => ("203", "Unsupported version id"),
            Self::UnknownKey => ("204", "Unknown key identifier"),
            Self::DuplicateKey => ("205", "Duplicate key identifier"),
            Self::Internal => ("207", "Application internal error"),
        }
    }
}

/// One fault (segment ERR).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageError {
    /// ERR-2: where.
    pub location: Option<Location>,
    /// ERR-3: what kind.
    pub code: ErrorCode,
    /// ERR-5: the receiver's own code.
    pub own_code: String,
    /// ERR-7: what is wrong, for those who look after the system.
    pub diagnostic: String,
    /// ERR-8: the same for those who use it.
    pub user_message: String,
}

/// What an acknowledgement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// MSA-1
    pub code: AckCode,
    /// MSA-3: in a few words.
    pub text: String,
    /// ERR, one for each.
    pub errors: Vec<MessageError>,
}

/// The acknowledgement of a message, in the encoding characters and the version of its sender; it is
/// sent in the sender's character set, too. `id` is the answer's own MSH-10, `now` its MSH-7.
pub fn ack(to: &Header, answer: &Answer, id: &str, now: DateTime<FixedOffset>) -> String {
    let version = to.version();
    let mut text = msh(to, id, now);
    let cut = to.delimiters;
    let mut msa = vec![answer.code.code().to_owned(), cut.escape(&to.control_id)];
    if !answer.text.is_empty() {
        msa.push(cut.escape(&answer.text));
    }
    text.push_str(&line("MSA", &msa, cut));
    let detailed = version.is_none_or(|version| version >= Version::V2_5);
    for error in &answer.errors {
        let fields = if detailed { err(error, to) } else { vec![eld(error, cut)] };
        text.push_str(&line("ERR", &fields, cut));
    }
    text
}

fn line(name: &str, fields: &[String], cut: Delimiters) -> String {
    let separator = cut.field.to_string();
    format!("{name}{separator}{}\r", fields.join(&separator))
}

fn msh(to: &Header, id: &str, now: DateTime<FixedOffset>) -> String {
    let cut = to.delimiters;
    let component = cut.component.to_string();
    let or = |text: &str, default: &str| cut.escape(if text.is_empty() { default } else { text });
    // A third component came with version 2.3.1; the event is that of the message.
    let kind: Vec<String> = match (to.event.as_str(), to.version() == Some(Version::OLDEST)) {
        ("", _) => vec!["ACK".to_owned()],
        (event, true) => vec!["ACK".to_owned(), cut.escape(event)],
        (event, false) => vec!["ACK".to_owned(), cut.escape(event), "ACK".to_owned()],
    };
    // As the sender calls it, unless that is none of ours.
    let charset = match Charset::named(&to.charset_name) {
        Some(_) => to.charset_name.as_str(),
        None => to.charset.name(),
    };
    let mut fields = vec![
        cut.declared(),
        cut.escape(&to.receiving_application),
        cut.escape(&to.receiving_facility),
        cut.escape(&to.sending_application),
        cut.escape(&to.sending_facility),
        now.format("%Y%m%d%H%M%S%z").to_string(),
        String::new(),
        kind.join(&component),
        cut.escape(id),
        or(&to.processing_id, "P"),
        or(&to.version_id, "2.5.1"),
    ];
    fields.extend(vec![String::new(); 5]);
    fields.push(cut.escape(charset));
    line("MSH", &fields, cut)
}

/// ERR from version 2.5 on.
fn err(error: &MessageError, to: &Header) -> Vec<String> {
    let cut = to.delimiters;
    let component = cut.component.to_string();
    let (code, words) = error.code.row();
    let place = error.location.as_ref().map(Location::components).unwrap_or_default();
    // What ASCII cannot say is left out: the diagnostic says the same.
    let sayable = to.charset != Charset::Ascii || error.user_message.is_ascii();
    let user = sayable.then(|| cut.escape(&error.user_message));
    vec![
        String::new(),
        place.iter().map(|part| cut.escape(part)).collect::<Vec<_>>().join(&component),
        [code, words, "HL70357"].join(&component),
        "E".to_owned(),
        cut.escape(&error.own_code),
        String::new(),
        cut.escape(&error.diagnostic),
        user.unwrap_or_default(),
    ]
}

/// ERR before version 2.5: segment, its number, field, and a coded text.
fn eld(error: &MessageError, cut: Delimiters) -> String {
    let (code, words) = error.code.row();
    let place = error.location.as_ref().map(Location::components).unwrap_or_default();
    let part = |n: usize| place.get(n).cloned().unwrap_or_default();
    let within = cut.subcomponent.unwrap_or(' ').to_string();
    let coded = [code, words, "HL70357", &cut.escape(&error.own_code)].join(&within);
    [part(0), part(1), part(2), coded].join(&cut.component.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn header(version: &str, charset: &str) -> Header {
        let text = format!(
            "MSH|^~\\&|检验系统|湖滨医院|CITY|CG|20261122||ORU^R01^ORU_R01|M1\\T\\2|P|{version}\
             ||||||{charset}\r"
        );
        let bytes = Charset::named(charset).unwrap_or_default().encode(&text);
        parse(&bytes, Charset::Utf8).unwrap().header().clone()
    }

    fn wrong() -> Answer {
        Answer {
            code: AckCode::Error,
            text: "wrong".to_owned(),
            errors: vec![MessageError {
                location: "OBX[3]-5".parse().ok(),
                code: ErrorCode::DataType,
                own_code: "results.value_invalid".to_owned(),
                diagnostic: "OBX-5 is no number".to_owned(),
                user_message: "OBX-5 不是数值".to_owned(),
            }],
        }
    }

    fn answered(to: &Header, answer: &Answer) -> String {
        let now = DateTime::parse_from_rfc3339("2026-11-22T09:30:15+08:00").unwrap();
        let text = ack(to, answer, "A1", now);
        // Whatever is said can be said in the character set.
        assert_eq!(to.charset.decode(&to.charset.encode(&text)).unwrap(), text);
        text.replace('\r', "\n")
    }

    #[test]
    fn it_speaks_as_it_was_spoken_to() {
        assert_eq!(
            answered(&header("2.5.1", "GBK"), &wrong()),
            "MSH|^~\\&|CITY|CG|检验系统|湖滨医院|20261122093015+0800||\
             ACK^R01^ACK|A1|P|2.5.1||||||GBK\n\
             MSA|AE|M1\\T\\2|wrong\n\
             ERR||OBX^3^5|102^Data type error^HL70357|E|results.value_invalid||OBX-5 is no number|\
             OBX-5 不是数值\n"
        );
        assert_eq!(
            answered(&header("2.3", ""), &wrong()),
            "MSH|^~\\&|CITY|CG|检验系统|湖滨医院|20261122093015+0800||\
             ACK^R01|A1|P|2.3||||||UNICODE UTF-8\n\
             MSA|AE|M1\\T\\2|wrong\n\
             ERR|OBX^3^5^102&Data type error&HL70357&results.value_invalid\n"
        );
    }

    #[test]
    fn what_had_no_header_is_answered_too() {
        let answer = Answer { code: AckCode::Reject, text: String::new(), errors: Vec::new() };
        assert_eq!(
            answered(&Header::unknown(Charset::Ascii), &answer),
            "MSH|^~\\&|||||20261122093015+0800||ACK|A1|P|2.5.1||||||ASCII\nMSA|AR|\n"
        );
    }

    #[test]
    fn ascii_says_what_it_can() {
        let to = Header::unknown(Charset::Ascii);
        assert!(answered(&to, &wrong()).ends_with("|OBX-5 is no number|\n"));
    }
}
