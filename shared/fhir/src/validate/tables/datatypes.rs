//! Data types (FHIR R4, 2.24 to 2.27). Names, cardinalities, types and required codes are the
//! specification's own.

use super::super::{
    primitive::Primitive,
    structure::{Element, Structure, Type, any, choice, code, opt, reference, req},
};

pub(in crate::validate) const BASE64_BINARY: Type = Type::Primitive(Primitive::Base64Binary);
pub(in crate::validate) const BOOLEAN: Type = Type::Primitive(Primitive::Boolean);
pub(in crate::validate) const CANONICAL: Type = Type::Primitive(Primitive::Canonical);
pub(in crate::validate) const CODE: Type = Type::Primitive(Primitive::Code);
pub(in crate::validate) const DATE: Type = Type::Primitive(Primitive::Date);
pub(in crate::validate) const DATE_TIME: Type = Type::Primitive(Primitive::DateTime);
pub(in crate::validate) const DECIMAL: Type = Type::Primitive(Primitive::Decimal);
pub(in crate::validate) const ID: Type = Type::Primitive(Primitive::Id);
pub(in crate::validate) const INSTANT: Type = Type::Primitive(Primitive::Instant);
pub(in crate::validate) const INTEGER: Type = Type::Primitive(Primitive::Integer);
pub(in crate::validate) const MARKDOWN: Type = Type::Primitive(Primitive::Markdown);
pub(in crate::validate) const OID: Type = Type::Primitive(Primitive::Oid);
pub(in crate::validate) const POSITIVE_INT: Type = Type::Primitive(Primitive::PositiveInt);
pub(in crate::validate) const STRING: Type = Type::Primitive(Primitive::String);
pub(in crate::validate) const TIME: Type = Type::Primitive(Primitive::Time);
pub(in crate::validate) const UNSIGNED_INT: Type = Type::Primitive(Primitive::UnsignedInt);
pub(in crate::validate) const URI: Type = Type::Primitive(Primitive::Uri);
pub(in crate::validate) const URL: Type = Type::Primitive(Primitive::Url);
pub(in crate::validate) const UUID: Type = Type::Primitive(Primitive::Uuid);
pub(in crate::validate) const XHTML: Type = Type::Primitive(Primitive::Xhtml);

pub(in crate::validate) const IDENTIFIER: Type = Type::Object(&IDENTIFIER_TYPE);
pub(in crate::validate) const CODEABLE_CONCEPT: Type = Type::Object(&CODEABLE_CONCEPT_TYPE);
pub(in crate::validate) const CODING: Type = Type::Object(&CODING_TYPE);
pub(in crate::validate) const PERIOD: Type = Type::Object(&PERIOD_TYPE);
pub(in crate::validate) const QUANTITY: Type = Type::Object(&QUANTITY_TYPE);
pub(in crate::validate) const RANGE: Type = Type::Object(&RANGE_TYPE);
pub(in crate::validate) const RATIO: Type = Type::Object(&RATIO_TYPE);
pub(in crate::validate) const SAMPLED_DATA: Type = Type::Object(&SAMPLED_DATA_TYPE);
pub(in crate::validate) const ANNOTATION: Type = Type::Object(&ANNOTATION_TYPE);
pub(in crate::validate) const ATTACHMENT: Type = Type::Object(&ATTACHMENT_TYPE);
pub(in crate::validate) const HUMAN_NAME: Type = Type::Object(&HUMAN_NAME_TYPE);
pub(in crate::validate) const CONTACT_POINT: Type = Type::Object(&CONTACT_POINT_TYPE);
pub(in crate::validate) const ADDRESS: Type = Type::Object(&ADDRESS_TYPE);
pub(in crate::validate) const TIMING: Type = Type::Object(&TIMING_TYPE);
pub(in crate::validate) const NARRATIVE: Type = Type::Object(&NARRATIVE_TYPE);
pub(in crate::validate) const META: Type = Type::Object(&META_TYPE);
pub(in crate::validate) const EXTENSION: Type = Type::Object(&EXTENSION_TYPE);
/// Without a comparator; its name is that of its type.
pub(in crate::validate) const SIMPLE_QUANTITY: Type = Type::Object(&SIMPLE_QUANTITY_TYPE);
/// Quantities of time, which a choice names so.
const DURATION: Type = Type::Object(&DURATION_TYPE);

pub(in crate::validate) const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
pub(in crate::validate) const GENDERS: &[&str] = &["male", "female", "other", "unknown"];

const UNITS_OF_TIME: &[&str] = &["s", "min", "h", "d", "wk", "mo", "a"];

static IDENTIFIER_TYPE: Structure = Structure {
    name: "Identifier",
    elements: &[
        opt("use", code(&["usual", "official", "temp", "secondary", "old"])),
        opt("type", CODEABLE_CONCEPT),
        opt("system", URI),
        opt("value", STRING),
        opt("period", PERIOD),
        opt("assigner", reference(&["Organization"])),
    ],
};

static CODEABLE_CONCEPT_TYPE: Structure =
    Structure { name: "CodeableConcept", elements: &[any("coding", CODING), opt("text", STRING)] };

static CODING_TYPE: Structure = Structure {
    name: "Coding",
    elements: &[
        opt("system", URI),
        opt("version", STRING),
        opt("code", CODE),
        opt("display", STRING),
        opt("userSelected", BOOLEAN),
    ],
};

static PERIOD_TYPE: Structure =
    Structure { name: "Period", elements: &[opt("start", DATE_TIME), opt("end", DATE_TIME)] };

const MEASURED: &[Element] = &[
    opt("value", DECIMAL),
    opt("comparator", code(&["<", "<=", ">=", ">"])),
    opt("unit", STRING),
    opt("system", URI),
    opt("code", CODE),
];

static QUANTITY_TYPE: Structure = Structure { name: "Quantity", elements: MEASURED };

static DURATION_TYPE: Structure = Structure { name: "Duration", elements: MEASURED };

static SIMPLE_QUANTITY_TYPE: Structure = Structure {
    name: "Quantity",
    elements: &[opt("value", DECIMAL), opt("unit", STRING), opt("system", URI), opt("code", CODE)],
};

static RANGE_TYPE: Structure = Structure {
    name: "Range",
    elements: &[opt("low", SIMPLE_QUANTITY), opt("high", SIMPLE_QUANTITY)],
};

static RATIO_TYPE: Structure = Structure {
    name: "Ratio",
    elements: &[opt("numerator", QUANTITY), opt("denominator", QUANTITY)],
};

static SAMPLED_DATA_TYPE: Structure = Structure {
    name: "SampledData",
    elements: &[
        req("origin", SIMPLE_QUANTITY),
        req("period", DECIMAL),
        opt("factor", DECIMAL),
        opt("lowerLimit", DECIMAL),
        opt("upperLimit", DECIMAL),
        req("dimensions", POSITIVE_INT),
        opt("data", STRING),
    ],
};

static ANNOTATION_TYPE: Structure = Structure {
    name: "Annotation",
    elements: &[
        opt(
            "author[x]",
            choice(&[
                reference(&["Practitioner", "Patient", "RelatedPerson", "Organization"]),
                STRING,
            ]),
        ),
        opt("time", DATE_TIME),
        req("text", MARKDOWN),
    ],
};

static ATTACHMENT_TYPE: Structure = Structure {
    name: "Attachment",
    elements: &[
        opt("contentType", CODE),
        opt("language", CODE),
        opt("data", BASE64_BINARY),
        opt("url", URL),
        opt("size", UNSIGNED_INT),
        opt("hash", BASE64_BINARY),
        opt("title", STRING),
        opt("creation", DATE_TIME),
    ],
};

static HUMAN_NAME_TYPE: Structure = Structure {
    name: "HumanName",
    elements: &[
        opt("use", code(&["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"])),
        opt("text", STRING),
        opt("family", STRING),
        any("given", STRING),
        any("prefix", STRING),
        any("suffix", STRING),
        opt("period", PERIOD),
    ],
};

static CONTACT_POINT_TYPE: Structure = Structure {
    name: "ContactPoint",
    elements: &[
        opt("system", code(&["phone", "fax", "email", "pager", "url", "sms", "other"])),
        opt("value", STRING),
        opt("use", code(&["home", "work", "temp", "old", "mobile"])),
        opt("rank", POSITIVE_INT),
        opt("period", PERIOD),
    ],
};

static ADDRESS_TYPE: Structure = Structure {
    name: "Address",
    elements: &[
        opt("use", code(&["home", "work", "temp", "old", "billing"])),
        opt("type", code(&["postal", "physical", "both"])),
        opt("text", STRING),
        any("line", STRING),
        opt("city", STRING),
        opt("district", STRING),
        opt("state", STRING),
        opt("postalCode", STRING),
        opt("country", STRING),
        opt("period", PERIOD),
    ],
};

static TIMING_TYPE: Structure = Structure {
    name: "Timing",
    elements: &[
        any("event", DATE_TIME),
        opt(
            "repeat",
            Type::Nested(&[
                opt("bounds[x]", choice(&[DURATION, RANGE, PERIOD])),
                opt("count", POSITIVE_INT),
                opt("countMax", POSITIVE_INT),
                opt("duration", DECIMAL),
                opt("durationMax", DECIMAL),
                opt("durationUnit", code(UNITS_OF_TIME)),
                opt("frequency", POSITIVE_INT),
                opt("frequencyMax", POSITIVE_INT),
                opt("period", DECIMAL),
                opt("periodMax", DECIMAL),
                opt("periodUnit", code(UNITS_OF_TIME)),
                any("dayOfWeek", code(DAYS)),
                any("timeOfDay", TIME),
                any(
                    "when",
                    code(&[
                        "MORN",
                        "MORN.early",
                        "MORN.late",
                        "NOON",
                        "AFT",
                        "AFT.early",
                        "AFT.late",
                        "EVE",
                        "EVE.early",
                        "EVE.late",
                        "NIGHT",
                        "PHS",
                        "HS",
                        "WAKE",
                        "C",
                        "CM",
                        "CD",
                        "CV",
                        "AC",
                        "ACM",
                        "ACD",
                        "ACV",
                        "PC",
                        "PCM",
                        "PCD",
                        "PCV",
                    ]),
                ),
                opt("offset", UNSIGNED_INT),
            ]),
        ),
        opt("code", CODEABLE_CONCEPT),
    ],
};

static NARRATIVE_TYPE: Structure = Structure {
    name: "Narrative",
    elements: &[
        req("status", code(&["generated", "extensions", "additional", "empty"])),
        req("div", XHTML),
    ],
};

static META_TYPE: Structure = Structure {
    name: "Meta",
    elements: &[
        opt("versionId", ID),
        opt("lastUpdated", INSTANT),
        opt("source", URI),
        any("profile", CANONICAL),
        any("security", CODING),
        any("tag", CODING),
    ],
};

static EXTENSION_TYPE: Structure = Structure {
    name: "Extension",
    elements: &[req("url", URI), opt("value[x]", choice(EXTENSIONS))],
};

pub(in crate::validate) static REFERENCE_TYPE: Structure = Structure {
    name: "Reference",
    elements: &[
        opt("reference", STRING),
        opt("type", URI),
        opt("identifier", IDENTIFIER),
        opt("display", STRING),
    ],
};

/// What an extension may be (2.24.0.20). Types that nothing else here needs are open.
const EXTENSIONS: &[Type] = &[
    BASE64_BINARY,
    BOOLEAN,
    CANONICAL,
    CODE,
    DATE,
    DATE_TIME,
    DECIMAL,
    ID,
    INSTANT,
    INTEGER,
    MARKDOWN,
    OID,
    POSITIVE_INT,
    STRING,
    TIME,
    UNSIGNED_INT,
    URI,
    URL,
    UUID,
    ADDRESS,
    Type::Open("Age"),
    ANNOTATION,
    ATTACHMENT,
    CODEABLE_CONCEPT,
    CODING,
    CONTACT_POINT,
    Type::Open("Count"),
    Type::Open("Distance"),
    DURATION,
    HUMAN_NAME,
    IDENTIFIER,
    Type::Open("Money"),
    PERIOD,
    QUANTITY,
    RANGE,
    RATIO,
    reference(&[]),
    SAMPLED_DATA,
    Type::Open("Signature"),
    TIMING,
    Type::Open("ContactDetail"),
    Type::Open("Contributor"),
    Type::Open("DataRequirement"),
    Type::Open("Expression"),
    Type::Open("ParameterDefinition"),
    Type::Open("RelatedArtifact"),
    Type::Open("TriggerDefinition"),
    Type::Open("UsageContext"),
    Type::Open("Dosage"),
    META,
];
