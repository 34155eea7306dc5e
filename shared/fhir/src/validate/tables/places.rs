//! Hospitals, their places and what they offer (FHIR R4, 8.5 to 8.7).

use super::{
    super::structure::{Structure, any, backbone, code, opt, reference, req},
    datatypes::{
        ADDRESS, ATTACHMENT, BOOLEAN, CODEABLE_CONCEPT, CODING, CONTACT_POINT, DAYS, DECIMAL,
        HUMAN_NAME, IDENTIFIER, MARKDOWN, PERIOD, STRING, TIME,
    },
};

pub(in crate::validate) static ORGANIZATION: Structure = Structure {
    name: "Organization",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        any("type", CODEABLE_CONCEPT),
        opt("name", STRING),
        any("alias", STRING),
        any("telecom", CONTACT_POINT),
        any("address", ADDRESS),
        opt("partOf", reference(&["Organization"])),
        any(
            "contact",
            backbone(&[
                opt("purpose", CODEABLE_CONCEPT),
                opt("name", HUMAN_NAME),
                any("telecom", CONTACT_POINT),
                opt("address", ADDRESS),
            ]),
        ),
        any("endpoint", reference(&["Endpoint"])),
    ],
};

pub(in crate::validate) static LOCATION: Structure = Structure {
    name: "Location",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("status", code(&["active", "suspended", "inactive"])),
        opt("operationalStatus", CODING),
        opt("name", STRING),
        any("alias", STRING),
        opt("description", STRING),
        opt("mode", code(&["instance", "kind"])),
        any("type", CODEABLE_CONCEPT),
        any("telecom", CONTACT_POINT),
        opt("address", ADDRESS),
        opt("physicalType", CODEABLE_CONCEPT),
        opt(
            "position",
            backbone(&[
                req("longitude", DECIMAL),
                req("latitude", DECIMAL),
                opt("altitude", DECIMAL),
            ]),
        ),
        opt("managingOrganization", reference(&["Organization"])),
        opt("partOf", reference(&["Location"])),
        any(
            "hoursOfOperation",
            backbone(&[
                any("daysOfWeek", code(DAYS)),
                opt("allDay", BOOLEAN),
                opt("openingTime", TIME),
                opt("closingTime", TIME),
            ]),
        ),
        opt("availabilityExceptions", STRING),
        any("endpoint", reference(&["Endpoint"])),
    ],
};

pub(in crate::validate) static HEALTHCARE_SERVICE: Structure = Structure {
    name: "HealthcareService",
    elements: &[
        any("identifier", IDENTIFIER),
        opt("active", BOOLEAN),
        opt("providedBy", reference(&["Organization"])),
        any("category", CODEABLE_CONCEPT),
        any("type", CODEABLE_CONCEPT),
        any("specialty", CODEABLE_CONCEPT),
        any("location", reference(&["Location"])),
        opt("name", STRING),
        opt("comment", STRING),
        opt("extraDetails", MARKDOWN),
        opt("photo", ATTACHMENT),
        any("telecom", CONTACT_POINT),
        any("coverageArea", reference(&["Location"])),
        any("serviceProvisionCode", CODEABLE_CONCEPT),
        any("eligibility", backbone(&[opt("code", CODEABLE_CONCEPT), opt("comment", MARKDOWN)])),
        any("program", CODEABLE_CONCEPT),
        any("characteristic", CODEABLE_CONCEPT),
        any("communication", CODEABLE_CONCEPT),
        any("referralMethod", CODEABLE_CONCEPT),
        opt("appointmentRequired", BOOLEAN),
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
