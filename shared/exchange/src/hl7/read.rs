//! What receivers read alike. Pure.

use chrono::{DateTime, TimeZone, Utc};
use citygate_hl7v2::{Field, Precision, Segment, Timestamp};
use citygate_identity::ResidentIdNumber;

use super::MessageFault;
use crate::patients::is_national;

/// The resident number among the identifiers of a PID (PID-3). All others are the hospital's own.
pub fn resident_number(pid: Segment<'_>) -> Result<ResidentIdNumber, MessageFault> {
    let field = pid.field(3);
    let mut found: Option<ResidentIdNumber> = None;
    for (n, id) in (1..).zip(field.repetitions()) {
        if !is_national(&id.component(5).text()) {
            continue;
        }
        let place = field.location().repetition(n).component(1);
        let number = id.component(1).text().parse::<ResidentIdNumber>();
        let number =
            number.map_err(|_| MessageFault::Invalid(place, "not a resident identity number"))?;
        if found.as_ref().is_some_and(|known| *known != number) {
            let why = "two different resident identity numbers";
            return Err(MessageFault::Invalid(field.location(), why));
        }
        found = Some(number);
    }
    found.ok_or(MessageFault::Missing(field.location()))
}

/// The name of a PID as the hospital has it (PID-5). Chinese is written without a blank.
pub fn person_name(pid: Segment<'_>) -> Option<String> {
    let name = pid.field(5).first();
    let family = name.component(1).component(1).text().trim().to_owned();
    let given = name.component(2).text().trim().to_owned();
    let latin = family.is_ascii() && given.is_ascii() && !given.is_empty();
    let whole = if latin { format!("{given} {family}") } else { format!("{family}{given}") };
    Some(whole.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A field that has to be there.
pub fn required(field: Field<'_>) -> Result<Field<'_>, MessageFault> {
    if field.is_empty() { Err(MessageFault::Missing(field.location())) } else { Ok(field) }
}

/// An instant that is exact enough, told in `zone` where it does not say where.
pub fn instant(
    field: Field<'_>,
    component: usize,
    (zone, precision): (&impl TimeZone, Precision),
) -> Result<DateTime<Utc>, MessageFault> {
    let wrong = |why| MessageFault::Invalid(field.location(), why);
    let stamp: Timestamp =
        field.component(component).parse().map_err(|_| wrong("no time stamp"))?;
    if stamp.precision < precision {
        return Err(wrong("not exact enough"));
    }
    stamp.instant(zone).ok_or_else(|| wrong("there is no such hour in the city"))
}

#[cfg(test)]
mod tests {
    use citygate_hl7v2::{Charset, parse};

    use super::*;

    fn of_pid<T>(pid: &str, read: impl Fn(Segment<'_>) -> T) -> T {
        let text = format!("MSH|^~\\&|L|H|||1||ORU^R01|1|P|2.5\rPID|1||{pid}\r");
        let message = parse(text.as_bytes(), Charset::Utf8).unwrap();
        read(message.segment("PID").unwrap())
    }

    #[test]
    fn the_patient_is_whom_the_resident_number_names() {
        for (pid, expected) in [
            ("330102199003078512^^^CHN^NI", Ok("330102199003078512")),
            ("330102199003078512^^^CHN^NNCHN~1^^^H^MR", Ok("330102199003078512")),
            (
                "330102199003078512^^^CHN^NI~330102199003078512^^^CHN^NNCHN",
                Ok("330102199003078512"),
            ),
            ("330102199003078515^^^CHN^NI", Err("PID[1]-3[1].1")),
            ("1^^^H^MR~33010219900307^^^CHN^NI", Err("PID[1]-3[2].1")),
            ("330102199003078512^^^CHN^NI~11010519491231002X^^^CHN^NI", Err("PID[1]-3")),
            ("330102199003078512^^^H^MR", Err("PID[1]-3")),
            ("", Err("PID[1]-3")),
        ] {
            let found = of_pid(pid, resident_number).map_err(|fault| match fault {
                MessageFault::Missing(place) | MessageFault::Invalid(place, _) => place.to_string(),
                other => other.to_string(),
            });
            let expected = expected.map(|number| number.parse::<ResidentIdNumber>().unwrap());
            assert!(found == expected.map_err(str::to_owned), "{pid}");
        }
    }

    #[test]
    fn names_are_written_as_their_language_writes_them() {
        for (pid, expected) in [
            ("王^芳", Some("王芳")),
            ("王芳", Some("王芳")),
            ("Smith^John", Some("John Smith")),
            ("Smith&van", Some("Smith")),
            ("阿依古丽^·买买提", Some("阿依古丽·买买提")),
            ("", None),
            ("\"\"", None),
        ] {
            let found = of_pid(&format!("||{pid}"), person_name);
            assert_eq!(found.as_deref(), expected, "{pid}");
        }
    }
}
