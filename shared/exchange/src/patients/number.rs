//! By which of the numbers that a system knows somebody by they are named here. Pure.

use citygate_fhir::Identifier;

/// The numbers of resident identity cards (OID of WS/T 500).
pub(super) const RESIDENT_ID: &str = "urn:oid:2.16.156.10011.1.3";
/// The kinds of identifiers (HL7 table 0203).
const KINDS: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// Whether identifiers of a kind of table 0203 are the numbers of resident identity cards: NI, the
/// national one, and NNCHN, that of China.
pub(crate) fn is_national(kind: &str) -> bool {
    matches!(kind, "NI" | "NNCHN")
}

/// The number of a resident identity card, if an identifier is one, by its system or its type. What
/// it says is not checked yet.
pub fn resident_number(identifier: &Identifier) -> Option<&str> {
    let kind = identifier.kind.as_ref().and_then(|kind| kind.code_of(KINDS));
    let national =
        identifier.system.as_deref() == Some(RESIDENT_ID) || kind.is_some_and(is_national);
    identifier.value.as_deref().filter(|_| national)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_system_or_the_type_says_which_number_it_is() {
        let of_kind = |code: &str| json!({"coding": [{"system": KINDS, "code": code}]});
        for (system, kind, national) in [
            (json!(RESIDENT_ID), Value::Null, true),
            (json!(RESIDENT_ID), of_kind("MR"), true),
            (json!("urn:hospital"), of_kind("NI"), true),
            (Value::Null, of_kind("NNCHN"), true),
            (Value::Null, of_kind("MR"), false),
            (Value::Null, json!({"coding": [{"system": "urn:other", "code": "NI"}]}), false),
            (json!("urn:hospital"), Value::Null, false),
        ] {
            let mut identifier = json!({"value": "1"});
            for (member, said) in [("system", &system), ("type", &kind)] {
                if !said.is_null() {
                    identifier[member] = said.clone();
                }
            }
            let identifier: Identifier = serde_json::from_value(identifier).unwrap();
            assert_eq!(resident_number(&identifier), national.then_some("1"), "{system} {kind}");
        }
    }
}
