//! OBX-5 and OBX-7: what was found, and what is usual. Pure.

use citygate_exchange::hl7::MessageFault;
use citygate_hl7v2::{Field, Segment, Timestamp, Value};
use rust_decimal::Decimal;

use super::terms;
use crate::model::{Code, ObservedValue, Range, ReportStatus};

/// The term of a field of type CE or CWE; none where it has no code.
pub(super) fn term(value: Value<'_>) -> Option<Code> {
    let parts: [_; 6] = std::array::from_fn(|n| value.component(n + 1).component(1).text());
    let [a, b, c, d, e, f] = &parts;
    terms::code([a, b, c, d, e, f])
}

/// What OBX says was found, by the data type that OBX-2 names.
pub(super) fn value(obx: Segment<'_>, status: ReportStatus) -> Result<ObservedValue, MessageFault> {
    let (kind, found) = (obx.field(2), obx.field(5));
    if found.is_empty() || found.first().is_null() {
        return Ok(ObservedValue::Absent(absent(status).to_owned()));
    }
    let wrong = |why| MessageFault::Invalid(found.location(), why);
    match kind.text().as_ref() {
        "" => Err(MessageFault::Missing(kind.location())),
        "NM" => {
            let why = "NM is a number alone; for <5 and the like there is SN";
            let value = number(one(found)?.text().trim()).ok_or_else(|| wrong(why))?;
            Ok(ObservedValue::Quantity { value, comparator: None, unit: unit(obx) })
        }
        "SN" => structured(one(found)?, &unit(obx))
            .ok_or_else(|| wrong("SN is a comparator and one or two numbers")),
        "ST" | "TX" | "FT" => Ok(ObservedValue::Text(lines(found))),
        "CE" | "CWE" | "CNE" => {
            let value = one(found)?;
            let text = || value.component(2).text();
            match term(value) {
                Some(code) => Ok(ObservedValue::Coded(code)),
                None if text().is_empty() => Err(wrong("neither a code nor a text")),
                None => Ok(ObservedValue::Text(text().into_owned())),
            }
        }
        "DT" | "TS" | "DTM" => {
            let text = one(found)?.component(1).text().into_owned();
            text.parse::<Timestamp>().map_err(|_| wrong("no time stamp"))?;
            Ok(ObservedValue::Text(text))
        }
        "TM" => Ok(ObservedValue::Text(one(found)?.text().into_owned())),
        "ED" | "RP" => Err(MessageFault::CodeUnknown(
            kind.location(),
            "documents and references to them are not taken; send what was found",
        )),
        _ => Err(MessageFault::CodeUnknown(
            kind.location(),
            "NM, SN, ST, TX, FT, CE, CWE, CNE, DT, TM, TS and DTM are taken",
        )),
    }
}

/// Why there is nothing (FHIR, data-absent-reason).
const fn absent(status: ReportStatus) -> &'static str {
    match status {
        ReportStatus::Registered | ReportStatus::Partial | ReportStatus::Preliminary => {
            "temp-unknown"
        }
        ReportStatus::Cancelled => "not-performed",
        ReportStatus::EnteredInError => "error",
        ReportStatus::Final
        | ReportStatus::Amended
        | ReportStatus::Corrected
        | ReportStatus::Appended => "unknown",
    }
}

/// A value that does not repeat: of two nobody can say which was meant.
fn one(field: Field<'_>) -> Result<Value<'_>, MessageFault> {
    if field.repetitions().nth(1).is_some() {
        return Err(MessageFault::Invalid(field.location(), "values of this type do not repeat"));
    }
    Ok(field.first())
}

/// Repetitions are lines.
fn lines(field: Field<'_>) -> String {
    field.repetitions().map(|line| line.text().into_owned()).collect::<Vec<_>>().join("\n")
}

/// OBX-6: the code, else the words.
fn unit(obx: Segment<'_>) -> String {
    let (code, words) = (obx.field(6).component(1), obx.field(6).component(2));
    if code.is_empty() { words.into_owned() } else { code.into_owned() }
}

/// Digits, with a sign and a point.
fn number(text: &str) -> Option<Decimal> {
    let digits = text.trim_start_matches(['+', '-']);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let one_sign = text.len() <= digits.len() + 1;
    let fits = plain && one_sign && digits.bytes().any(|b| b.is_ascii_digit());
    if fits { text.trim_start_matches('+').parse().ok() } else { None }
}

/// SN: `<^5`, `^100^-^200`, `^1^:^128`.
fn structured(value: Value<'_>, unit: &str) -> Option<ObservedValue> {
    let part = |n| value.component(n).text().trim().to_owned();
    let (comparator, separator, second) = (part(1), part(3), part(4));
    let first = number(&part(2))?;
    if separator.is_empty() && second.is_empty() {
        let comparator = match comparator.as_str() {
            "" | "=" => None,
            "<" | "<=" | ">" | ">=" => Some(comparator),
            _ => return None,
        };
        return Some(ObservedValue::Quantity { value: first, comparator, unit: unit.to_owned() });
    }
    let known = matches!(separator.as_str(), "-" | "+" | "/" | "." | ":");
    if !known || (!second.is_empty() && number(&second).is_none()) {
        return None;
    }
    let words = format!("{comparator}{}{separator}{second} {unit}", part(2));
    Some(ObservedValue::Text(words.trim_end().to_owned()))
}

/// OBX-7. Whatever is no interval stays in words.
pub(super) fn range(field: Field<'_>) -> Option<Range> {
    let text = lines(field);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let words = || Some(text.to_owned());
    Some(interval(text).unwrap_or_else(|| Range { text: words(), ..Range::default() }))
}

fn interval(text: &str) -> Option<Range> {
    for (sign, low) in
        [("<=", false), (">=", true), ("<", false), (">", true), ("≤", false), ("≥", true)]
    {
        if let Some(rest) = text.strip_prefix(sign) {
            let limit = Some(number(rest.trim())?);
            let text = Some(text.to_owned());
            let (low, high) = if low { (limit, None) } else { (None, limit) };
            return Some(Range { low, high, text });
        }
    }
    // The first character may be a sign.
    let (at, separator) =
        text.char_indices().skip(1).find(|(_, c)| matches!(c, '-' | '–' | '—' | '～' | '~'))?;
    let (low, rest) = text.split_at_checked(at)?;
    let (low, high) = (number(low.trim())?, rest.get(separator.len_utf8()..)?);
    // Some laboratories write two strokes for one. Above zero the second cannot be a sign.
    let doubled = Some(high).filter(|_| !low.is_sign_negative());
    let high = doubled.and_then(|high| high.strip_prefix(separator)).unwrap_or(high);
    let high = number(high.trim())?;
    (low <= high).then_some(Range { low: Some(low), high: Some(high), text: None })
}

#[cfg(test)]
mod tests {
    use citygate_hl7v2::{Charset, parse};

    use super::*;

    fn observed(obx: &str) -> Result<ObservedValue, String> {
        let text = format!("MSH|^~\\&|LIS|H|||1||ORU^R01|1|P|2.5\r{obx}\r");
        let message = parse(text.as_bytes(), Charset::Utf8).unwrap();
        let segment = message.segment("OBX").unwrap();
        value(segment, ReportStatus::Final).map_err(|fault| match fault {
            MessageFault::Invalid(at, _) => format!("invalid {at}"),
            MessageFault::Missing(at) => format!("missing {at}"),
            MessageFault::CodeUnknown(at, _) => format!("unknown {at}"),
            other => other.to_string(),
        })
    }

    fn quantity(value: &str, comparator: Option<&str>, unit: &str) -> ObservedValue {
        ObservedValue::Quantity {
            value: value.parse().unwrap(),
            comparator: comparator.map(str::to_owned),
            unit: unit.to_owned(),
        }
    }

    #[test]
    fn each_type_is_read_as_what_it_is() {
        let text = |text: &str| Ok(ObservedValue::Text(text.to_owned()));
        let wrong = |place: &str| Err(place.to_owned());
        for (obx, expected) in [
            ("OBX|1|NM|WBC||5.50|10*9/L", Ok(quantity("5.50", None, "10*9/L"))),
            ("OBX|1|NM|WBC||-0.5|^mmol/L", Ok(quantity("-0.5", None, "mmol/L"))),
            ("OBX|1|NM|WBC||+3|", Ok(quantity("3", None, ""))),
            ("OBX|1|NM|WBC||<5|", wrong("invalid OBX[1]-5")),
            ("OBX|1|NM|WBC||5e3|", wrong("invalid OBX[1]-5")),
            ("OBX|1|NM|WBC||--5|", wrong("invalid OBX[1]-5")),
            ("OBX|1|NM|WBC||.|", wrong("invalid OBX[1]-5")),
            ("OBX|1|NM|WBC||5~6|", wrong("invalid OBX[1]-5")),
            ("OBX|1|NM|WBC||99999999999999999999999999999999|", wrong("invalid OBX[1]-5")),
            ("OBX|1|SN|AFP||<^5|ng/mL", Ok(quantity("5", Some("<"), "ng/mL"))),
            ("OBX|1|SN|AFP||>=^1000|ng/mL", Ok(quantity("1000", Some(">="), "ng/mL"))),
            ("OBX|1|SN|AFP||^7|", Ok(quantity("7", None, ""))),
            ("OBX|1|SN|ANA||^1^:^128|", text("1:128")),
            ("OBX|1|SN|RBC||^0^-^3|/HP", text("0-3 /HP")),
            ("OBX|1|SN|AFP||about^5|", wrong("invalid OBX[1]-5")),
            ("OBX|1|SN|AFP||<|", wrong("invalid OBX[1]-5")),
            ("OBX|1|ST|X||阴性", text("阴性")),
            ("OBX|1|TX|X||一行~二行", text("一行\n二行")),
            ("OBX|1|FT|X||一行\\.br\\二行", text("一行\n二行")),
            ("OBX|1|CE|X||^可见革兰阴性杆菌", text("可见革兰阴性杆菌")),
            ("OBX|1|CWE|X||^^L", wrong("invalid OBX[1]-5")),
            ("OBX|1|TS|X||20261122", text("20261122")),
            ("OBX|1|TS|X||yesterday", wrong("invalid OBX[1]-5")),
            ("OBX|1|ED|X||^application^pdf^Base64^JVBE", wrong("unknown OBX[1]-2")),
            ("OBX|1|XPN|X||王^芳", wrong("unknown OBX[1]-2")),
            ("OBX|1||X||5", wrong("missing OBX[1]-2")),
            ("OBX|1|NM|X||", Ok(ObservedValue::Absent("unknown".to_owned()))),
            ("OBX|1||X||\"\"", Ok(ObservedValue::Absent("unknown".to_owned()))),
        ] {
            assert_eq!(observed(obx), expected, "{obx}");
        }
        let coded = observed("OBX|1|CE|ABO||A^A 型^L");
        assert!(matches!(coded, Ok(ObservedValue::Coded(code)) if code.code == "A"));
    }

    #[test]
    fn ranges_are_intervals_or_words() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        for (text, low, high, words) in [
            ("3.5-5.1", Some("3.5"), Some("5.1"), None),
            ("3.5 - 5.1", Some("3.5"), Some("5.1"), None),
            ("3.5--9.5", Some("3.5"), Some("9.5"), None),
            ("-2-2", Some("-2"), Some("2"), None),
            ("-2--1", Some("-2"), Some("-1"), None),
            ("3.5～9.5", Some("3.5"), Some("9.5"), None),
            ("<5", None, Some("5"), Some("<5")),
            ("<=5.2", None, Some("5.2"), Some("<=5.2")),
            ("≥60", Some("60"), None, Some("≥60")),
            (">10", Some("10"), None, Some(">10")),
            ("9-3", None, None, Some("9-3")),
            ("阴性", None, None, Some("阴性")),
            ("<阈值", None, None, Some("<阈值")),
            ("1-2-3", None, None, Some("1-2-3")),
        ] {
            let text_of = format!("MSH|^~\\&|LIS|H|||1||ORU^R01|1|P|2.5\rOBX|1|NM|X||5||{text}\r");
            let message = parse(text_of.as_bytes(), Charset::Utf8).unwrap();
            let found = range(message.segment("OBX").unwrap().field(7)).unwrap();
            assert_eq!(found.low, low.map(decimal), "{text}");
            assert_eq!(found.high, high.map(decimal), "{text}");
            assert_eq!(found.text.as_deref(), words, "{text}");
        }
    }
}
