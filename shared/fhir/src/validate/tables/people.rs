//! Patients and practitioners (FHIR R4, 8.1, 8.4 and 8.8).

use super::{
    super::structure::{Structure, any, backbone, choice, code, opt, reference, req},
    datatypes::{
        ADDRESS, ATTACHMENT, BOOLEAN, CODEABLE_CONCEPT, CONTACT_POINT, DATE, DATE_TIME, DAYS,
        GENDERS, HUMAN_NAME, IDENTIFIER, INTEGER, PERIOD, STRING, TIME,
    },
};

pub(in crate::validate) static PATIENT: Structure = Structure {
    name: "Patient",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        any("name", HUMAN_NAME),
        any("telecom", CONTACT_POINT),
        opt("gender", code(GENDERS)),
        opt("birthDate", DATE),
        opt("deceased[x]", choice(&[BOOLEAN, DATE_TIME])),
        any("address", ADDRESS),
        opt("maritalStatus", CODEABLE_CONCEPT),
        opt("multipleBirth[x]", choice(&[BOOLEAN, INTEGER])),
        any("photo", ATTACHMENT),
        any(
            "contact",
            backbone(&[
                any("relationship", CODEABLE_CONCEPT),
                opt("name", HUMAN_NAME),
                any("telecom", CONTACT_POINT),
                opt("address", ADDRESS),
                opt("gender", code(GENDERS)),
                opt("organization", reference(&["Organization"])),
                opt("period", PERIOD),
            ]),
        ),
        any(
            "communication",
            backbone(&[req("language", CODEABLE_CONCEPT), opt("preferred", BOOLEAN)]),
        ),
        any(
            "generalPractitioner",
            reference(&["Organization", "Practitioner", "PractitionerRole"]),
        ),
        opt("managingOrganization", reference(&["Organization"])),
        any(
            "link",
            backbone(&[
                req("other", reference(&["Patient", "RelatedPerson"])),
                req("type", code(&["replaced-by", "replaces", "refer", "seealso"])),
            ]),
        ),
    ],
};

pub(in crate::validate) static PRACTITIONER: Structure = Structure {
    name: "Practitioner",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        any("name", HUMAN_NAME),
        any("telecom", CONTACT_POINT),
        any("address", ADDRESS),
        opt("gender", code(GENDERS)),
        opt("birthDate", DATE),
        any("photo", ATTACHMENT),
        any(
            "qualification",
            backbone(&[
                any("identifier", IDENTIFIER),
                req("code", CODEABLE_CONCEPT),
                opt("period", PERIOD),
                opt("issuer", reference(&["Organization"])),
            ]),
        ),
        any("communication", CODEABLE_CONCEPT),
    ],
};

pub(in crate::validate) static PRACTITIONER_ROLE: Structure = Structure {
    name: "PractitionerRole",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        opt("period", PERIOD),
        opt("practitioner", reference(&["Practitioner"])),
        opt("organization", reference(&["Organization"])),
        any("code", CODEABLE_CONCEPT),
        any("specialty", CODEABLE_CONCEPT),
        any("location", reference(&["Location"])),
        any("healthcareService", reference(&["HealthcareService"])),
        any("telecom", CONTACT_POINT),
        any(
            "availableTime",
            backbone(&[
                any("daysOfWeek", code(DAYS)),
                opt("allDay", BOOLEAN),
                opt("availableStartTime", TIME),
                opt("availableEndTime", TIME),
            ]),
        ),
        any("notAvailable", backbone(&[req("description", STRING), opt("during", PERIOD)])),
        opt("availabilityExceptions", STRING),
        any("endpoint", reference(&["Endpoint"])),
    ],
};
