//! How a type of FHIR R4 is written down: the rows of the tables.

use super::{primitive::Primitive, tables::datatypes};

/// A data type or resource: its elements beyond those that all types of its kind have.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) name: &'static str,
    pub(super) elements: &'static [Element],
}

/// A row: an element of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    /// Its name; a choice of types ends in `[x]`.
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) repeats: bool,
    pub(super) kind: Type,
}

/// What an element may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    Primitive(Primitive),
    /// One of these codes: a required binding.
    Code(&'static [&'static str]),
    Object(&'static Structure),
    /// Elements that stand within a resource; they may have modifier extensions.
    Backbone(&'static [Element]),
    /// Elements that stand within a data type.
    Nested(&'static [Element]),
    /// To resources of these types; none is any.
    Reference(&'static [&'static str]),
    /// One of these, its name behind the element's.
    Choice(&'static [Type]),
    /// A resource within the resource.
    Contained,
    /// A data type that is not written down here: only its JSON is looked at.
    Open(&'static str),
}

impl Type {
    /// What stands behind the name of a choice: `Quantity` of `valueQuantity`.
    pub(super) fn suffix(&self) -> &'static str {
        match self {
            Self::Primitive(primitive) => primitive.suffix(),
            Self::Object(structure) => structure.name,
            Self::Reference(_) => "Reference",
            Self::Open(name) => name,
            Self::Code(_) => "Code",
            Self::Backbone(_) | Self::Nested(_) | Self::Choice(_) | Self::Contained => "",
        }
    }

    /// Whether it may have a sibling `_name` with extensions (2.6.2.3).
    pub(super) fn is_primitive(&self) -> bool {
        matches!(self, Self::Primitive(_) | Self::Code(_))
    }
}

/// 0..1
pub(super) const fn opt(name: &'static str, kind: Type) -> Element {
    Element { name, required: false, repeats: false, kind }
}

/// 1..1
pub(super) const fn req(name: &'static str, kind: Type) -> Element {
    Element { name, required: true, repeats: false, kind }
}

/// 0..*
pub(super) const fn any(name: &'static str, kind: Type) -> Element {
    Element { name, required: false, repeats: true, kind }
}

/// 1..*
pub(super) const fn some(name: &'static str, kind: Type) -> Element {
    Element { name, required: true, repeats: true, kind }
}

pub(super) const fn code(codes: &'static [&'static str]) -> Type {
    Type::Code(codes)
}

pub(super) const fn reference(kinds: &'static [&'static str]) -> Type {
    Type::Reference(kinds)
}

pub(super) const fn choice(kinds: &'static [Type]) -> Type {
    Type::Choice(kinds)
}

pub(super) const fn backbone(elements: &'static [Element]) -> Type {
    Type::Backbone(elements)
}

/// What every element may have (2.21).
pub(super) static ELEMENT: &[Element] =
    &[opt("id", Type::Primitive(Primitive::String)), any("extension", datatypes::EXTENSION)];

/// What every element of a resource may have (2.22).
pub(super) static BACKBONE_ELEMENT: &[Element] = &[
    opt("id", Type::Primitive(Primitive::String)),
    any("extension", datatypes::EXTENSION),
    any("modifierExtension", datatypes::EXTENSION),
];

/// What every resource may have (2.25, 2.26). Its type was looked at when it was read.
pub(super) static DOMAIN_RESOURCE: &[Element] = &[
    opt("resourceType", Type::Primitive(Primitive::Code)),
    opt("id", Type::Primitive(Primitive::Id)),
    opt("meta", datatypes::META),
    opt("implicitRules", Type::Primitive(Primitive::Uri)),
    opt("language", Type::Primitive(Primitive::Code)),
    opt("text", datatypes::NARRATIVE),
    any("contained", Type::Contained),
    any("extension", datatypes::EXTENSION),
    any("modifierExtension", datatypes::EXTENSION),
];
