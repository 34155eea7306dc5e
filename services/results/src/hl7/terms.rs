//! Tables of HL7 version 2, in the words of results.

use crate::model::{Code, Flag, ReportCategory, ReportStatus};

/// OBR-25 (table 0123). `Y` and `Z` answer queries and report nothing; `D` is table 0085's, and sent
/// for whole reports all the same.
pub(crate) fn report_status(code: &str) -> Option<ReportStatus> {
    Some(match code {
        "O" | "I" | "S" | "N" => ReportStatus::Registered,
        "A" => ReportStatus::Partial,
        "P" | "R" | "M" => ReportStatus::Preliminary,
        "F" => ReportStatus::Final,
        "C" => ReportStatus::Corrected,
        "X" => ReportStatus::Cancelled,
        "D" => ReportStatus::EnteredInError,
        _ => return None,
    })
}

/// OBX-11 (table 0085). `U` says that an earlier result has become final without repeating it: what
/// is sent here is sent whole.
pub(crate) fn observation_status(code: &str) -> Option<ReportStatus> {
    Some(match code {
        "O" | "I" => ReportStatus::Registered,
        "S" => ReportStatus::Partial,
        "P" | "R" => ReportStatus::Preliminary,
        "F" => ReportStatus::Final,
        "C" => ReportStatus::Corrected,
        "X" | "N" => ReportStatus::Cancelled,
        "D" | "W" => ReportStatus::EnteredInError,
        _ => return None,
    })
}

/// OBR-24 (table 0074). `PAT` is not in the table, and what laboratories of pathology send.
pub(crate) fn category(code: &str) -> Option<ReportCategory> {
    Some(match code {
        "LAB" | "BG" | "BLB" | "CG" | "CH" | "GE" | "HM" | "IMM" | "MB" | "MCB" | "MYC" | "SR"
        | "TX" | "VR" | "OSL" => ReportCategory::Laboratory,
        "RAD" | "CT" | "CUS" | "CTH" | "NMR" | "NMS" | "OUS" | "RUS" | "RX" | "VUS" | "XRC" => {
            ReportCategory::Imaging
        }
        "PAT" | "SP" | "CP" => ReportCategory::Pathology,
        "" | "AU" | "EC" | "EN" | "ICU" | "NRS" | "OT" | "OTH" | "PF" | "PHR" | "PHY" | "PT"
        | "RC" | "RT" => ReportCategory::Other,
        _ => return None,
    })
}

/// What a flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interpretation {
    /// How the value stands to what is usual.
    Standing(Flag),
    /// Something else: a trend, or what a micro-organism resists.
    Other,
}

/// OBX-8 (table 0078).
pub(crate) fn interpretation(code: &str) -> Option<Interpretation> {
    Some(Interpretation::Standing(match code {
        "N" => Flag::Normal,
        "L" | "<" => Flag::Low,
        "H" | ">" => Flag::High,
        "LL" => Flag::CriticallyLow,
        "HH" => Flag::CriticallyHigh,
        "A" => Flag::Abnormal,
        "AA" => Flag::CriticallyAbnormal,
        "S" | "R" | "I" | "MS" | "VS" | "U" | "D" | "B" | "W" | "POS" | "NEG" => {
            return Some(Interpretation::Other);
        }
        _ => return None,
    }))
}

/// The URI of a code system (table 0396). Whatever is not widely known is the hospital's own.
fn system(name: &str) -> &'static str {
    match name {
        "LN" => "http://loinc.org",
        "SCT" => "http://snomed.info/sct",
        "I10" => "http://hl7.org/fhir/sid/icd-10",
        "I9C" => "http://hl7.org/fhir/sid/icd-9-cm",
        "DCM" => "http://dicom.nema.org/resources/ontology/DCM",
        _ => "",
    }
}

/// A term from the six components of CE or CWE: the code that the world knows rather than the
/// hospital's own, in the hospital's words.
pub(crate) fn code(components: [&str; 6]) -> Option<Code> {
    let [own, text, own_system, other, other_text, other_system] = components;
    let display = if text.is_empty() { other_text } else { text };
    let known = [(own, system(own_system)), (other, system(other_system))];
    let known = known.into_iter().filter(|(code, _)| !code.is_empty());
    let (code, system) = known.max_by_key(|(code, system)| (!system.is_empty(), *code == own))?;
    let display = if display.is_empty() { code } else { display };
    let owned = str::to_owned;
    Some(Code { system: owned(system), code: owned(code), display: owned(display) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_one_meaning() {
        use ReportStatus as S;
        for (letter, report, observation) in [
            ("O", Some(S::Registered), Some(S::Registered)),
            ("I", Some(S::Registered), Some(S::Registered)),
            ("S", Some(S::Registered), Some(S::Partial)),
            ("N", Some(S::Registered), Some(S::Cancelled)),
            ("A", Some(S::Partial), None),
            ("P", Some(S::Preliminary), Some(S::Preliminary)),
            ("R", Some(S::Preliminary), Some(S::Preliminary)),
            ("M", Some(S::Preliminary), None),
            ("F", Some(S::Final), Some(S::Final)),
            ("C", Some(S::Corrected), Some(S::Corrected)),
            ("X", Some(S::Cancelled), Some(S::Cancelled)),
            ("D", Some(S::EnteredInError), Some(S::EnteredInError)),
            ("W", None, Some(S::EnteredInError)),
            ("U", None, None),
            ("Y", None, None),
            ("Z", None, None),
            ("", None, None),
            ("f", None, None),
        ] {
            assert_eq!(report_status(letter), report, "OBR-25 {letter}");
            assert_eq!(observation_status(letter), observation, "OBX-11 {letter}");
        }
    }

    #[test]
    fn sections_are_of_a_kind() {
        for (code, expected) in [
            ("CH", Some(ReportCategory::Laboratory)),
            ("NMR", Some(ReportCategory::Imaging)),
            ("SP", Some(ReportCategory::Pathology)),
            ("EC", Some(ReportCategory::Other)),
            ("", Some(ReportCategory::Other)),
            ("XYZ", None),
        ] {
            assert_eq!(category(code), expected, "{code}");
        }
    }

    #[test]
    fn flags_say_how_a_value_stands() {
        for (code, expected) in [
            ("HH", Some(Interpretation::Standing(Flag::CriticallyHigh))),
            ("<", Some(Interpretation::Standing(Flag::Low))),
            ("R", Some(Interpretation::Other)),
            ("↑", None),
            ("", None),
        ] {
            assert_eq!(interpretation(code), expected, "{code}");
        }
    }

    #[test]
    fn the_code_that_the_world_knows_is_taken() {
        for (components, expected) in [
            (
                ["WBC", "白细胞计数", "L", "6690-2", "Leukocytes", "LN"],
                Some(("http://loinc.org", "6690-2", "白细胞计数")),
            ),
            (
                ["6690-2", "白细胞计数", "LN", "WBC", "", "L"],
                Some(("http://loinc.org", "6690-2", "白细胞计数")),
            ),
            (["WBC", "白细胞计数", "L", "", "", ""], Some(("", "WBC", "白细胞计数"))),
            (["WBC", "", "", "", "", ""], Some(("", "WBC", "WBC"))),
            (["WBC", "", "L", "W1", "other", "99X"], Some(("", "WBC", "other"))),
            (["", "白细胞计数", "", "", "", ""], None),
        ] {
            let found = code(components);
            let found = found
                .as_ref()
                .map(|code| (code.system.as_str(), code.code.as_str(), code.display.as_str()));
            assert_eq!(found, expected, "{components:?}");
        }
    }
}
