//! References within the text of a resource.

use citygate_fhir::Resource;
use serde_json::value::RawValue;

use super::FhirError;

/// Whether a resource may have any: most that are sent name nothing but by number.
pub(crate) fn has_any(resource: &Resource) -> bool {
    let named =
        |(name, raw): (&str, &RawValue)| name == "reference" || raw.get().contains("\"reference\"");
    resource.members().any(named)
}

/// Gives every `reference` of a resource that `target` knows another target. The rest of the text
/// stays as it is, to the last digit.
pub(crate) fn rewrite(
    json: &str,
    mut target: impl FnMut(&str) -> Result<Option<String>, FhirError>,
) -> Result<String, FhirError> {
    let mut written = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, string)) = rest.split_once('"') {
        let (string, after) = split_string(string);
        written.extend([before, "\"", string, "\""]);
        rest = after;
        if string != "reference" {
            continue;
        }
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        let Some(value) = value.and_then(|value| value.strip_prefix('"')) else { continue };
        let (value, after) = split_string(value);
        written.push_str(":\"");
        match target(&unescaped(value))? {
            // What it becomes is of our own making and needs no escape.
            Some(target) => written.push_str(&target),
            None => written.push_str(value),
        }
        written.push('"');
        rest = after;
    }
    written.push_str(rest);
    Ok(written)
}

/// The inside of a JSON string that begins here, and what comes after its closing quote.
fn split_string(text: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = text.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let (string, after) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""));
    (string, after.strip_prefix('"').unwrap_or(after))
}

fn unescaped(string: &str) -> String {
    if !string.contains('\\') {
        return string.to_owned();
    }
    serde_json::from_str(&format!("\"{string}\"")).unwrap_or_else(|_| string.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shouted(json: &str) -> String {
        let target = |text: &str| {
            Ok(text.strip_prefix("urn:").map(|rest| format!("Patient/{}", rest.to_uppercase())))
        };
        rewrite(json, target).unwrap()
    }

    #[test]
    fn only_references_are_rewritten_and_decimals_keep_their_digits() {
        for (json, expected) in [
            (r#"{"subject":{"reference":"urn:a"}}"#, r#"{"subject":{"reference":"Patient/A"}}"#),
            (r#"{"reference" : "urn:a","v":1.00}"#, r#"{"reference":"Patient/A","v":1.00}"#),
            (r#"[{"reference":"Slot/1"},2]"#, r#"[{"reference":"Slot/1"},2]"#),
            (r#"{"display":"reference","x":"urn:a"}"#, r#"{"display":"reference","x":"urn:a"}"#),
            (r#"{"t":"\"reference\":\"urn:a\""}"#, r#"{"t":"\"reference\":\"urn:a\""}"#),
            (r#"{"t":"\\","reference":"urn:b"}"#, r#"{"t":"\\","reference":"Patient/B"}"#),
            (
                r#"{"reference":{"reference":"urn:b"}}"#,
                r#"{"reference":{"reference":"Patient/B"}}"#,
            ),
            (r#"{"reference":"\u0075rn:b"}"#, r#"{"reference":"Patient/B"}"#),
            (r#"{"reference":null}"#, r#"{"reference":null}"#),
            (r#"{"name":"王","reference":"urn:c"}"#, r#"{"name":"王","reference":"Patient/C"}"#),
        ] {
            assert_eq!(shouted(json), expected);
        }
    }

    #[test]
    fn what_has_none_needs_no_rewriting() {
        for (members, has) in [
            (r#""code":{"text":"reference"}"#, true),
            (r#""code":{"text":"a reference"}"#, false),
            (r#""subject":{"identifier":{"value":"7"}}"#, false),
            (r#""subject":{ "reference" : "urn:a"}"#, true),
            (r#""extension":[{"valueReference":{"reference":"Slot/1"}}]"#, true),
            (r#""reference":"urn:a""#, true),
        ] {
            let text = format!(r#"{{"resourceType":"Observation",{members}}}"#);
            let resource = Resource::parse(&text).unwrap();
            assert_eq!(has_any(&resource), has, "{members}");
            assert!(has || shouted(&text) == text, "{members}");
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_ends_it() {
        let refused = rewrite(r#"{"reference":"urn:a"}"#, |_| {
            Err(FhirError::ReferenceUnknown("Observation.subject".to_owned()))
        });
        assert!(refused.is_err());
    }

    proptest::proptest! {
        #[test]
        fn text_without_references_stays_as_it_is(words in proptest::collection::vec(".*", 0..5)) {
            let json = serde_json::to_string(&words).unwrap();
            proptest::prop_assert_eq!(shouted(&json), json);
        }
    }
}
