//! Sessions, windows and appointments (FHIR R4, 12.10 to 12.12).

use super::{
    super::structure::{Structure, any, backbone, code, opt, reference, req, some},
    datatypes::{
        BOOLEAN, CODEABLE_CONCEPT, DATE_TIME, IDENTIFIER, INSTANT, PERIOD, POSITIVE_INT, STRING,
        UNSIGNED_INT,
    },
};

pub(in crate::validate) static APPOINTMENT: Structure = Structure {
    name: "Appointment",
    elements: &[
        any("identifier", IDENTIFIER),
        req(
            "status",
            code(&[
                "proposed",
                "pending",
                "booked",
                "arrived",
                "fulfilled",
                "cancelled",
                "noshow",
                "entered-in-error",
                "checked-in",
                "waitlist",
            ]),
        ),
        opt("cancelationReason", CODEABLE_CONCEPT),
        any("serviceCategory", CODEABLE_CONCEPT),
        any("serviceType", CODEABLE_CONCEPT),
        any("specialty", CODEABLE_CONCEPT),
        opt("appointmentType", CODEABLE_CONCEPT),
        any("reasonCode", CODEABLE_CONCEPT),
        any(
            "reasonReference",
            reference(&["Condition", "Procedure", "Observation", "ImmunizationRecommendation"]),
        ),
        opt("priority", UNSIGNED_INT),
        opt("description", STRING),
        any("supportingInformation", reference(&[])),
        opt("start", INSTANT),
        opt("end", INSTANT),
        opt("minutesDuration", POSITIVE_INT),
        any("slot", reference(&["Slot"])),
        opt("created", DATE_TIME),
        opt("comment", STRING),
        opt("patientInstruction", STRING),
        any("basedOn", reference(&["ServiceRequest"])),
        some(
            "participant",
            backbone(&[
                any("type", CODEABLE_CONCEPT),
                opt(
                    "actor",
                    reference(&[
                        "Patient",
                        "Practitioner",
                        "PractitionerRole",
                        "RelatedPerson",
                        "Device",
                        "HealthcareService",
                        "Location",
                    ]),
                ),
                opt("required", code(&["required", "optional", "information-only"])),
                req("status", code(&["accepted", "declined", "tentative", "needs-action"])),
                opt("period", PERIOD),
            ]),
        ),
        any("requestedPeriod", PERIOD),
    ],
};

pub(in crate::validate) static SCHEDULE: Structure = Structure {
    name: "Schedule",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        any("serviceCategory", CODEABLE_CONCEPT),
        any("serviceType", CODEABLE_CONCEPT),
        any("specialty", CODEABLE_CONCEPT),
        some(
            "actor",
            reference(&[
                "Patient",
                "Practitioner",
                "PractitionerRole",
                "RelatedPerson",
                "Device",
                "HealthcareService",
                "Location",
            ]),
        ),
        opt("planningHorizon", PERIOD),
        opt("comment", STRING),
    ],
};

pub(in crate::validate) static SLOT: Structure = Structure {
    name: "Slot",
    elements: &[
        any("identifier", IDENTIFIER),
        any("serviceCategory", CODEABLE_CONCEPT),
        any("serviceType", CODEABLE_CONCEPT),
        any("specialty", CODEABLE_CONCEPT),
        opt("appointmentType", CODEABLE_CONCEPT),
        req("schedule", reference(&["Schedule"])),
        req(
            "status",
            code(&["busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error"]),
        ),
        req("start", INSTANT),
        req("end", INSTANT),
        opt("overbooked", BOOLEAN),
        opt("comment", STRING),
    ],
};
