//! Rules that bind several elements of an object together. Those that the specification has for
//! decimals (rng-2, tim-4, tim-5) and for narratives within resources (dom-3, dom-6) are not here.

use chrono::{TimeDelta, Utc};

use super::node::{Members, Node};
use crate::FhirDateTime;

/// A rule of the specification.
pub(super) struct Rule {
    /// Its key there.
    pub(super) key: &'static str,
    /// Of which type or element.
    pub(super) at: &'static str,
    pub(super) text: &'static str,
    pub(super) holds: fn(&Members) -> bool,
}

/// Every rule.
pub(super) static RULES: &[Rule] = &[
    Rule {
        key: "app-1",
        at: "Appointment.participant",
        text: "either the type or the actor of a participant is given",
        holds: |it| it.has("type") || it.has("actor"),
    },
    Rule {
        key: "app-2",
        at: "Appointment",
        text: "start and end are given, or neither",
        holds: |it| it.has("start") == it.has("end"),
    },
    Rule {
        key: "app-3",
        at: "Appointment",
        text: "only a proposed, cancelled or waiting appointment has no start and end",
        holds: |it| {
            let without = ["proposed", "cancelled", "waitlist"];
            (it.has("start") && it.has("end")) || is_one_of(it, "status", &without)
        },
    },
    Rule {
        key: "app-4",
        at: "Appointment",
        text: "a reason for cancelation is given only for a cancelled or missed appointment",
        holds: |it| {
            !it.has("cancelationReason") || is_one_of(it, "status", &["cancelled", "noshow"])
        },
    },
    Rule {
        key: "att-1",
        at: "Attachment",
        text: "data has a contentType",
        holds: |it| !it.has("data") || it.has("contentType"),
    },
    Rule {
        key: "cpt-2",
        at: "ContactPoint",
        text: "a value has a system",
        holds: |it| !it.has("value") || it.has("system"),
    },
    Rule {
        key: "ext-1",
        at: "Extension",
        text: "an extension has a value or extensions, and not both",
        holds: |it| it.has("extension") != it.has("value[x]"),
    },
    Rule {
        key: "obs-3",
        at: "Observation.referenceRange",
        text: "a reference range has a low, a high or a text",
        holds: |it| it.has("low") || it.has("high") || it.has("text"),
    },
    Rule {
        key: "obs-6",
        at: "Observation",
        text: "a reason why there is no value is given only without a value",
        holds: |it| !it.has("dataAbsentReason") || !it.has("value[x]"),
    },
    Rule {
        key: "obs-7",
        at: "Observation",
        text: "what a component of the same code says is not also said by the value",
        holds: |it| !it.has("value[x]") || !has_component_of_its_code(it),
    },
    Rule {
        key: "org-1",
        at: "Organization",
        text: "an organization has a name or an identifier",
        holds: |it| it.has("name") || it.has("identifier"),
    },
    Rule {
        key: "org-2",
        at: "Organization",
        text: "an organization's address is no home",
        holds: |it| it.objects("address").all(|address| address.text("use") != Some("home")),
    },
    Rule {
        key: "org-3",
        at: "Organization",
        text: "an organization is not reached at home",
        holds: |it| it.objects("telecom").all(|telecom| telecom.text("use") != Some("home")),
    },
    Rule {
        key: "pat-1",
        at: "Patient.contact",
        text: "a contact has a name, telecom, address or organization",
        holds: |it| ["name", "telecom", "address", "organization"].iter().any(|e| it.has(e)),
    },
    Rule {
        key: "per-1",
        at: "Period",
        text: "a period does not end before it starts",
        holds: is_in_order,
    },
    Rule {
        key: "prr-1",
        at: "ServiceRequest",
        text: "details of an order are given only with its code",
        holds: |it| !it.has("orderDetail") || it.has("code"),
    },
    Rule {
        key: "qty-3",
        at: "Quantity",
        text: "the code of a unit has a system",
        holds: |it| !it.has("code") || it.has("system"),
    },
    Rule {
        key: "rat-1",
        at: "Ratio",
        text: "numerator and denominator are given, or neither and an extension",
        holds: |it| {
            let numerator = it.has("numerator");
            numerator == it.has("denominator") && (numerator || it.has("extension"))
        },
    },
    Rule {
        key: "tim-1",
        at: "Timing.repeat",
        text: "a duration has a unit",
        holds: |it| !it.has("duration") || it.has("durationUnit"),
    },
    Rule {
        key: "tim-2",
        at: "Timing.repeat",
        text: "a period has a unit",
        holds: |it| !it.has("period") || it.has("periodUnit"),
    },
    Rule {
        key: "tim-6",
        at: "Timing.repeat",
        text: "a longest period is given only with a period",
        holds: |it| !it.has("periodMax") || it.has("period"),
    },
    Rule {
        key: "tim-7",
        at: "Timing.repeat",
        text: "a longest duration is given only with a duration",
        holds: |it| !it.has("durationMax") || it.has("duration"),
    },
    Rule {
        key: "tim-8",
        at: "Timing.repeat",
        text: "a greatest count is given only with a count",
        holds: |it| !it.has("countMax") || it.has("count"),
    },
    Rule {
        key: "tim-9",
        at: "Timing.repeat",
        text: "an offset is given only with an event that it is counted from",
        holds: |it| !it.has("offset") || it.has("when"),
    },
    Rule {
        key: "tim-10",
        at: "Timing.repeat",
        text: "a time of day is not given together with an event",
        holds: |it| !it.has("timeOfDay") || !it.has("when"),
    },
];

fn is_one_of(it: &Members, element: &str, codes: &[&str]) -> bool {
    it.text(element).is_some_and(|code| codes.contains(&code))
}

/// A day ends with its last instant. Where one side is a day and the other an instant, the day is
/// that of any zone.
fn is_in_order(period: &Members) -> bool {
    let date = |element| period.text(element)?.parse::<FhirDateTime>().ok();
    let (Some(start), Some(end)) = (date("start"), date("end")) else { return true };
    let alike = start.instant().is_some() == end.instant().is_some();
    let doubt = if alike { TimeDelta::zero() } else { TimeDelta::hours(14) };
    start.range(&Utc).0 < end.range(&Utc).1 + doubt
}

fn has_component_of_its_code(observation: &Members) -> bool {
    let Some(Node::Object(code)) = observation.get("code") else { return false };
    let component_codes = observation.objects("component").filter_map(|it| match it.get("code") {
        Some(Node::Object(code)) => Some(code),
        _ => None,
    });
    component_codes
        .flat_map(|code| code.objects("coding"))
        .any(|coding| code.objects("coding").any(|own| own == coding))
}
