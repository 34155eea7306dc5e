//! What the CapabilityStatement says of orders, reports and observations.

use citygate_exchange::fhir::{Search, TypeRules, Versioning};
use citygate_fhir::ResourceType;

const fn search(name: &'static str, kind: &'static str, documentation: &'static str) -> Search {
    Search { name, kind, documentation }
}

const ID: Search = search("_id", "token", "The id that this server has given.");
const UPDATED: Search = search("_lastUpdated", "date", "When the present version came to be.");
const NUMBER: Search = search(
    "identifier",
    "token",
    "The hospital's own number, whatever system is named: a number is given once in a hospital.",
);
const PATIENT: Search = search("patient", "reference", "A patient of the hospital.");
const SUBJECT: Search = search("subject", "reference", "The same as patient.");
const CODE: Search = search(
    "code",
    "token",
    "The code of LOINC, where there is one, else the first. Without a system, codes of LOINC, of \
     SNOMED CT and those without one are looked for.",
);
const DATE: Search =
    search("date", "date", "When it was true of the patient. Days are those of Beijing.");
const STATUS: Search = search("status", "token", "How far it is.");

/// The types that are kept here.
pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        kind: ResourceType::ServiceRequest,
        written: true,
        versioning: Versioning::Present,
        search: &[
            NUMBER,
            PATIENT,
            SUBJECT,
            STATUS,
            search("authored", "date", "When it was written (authoredOn)."),
            ID,
            UPDATED,
        ],
        operations: &[],
        documentation: "What a doctor wants examined. Needed beyond FHIR: identifier, the hospital's \
            own number (1 to 64 visible ASCII characters), under which its reports are filed; \
            subject, a Patient of the hospital or the number of a resident identity card; code. \
            status is active, on-hold, completed, revoked or entered-in-error, and becomes \
            completed here with the first final report. The same number is the same order: \
            creating it again is a new version. Nothing contained.",
    },
    TypeRules {
        kind: ResourceType::DiagnosticReport,
        written: true,
        versioning: Versioning::All,
        search: &[
            NUMBER,
            PATIENT,
            SUBJECT,
            search("based-on", "reference", "The ServiceRequest that it answers."),
            CODE,
            DATE,
            search("issued", "date", "When the version that stands was issued."),
            STATUS,
            search(
                "category",
                "token",
                "HL7 table 0074: laboratory, imaging, pathology as a whole.",
            ),
            ID,
            UPDATED,
        ],
        operations: &[],
        documentation: "What was found. Needed beyond FHIR: identifier, the hospital's own number, \
            the same in every version; basedOn, exactly one ServiceRequest of the hospital, by \
            reference or by its number; subject, who has to be the order's; issued, which orders \
            versions, whatever the order in which they arrive; result, Observations of the same \
            request. A report whose order is not known is held until that arrives. Creating a \
            known number again is a new version. Nothing contained.",
    },
    TypeRules {
        kind: ResourceType::Observation,
        written: true,
        versioning: Versioning::All,
        search: &[PATIENT, SUBJECT, CODE, DATE, STATUS, ID, UPDATED],
        operations: &[],
        documentation: "One item of a report. It comes in the same request as its DiagnosticReport, \
            whose result names it, and belongs to that version of it. subject may be missing, and \
            is the report's. value[x] may be anything but SampledData. A new version of the report \
            names its Observations anew: the same ids or others. Searches find what the versions \
            that stand name, and need patient, subject or _id. Nothing contained.",
    },
];
