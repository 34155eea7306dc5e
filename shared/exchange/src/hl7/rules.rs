//! Which messages are taken, and how faults are answered. Pure.

use citygate_hl7v2::{AckCode, Answer, ErrorCode, Header, Location, MessageError};
use citygate_kernel::{Locale, Problem};

use super::error::{MessageFault, error_code};
use crate::{Hold, HoldReason};

/// The longest MSH-10 (version 2.7; 20 characters before).
const CONTROL_ID: usize = 199;

/// Whether a header is one that can be answered for: versions that are spoken, a number to know the
/// message by, and a known processing id.
pub(super) fn check(header: &Header) -> Result<(), MessageFault> {
    let msh = |field| Location::of("MSH", 1).field(field);
    if header.version().is_none() {
        return Err(MessageFault::VersionUnsupported);
    }
    if header.control_id.is_empty() {
        return Err(MessageFault::Missing(msh(10)));
    }
    if header.control_id.chars().count() > CONTROL_ID {
        return Err(MessageFault::Invalid(msh(10), "at most 199 characters"));
    }
    if header.code.is_empty() {
        return Err(MessageFault::Missing(msh(9)));
    }
    if !matches!(header.processing_id.as_str(), "P" | "T" | "D") {
        return Err(MessageFault::ProcessingUnsupported);
    }
    Ok(())
}

/// Whether a message of production came to a city of production, and anything else to a sandbox.
pub(super) fn check_processing(header: &Header, sandbox: bool) -> Result<(), MessageFault> {
    if sandbox || header.processing_id == "P" {
        Ok(())
    } else {
        Err(MessageFault::ProcessingUnsupported)
    }
}

/// AA without more words.
pub(super) fn accepted() -> Answer {
    Answer { code: AckCode::Accept, text: String::new(), errors: Vec::new() }
}

/// A message that waits. What the sender need not mend is accepted.
pub(super) fn held(hold: &Hold) -> Answer {
    let text = format!("held: {}", hold.reason.code());
    let words = hold.reason.text();
    match hold.reason {
        HoldReason::OrderUnknown => Answer { code: AckCode::Accept, text, errors: Vec::new() },
        HoldReason::PatientMismatch
        | HoldReason::OrderWithdrawn
        | HoldReason::StatusRegressed
        | HoldReason::VersionConflict => {
            let error = MessageError {
                location: None,
                code: ErrorCode::UnknownKey,
                own_code: hold.reason.code().to_owned(),
                diagnostic: words.en,
                user_message: words.zh,
            };
            Answer { code: AckCode::Error, text, errors: vec![error] }
        }
    }
}

/// AR where the reason is not the content of the message, or where it is no message; AE where the
/// sender has to mend it (HL7 2.5.1, 2.9.2.2).
pub(super) fn refused(problem: &Problem) -> Answer {
    let kind = problem.kind;
    let code = match kind.status {
        400 | 401 | 403 | 429 | 500.. => AckCode::Reject,
        _ if kind.code == "exchange.message_differs" => AckCode::Reject,
        _ => AckCode::Error,
    };
    let error = |location, why: Option<&str>| MessageError {
        location,
        code: error_code(kind),
        own_code: kind.code.to_owned(),
        diagnostic: why.map_or(kind.en.to_owned(), |why| format!("{}: {why}", kind.en)),
        user_message: kind.title(Locale::ZhCn).to_owned(),
    };
    let fields = problem.errors.iter();
    let mut errors: Vec<_> =
        fields.map(|field| error(field.pointer.parse().ok(), Some(&field.detail))).collect();
    if errors.is_empty() {
        errors.push(error(None, problem.detail.as_deref()));
    }
    Answer { code, text: kind.en.to_owned(), errors }
}

#[cfg(test)]
mod tests {
    use citygate_hl7v2::{Charset, parse};
    use citygate_platform::problems;

    use super::*;
    use crate::Error;

    fn header(version: &str, kind: &str, id: &str, processing: &str) -> Header {
        let text = format!("MSH|^~\\&|LIS|H|||20261122||{kind}|{id}|{processing}|{version}\r");
        parse(text.as_bytes(), Charset::Utf8).unwrap().header().clone()
    }

    #[test]
    fn a_header_has_what_an_answer_needs() {
        let long = "9".repeat(200);
        for (version, kind, id, processing, expected) in [
            ("2.3", "ORU^R01", "1", "P", None),
            ("2.8.2", "ORU^R01^ORU_R01", "1", "T", None),
            ("2.2", "ORU^R01", "1", "P", Some("exchange.hl7_version_unsupported MSH[1]-12")),
            ("", "ORU^R01", "1", "P", Some("exchange.hl7_version_unsupported MSH[1]-12")),
            ("2.9", "ORU^R01", "1", "P", Some("exchange.hl7_version_unsupported MSH[1]-12")),
            ("2.5", "ORU^R01", "", "P", Some("exchange.hl7_field_missing MSH[1]-10")),
            ("2.5", "ORU^R01", &long, "P", Some("exchange.hl7_field_invalid MSH[1]-10")),
            ("2.5", "", "1", "P", Some("exchange.hl7_field_missing MSH[1]-9")),
            ("2.5", "ORU^R01", "1", "", Some("exchange.hl7_processing_unsupported MSH[1]-11")),
            ("2.5", "ORU^R01", "1", "X", Some("exchange.hl7_processing_unsupported MSH[1]-11")),
        ] {
            let checked = check(&header(version, kind, id, processing)).err().map(|fault| {
                let problem = Problem::from(fault);
                let pointer = problem.errors.first().map(|field| field.pointer.clone());
                format!("{} {}", problem.kind.code, pointer.unwrap_or_default())
            });
            assert_eq!(checked.as_deref(), expected, "{version} {kind} {id} {processing}");
        }
        let test = header("2.5", "ORU^R01", "1", "T");
        assert!(check_processing(&test, true).is_ok() && check_processing(&test, false).is_err());
    }

    #[test]
    fn who_has_to_mend_it_decides_between_ae_and_ar() {
        let obx = || "OBX[3]-5".parse::<Location>().unwrap();
        for (problem, code, place, row) in [
            (MessageFault::Missing(obx()).into(), "AE", Some("OBX[3]-5"), "101"),
            (MessageFault::Invalid(obx(), "x").into(), "AE", Some("OBX[3]-5"), "102"),
            (MessageFault::CodeUnknown(obx(), "x").into(), "AE", Some("OBX[3]-5"), "103"),
            (MessageFault::SegmentMissing("PID").into(), "AE", Some("PID[1]"), "100"),
            (MessageFault::TypeUnsupported.into(), "AR", Some("MSH[1]-9"), "200"),
            (MessageFault::EventUnsupported.into(), "AR", Some("MSH[1]-9"), "201"),
            (MessageFault::ProcessingUnsupported.into(), "AR", Some("MSH[1]-11"), "202"),
            (MessageFault::VersionUnsupported.into(), "AR", Some("MSH[1]-12"), "203"),
            (MessageFault::PeerUnknown.into(), "AR", None, "207"),
            (Error::MessageDiffers.into(), "AR", None, "205"),
            (Error::SignatureRequired.into(), "AR", None, "207"),
            (Error::SpecimenRefused.into(), "AE", None, "207"),
            (Problem::new(&problems::INTERNAL), "AR", None, "207"),
            (Problem::new(&problems::NOT_FOUND), "AE", None, "204"),
        ] as [(Problem, _, Option<&str>, _); 14]
        {
            let answer = refused(&problem);
            let [error] = &answer.errors[..] else { panic!("one error") };
            let place = place.map(|place| place.parse::<Location>().unwrap());
            assert_eq!(answer.code.code(), code, "{}", problem.kind.code);
            assert_eq!(error.location, place, "{}", problem.kind.code);
            assert_eq!(error.code.row().0, row, "{}", problem.kind.code);
            assert_eq!(error.own_code, problem.kind.code);
        }
    }

    #[test]
    fn only_an_unknown_order_waits_without_being_an_error() {
        for reason in HoldReason::ALL {
            let answer = held(&Hold { reason, waits_for: None });
            let accepted = reason == HoldReason::OrderUnknown;
            assert_eq!(answer.code == AckCode::Accept, accepted, "{reason:?}");
            assert_eq!(answer.errors.is_empty(), accepted, "{reason:?}");
            assert_eq!(answer.text, format!("held: {}", reason.code()));
        }
    }
}
