//! What can be done with each type, and what it needs beyond what FHIR demands.

use citygate_exchange::fhir::{Operation, Scope, Search, TypeRules, Versioning};
use citygate_fhir::ResourceType;

const fn search(name: &'static str, kind: &'static str, documentation: &'static str) -> Search {
    Search { name, kind, documentation }
}

const ID: Search = search("_id", "token", "Logical ids.");
const SPECIALTY: Search = search(
    "specialty",
    "token",
    "Codes of the national list of diagnosis and treatment subjects (urn:citygate:specialty).",
);
const SERVICE: Search = search("service", "reference", "The department: HealthcareService.");

/// Every type of this crate, in the order in which one names the other.
pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        kind: ResourceType::Organization,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:agency or urn:citygate:department-no."),
            search("name", "string", "A part of the name, in Chinese or English."),
            search("partof", "reference", "The organization that it is a part of."),
        ],
        operations: &[],
        documentation: "The hospital, under the id of its agency, and its departments as parts of \
            it. Only the hospital is written: type with a code of urn:citygate:hospital-grade, a \
            telecom of system phone, and an address whose text may have a translation and whose \
            extension geolocation says where it is. Its name is the agency's. active = true shows \
            the hospital to everybody, false takes it out for a while; without it, nothing \
            changes. Departments are written as HealthcareService.",
    },
    TypeRules {
        kind: ResourceType::Location,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:location-no."),
            search("partof", "reference", "The location that it is in."),
        ],
        operations: &[],
        documentation: "A campus (si), building (bu), floor (lvl) or room (ro), under the \
            hospital's own number (identifier of urn:citygate:location-no). What is no campus is \
            partOf something larger. name and address.text are Chinese; the extension translation \
            says them in English.",
    },
    TypeRules {
        kind: ResourceType::HealthcareService,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:department-no."),
            search("organization", "reference", "providedBy: the hospital or a department."),
            search("location", "reference", "Where it is."),
            SPECIALTY,
        ],
        operations: &[],
        documentation: "A department, under the hospital's own number (identifier of \
            urn:citygate:department-no). providedBy is the department that it belongs to, as an \
            Organization; the hospital, or nothing, at the top. One specialty of \
            urn:citygate:specialty and one location are needed. type lists the kinds of clinic \
            that its doctors have, and is not read.",
    },
    TypeRules {
        kind: ResourceType::Practitioner,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:practitioner-no."),
            search("name", "string", "A part of the name, in Chinese, English or pinyin."),
        ],
        operations: &[],
        documentation: "A doctor, under the hospital's own number (identifier of \
            urn:citygate:practitioner-no). qualification with a code of \
            urn:citygate:practitioner-title, and the extension urn:citygate:known-for with zh and \
            en are needed. The roles come in the same Bundle and replace those that are there; \
            without any, they stay.",
    },
    TypeRules {
        kind: ResourceType::PractitionerRole,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("practitioner", "reference", "The doctor."),
            search("organization", "reference", "The department, as an Organization."),
            search("role", "token", "Kinds of clinic (urn:citygate:clinic-kind)."),
            SERVICE,
            SPECIALTY,
        ],
        operations: &[],
        documentation: "A kind of clinic (code of urn:citygate:clinic-kind) that a doctor has in a \
            department (healthcareService or organization). It comes in one Bundle with its \
            Practitioner and all of the other roles.",
    },
    TypeRules {
        kind: ResourceType::Schedule,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:session-no."),
            search("actor", "reference", "The doctor, department or location; with its type."),
            search("date", "date", "The day of the session."),
            search("service-type", "token", "Kinds of clinic (urn:citygate:clinic-kind)."),
            SERVICE,
            SPECIALTY,
        ],
        operations: &[],
        documentation: "A session: somebody's morning in a department, under the hospital's own \
            number (identifier of urn:citygate:session-no). It comes in one Bundle with all of its \
            Slots, and is not changed once it is open. serviceType with a code of \
            urn:citygate:clinic-kind, an actor HealthcareService, an actor Practitioner (a general \
            clinic may do without), and planningHorizon.start are needed. The part of the day \
            follows from the hours; the fee from the tariff. The extension urn:citygate:allocation \
            says whether places are given to who comes first (first_come) or by lot (draw). \
            active = false stops the session for the reason in comment: who has booked is told, \
            gets another place offered, and is paid back.",
    },
    TypeRules {
        kind: ResourceType::Slot,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("schedule", "reference", "The session."),
            search("start", "date", "When it begins."),
            search("status", "token", "free, busy, busy-tentative, busy-unavailable."),
            SERVICE,
            SPECIALTY,
        ],
        operations: &[],
        documentation: "A window of a session with its places. The extension urn:citygate:places, \
            once for each channel, has the parts channel (app, onsite, partner) and capacity; \
            without it, a slot has one place for the city's app. status says what a system can \
            have here, at the counter or by referral: busy-tentative are places that may come \
            back, busy-unavailable is what is over, was stopped, or has no such place.",
    },
    TypeRules {
        kind: ResourceType::Appointment,
        written: true,
        versioning: Versioning::Present,
        search: &[
            ID,
            search("identifier", "token", "urn:citygate:appointment."),
            search("date", "date", "When it begins."),
            search("status", "token", "pending, booked, arrived, fulfilled, cancelled, noshow."),
            search("patient", "reference", "Whose."),
            search("practitioner", "reference", "With which doctor."),
            search("actor", "reference", "A Patient, Practitioner or HealthcareService."),
            search("slot", "reference", "In which slot."),
        ],
        operations: &[
            Operation {
                name: "find",
                scope: Scope::Type,
                writes: false,
                definition: "https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-find",
            },
            Operation {
                name: "hold",
                scope: Scope::Type,
                writes: true,
                definition: "https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-hold",
            },
            Operation {
                name: "book",
                scope: Scope::Type,
                writes: true,
                definition: "https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-book",
            },
            Operation {
                name: "cancel",
                scope: Scope::Instance,
                writes: true,
                definition: "urn:citygate:operation:appointment-cancel",
            },
        ],
        documentation: "Somebody's place, as IHE's Scheduling profile makes it: $find proposes, \
            $hold keeps a place until it is confirmed or its time is over, $book books or \
            confirms at the counter, $cancel gives up what was made there. A proposed Appointment \
            has the id of its Slot. The patient is a Patient of the hospital, or named by an \
            identifier of type NI; quotas are counted by real name. channel = partner asks for \
            places for referrals. An Appointment that is created is booked (or pending: kept). An \
            update says that somebody has arrived, gives up or confirms; that somebody was seen or \
            did not come follows from the queue. Of names, a part is shown, and each of these \
            people can read that they were shown.",
    },
];
