//! What a message shows about the system that sent it.

use citygate_hl7v2::{Charset, Message, parse};
use serde_json::Value;

use super::conformance::Fact;
use crate::{fault::HoldReason, inbox::Incoming, model::Protocol};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    CarriedOut,
    /// It had been answered before.
    Again,
    Held(HoldReason),
}

/// What a message shows by its content, when it was carried out.
pub(crate) fn facts(incoming: &Incoming<'_>) -> Vec<Fact> {
    match incoming.protocol {
        Protocol::Fhir => {
            let body = serde_json::from_slice(incoming.body);
            body.map(|body| of_fhir(&body, incoming.part)).unwrap_or_default()
        }
        Protocol::Hl7v2 => {
            let message = parse(incoming.body, Charset::Utf8);
            let mut facts = vec![Fact::Hl7Accepted];
            facts.extend(message.iter().flat_map(of_hl7));
            facts
        }
    }
}

/// A Bundle's resources, or that of one entry; or the one resource that it is.
fn of_fhir(body: &Value, part: Option<usize>) -> Vec<Fact> {
    let Some(entries) = body.get("entry").and_then(Value::as_array) else {
        return of_resource(body);
    };
    let (first, count) = part.map_or((0, usize::MAX), |part| (part, 1));
    let carried_out = entries.iter().skip(first).take(count);
    carried_out.filter_map(|entry| entry.get("resource")).flat_map(of_resource).collect()
}

fn of_resource(resource: &Value) -> Vec<Fact> {
    let text = |member: &str| resource.get(member).and_then(Value::as_str).unwrap_or_default();
    match text("resourceType") {
        "ServiceRequest" => vec![Fact::OrderFiled],
        "DiagnosticReport" => of_status(text("status")).into_iter().collect(),
        "Observation" if is_critical(resource) => vec![Fact::CriticalFlagged],
        _ => Vec::new(),
    }
}

fn of_status(status: &str) -> Option<Fact> {
    match status {
        "registered" | "partial" | "preliminary" => Some(Fact::PreliminaryFiled),
        "final" => Some(Fact::FinalFiled),
        "amended" | "corrected" | "appended" => Some(Fact::Corrected),
        "cancelled" | "entered-in-error" => Some(Fact::TakenBack),
        _ => None,
    }
}

/// Codes of HL7 v3 ObservationInterpretation, which HL7 v2 table 0078 shares: critical high, low,
/// abnormal.
fn is_critical_code(code: &str) -> bool {
    matches!(code, "HH" | "LL" | "AA")
}

fn is_critical(observation: &Value) -> bool {
    let concepts = observation.get("interpretation").and_then(Value::as_array);
    let codings = concepts
        .into_iter()
        .flatten()
        .filter_map(|concept| concept.get("coding").and_then(Value::as_array))
        .flatten();
    let mut codes = codings.filter_map(|coding| coding.get("code").and_then(Value::as_str));
    codes.any(is_critical_code)
}

fn of_hl7(message: &Message) -> Vec<Fact> {
    /// Observation/Request: result status; Observation: interpretation codes.
    const OBR_STATUS: usize = 25;
    const OBX_INTERPRETATION: usize = 8;
    let mut facts = Vec::new();
    for segment in message.segments() {
        match segment.name() {
            "OBR" => facts.extend(of_result_status(&segment.field(OBR_STATUS).text())),
            "OBX" => {
                let mut flags = segment.field(OBX_INTERPRETATION).repetitions();
                if flags.any(|flag| is_critical_code(&flag.component(1).text())) {
                    facts.push(Fact::CriticalFlagged);
                }
            }
            _ => {}
        }
    }
    facts
}

/// HL7 v2 table 0123.
fn of_result_status(status: &str) -> Option<Fact> {
    match status {
        "P" | "R" | "A" => Some(Fact::PreliminaryFiled),
        "F" => Some(Fact::FinalFiled),
        "C" | "K" => Some(Fact::Corrected),
        "X" => Some(Fact::TakenBack),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_identity::ClientId;
    use citygate_kernel::CityCode;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::sender::Sender;

    fn facts(protocol: Protocol, part: Option<usize>, body: &[u8]) -> Vec<Fact> {
        let agency = AgencyId::from_parts(CityCode::SANDBOX, Uuid::nil());
        let sender = Sender { client: ClientId::from_uuid(Uuid::nil()), agency };
        let (what, conditions) = ("POST /fhir/r4", "");
        let (message_no, proof) = (None, None);
        super::facts(&Incoming {
            sender,
            protocol,
            message_no,
            what,
            conditions,
            body,
            proof,
            part,
        })
    }

    #[test]
    fn a_bundle_shows_what_its_resources_show() {
        let critical = json!({"coding": [{"code": "HH"}]});
        let bundle = json!({"resourceType": "Bundle", "entry": [
            {"resource": {"resourceType": "ServiceRequest", "status": "active"}},
            {"resource": {"resourceType": "DiagnosticReport", "status": "final"}},
            {"resource": {"resourceType": "Observation", "interpretation": [critical]}},
            {"resource": {"resourceType": "Observation", "interpretation": []}},
            {"resource": {"resourceType": "Practitioner"}},
            {"request": {"method": "DELETE", "url": "Observation/1"}},
        ]});
        let bundle = bundle.to_string();
        let shown = |part| facts(Protocol::Fhir, part, bundle.as_bytes());
        assert_eq!(shown(None), [Fact::OrderFiled, Fact::FinalFiled, Fact::CriticalFlagged]);
        // Of a batch, what was carried out is one entry: the others may have been refused.
        assert_eq!(shown(Some(0)), [Fact::OrderFiled]);
        assert_eq!(shown(Some(1)), [Fact::FinalFiled]);
        assert_eq!((shown(Some(4)), shown(Some(6))), (vec![], vec![]));
    }

    #[test]
    fn a_status_shows_one_thing_in_either_protocol() {
        for (status, code, fact) in [
            ("preliminary", "P", Fact::PreliminaryFiled),
            ("final", "F", Fact::FinalFiled),
            ("corrected", "C", Fact::Corrected),
            ("cancelled", "X", Fact::TakenBack),
        ] {
            let report = json!({"resourceType": "DiagnosticReport", "status": status});
            assert_eq!(
                facts(Protocol::Fhir, None, report.to_string().as_bytes()),
                [fact],
                "{status}"
            );
            let empty = "|".repeat(24);
            let message = format!(
                "MSH|^~\\&|LIS|HOSPITAL|CITY|CITY|20261122080000||ORU^R01|1|P|2.5\rOBR|{empty}{code}\r\
                 OBX|1|NM|2823-3^K||7.1|||N~HH|||F\r"
            );
            let shown = facts(Protocol::Hl7v2, None, message.as_bytes());
            assert_eq!(shown, [Fact::Hl7Accepted, fact, Fact::CriticalFlagged], "{code}");
        }
    }

    #[test]
    fn what_cannot_be_read_shows_nothing() {
        for body in ["", "[]", "7", "{\"entry\": 7}", "{\"resourceType\": []}"] {
            assert_eq!(facts(Protocol::Fhir, None, body.as_bytes()), [], "{body}");
        }
    }
}
