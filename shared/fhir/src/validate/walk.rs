//! Goes through a resource and its table side by side.

use std::collections::BTreeSet;

use super::{
    DEPTH_MAX, ISSUES_MAX, Issue,
    node::{Members, Node},
    place::Place,
    rules::RULES,
    structure::{BACKBONE_ELEMENT, DOMAIN_RESOURCE, ELEMENT, Element, Structure, Type},
    tables::{self, datatypes},
};
use crate::{IssueType, ResourceType};

/// What has been found so far.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) issues: Vec<Issue>,
    /// The ids of the resources within the resource.
    pub(super) contained: BTreeSet<String>,
}

/// What an object is compared with.
#[derive(Clone, Copy)]
struct Shape<'a> {
    /// The name of the type, and of the element within it: `Appointment.participant`.
    path: &'a str,
    elements: &'static [Element],
    /// What all objects of its kind may have.
    common: &'static [Element],
}

impl Shape<'_> {
    /// The element that a member is, and what it is of a choice.
    fn find(&self, member: &str) -> Option<(&'static Element, Type)> {
        let elements = self.elements.iter().chain(self.common);
        elements.into_iter().find_map(|element| Some((element, choose(element, member)?)))
    }
}

/// What a member is, if it is the element, or one of the choices of it.
fn choose(element: &'static Element, member: &str) -> Option<Type> {
    let Type::Choice(kinds) = element.kind else {
        return (element.name == member).then_some(element.kind);
    };
    let suffix = member.strip_prefix(stem(element))?;
    kinds.iter().find(|kind| kind.suffix() == suffix).copied()
}

/// The name of an element, without the mark of a choice: as FHIRPath has it.
fn stem(element: &Element) -> &'static str {
    element.name.strip_suffix("[x]").unwrap_or(element.name)
}

impl Walk {
    pub(super) fn tell(&mut self, place: &Place<'_>, kind: IssueType, text: &str) {
        if self.issues.len() < ISSUES_MAX {
            let expression = place.expression();
            self.issues.push(Issue { expression, kind, text: text.to_owned() });
        }
    }

    /// A resource; one within another has none within itself.
    pub(super) fn resource(
        &mut self,
        members: &Members,
        structure: &Structure,
        place: &Place<'_>,
        within: bool,
    ) {
        if within && members.has("contained") {
            self.tell(place, IssueType::Invariant, "dom-2: a contained resource contains none");
        }
        if members.has("implicitRules") {
            let place = Place::member(place, "implicitRules", None);
            self.tell(&place, IssueType::NotSupported, "no implicit rules are known here");
        }
        let common = DOMAIN_RESOURCE;
        let shape = Shape { path: structure.name, elements: structure.elements, common };
        self.object(members, shape, place);
    }

    fn object(&mut self, members: &Members, shape: Shape<'_>, place: &Place<'_>) {
        if place.depth > DEPTH_MAX {
            return self.tell(place, IssueType::Structure, "deeper than any resource is");
        }
        if members.0.is_empty() && place.depth > 0 {
            return self.tell(place, IssueType::Structure, "an object without members");
        }
        self.twice(members, place);
        for (name, node) in &members.0 {
            self.member(members, (name, node), shape, place);
        }
        for element in shape.elements.iter().chain(shape.common) {
            self.count(members, element, place);
        }
        for rule in RULES.iter().filter(|rule| rule.at == shape.path) {
            if !(rule.holds)(members) {
                let text = format!("{}: {}", rule.key, rule.text);
                self.tell(place, IssueType::Invariant, &text);
            }
        }
    }

    /// Programs differ in which of two members of one name they read.
    fn twice(&mut self, members: &Members, place: &Place<'_>) {
        let mut names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        // Nearly always; a list costs less than a set.
        if names.array_windows().all(|[one, next]| one != next) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (name, _) in &members.0 {
            if !seen.insert(name.as_str()) {
                let place = Place::member(place, name, None);
                self.tell(&place, IssueType::Structure, "given twice");
            }
        }
    }

    /// Whether an element is there as often as it has to be; repetitions are looked at elsewhere.
    fn count(&mut self, members: &Members, element: &'static Element, place: &Place<'_>) {
        if element.required && !members.has(element.name) {
            let place = Place::member(place, stem(element), None);
            self.tell(&place, IssueType::Required, "required, and missing");
        }
        if let Type::Choice(kinds) = element.kind {
            let given = |kind: &&Type| members.has_choice(stem(element), kind.suffix());
            if kinds.iter().filter(given).count() > 1 {
                let place = Place::member(place, stem(element), None);
                self.tell(&place, IssueType::Structure, "given as more than one type");
            }
        }
    }

    fn member(
        &mut self,
        members: &Members,
        (name, node): (&str, &Node),
        shape: Shape<'_>,
        place: &Place<'_>,
    ) {
        let bare = name.strip_prefix('_').unwrap_or(name);
        let found = shape.find(bare).filter(|(_, kind)| bare == name || kind.is_primitive());
        let Some((element, kind)) = found else {
            let text = format!("no element of {}", shape.path);
            return self.tell(&Place::member(place, name, None), IssueType::Structure, &text);
        };
        if element.name == "modifierExtension" {
            let place = Place::member(place, name, None);
            let text = "it changes the meaning of its element, and is not understood here";
            self.tell(&place, IssueType::Extension, text);
        }
        let kind = if bare == name { kind } else { Type::Nested(&[]) };
        let path = match kind {
            Type::Backbone(_) | Type::Nested(_) => &*format!("{}.{}", shape.path, stem(element)),
            // What is named after its type, or has no elements of its own.
            Type::Primitive(_)
            | Type::Code(_)
            | Type::Object(_)
            | Type::Reference(_)
            | Type::Choice(_)
            | Type::Contained
            | Type::Open(_) => "",
        };
        let step = (place, stem(element), path);
        match (element.repeats, node) {
            (true, Node::List(list)) => {
                let other = if bare == name { format!("_{name}") } else { bare.to_owned() };
                self.list(list, members.get(&other), kind, step);
            }
            (true, _) => {
                let place = Place::member(place, stem(element), None);
                self.tell(&place, IssueType::Structure, "a list is expected");
            }
            (false, _) => self.value(node, kind, path, &Place::member(place, stem(element), None)),
        }
    }

    /// The items of a repeating element. In a list of primitives, null stands for what is told in
    /// the sibling list alone (2.6.2.3).
    fn list(
        &mut self,
        list: &[Node],
        sibling: Option<&Node>,
        kind: Type,
        (parent, name, path): (&Place<'_>, &str, &str),
    ) {
        if list.is_empty() {
            let place = Place::member(parent, name, None);
            return self.tell(&place, IssueType::Structure, "a list without items");
        }
        let siblings = match sibling {
            Some(Node::List(list)) => list.as_slice(),
            _ => &[],
        };
        for (index, node) in list.iter().enumerate() {
            let told = siblings.get(index).is_some_and(|sibling| *sibling != Node::Null);
            if *node == Node::Null && told {
                continue;
            }
            self.value(node, kind, path, &Place::member(parent, name, Some(index)));
        }
    }

    fn value(&mut self, node: &Node, kind: Type, path: &str, place: &Place<'_>) {
        let members = match (kind, node) {
            (Type::Primitive(primitive), node) => {
                if !primitive.fits(node) {
                    let text = format!("not of the type {}", primitive.suffix());
                    self.tell(place, IssueType::Value, &text);
                }
                return;
            }
            (Type::Code(codes), node) => {
                if !node.text().is_some_and(|code| codes.contains(&code)) {
                    let text = format!("none of the codes {}", codes.join(", "));
                    self.tell(place, IssueType::CodeInvalid, &text);
                }
                return;
            }
            (Type::Open(_), node) => return self.anything(node, place),
            (_, Node::Object(members)) => members,
            _ => return self.tell(place, IssueType::Structure, "not of the JSON type expected"),
        };
        let shape = |path, elements, common| Shape { path, elements, common };
        match kind {
            Type::Object(structure) => {
                self.object(members, shape(structure.name, structure.elements, ELEMENT), place);
            }
            Type::Backbone(elements) => {
                self.object(members, shape(path, elements, BACKBONE_ELEMENT), place);
            }
            Type::Nested(elements) => self.object(members, shape(path, elements, ELEMENT), place),
            Type::Reference(kinds) => self.reference(members, kinds, place),
            Type::Contained => self.contained(members, place),
            // Choices are chosen by name, and the others were looked at above.
            Type::Primitive(_) | Type::Code(_) | Type::Choice(_) | Type::Open(_) => {}
        }
    }

    fn reference(&mut self, members: &Members, kinds: &[&str], place: &Place<'_>) {
        let structure = &datatypes::REFERENCE_TYPE;
        let (path, elements) = (structure.name, structure.elements);
        self.object(members, Shape { path, elements, common: ELEMENT }, place);
        let text = members.text("reference").unwrap_or_default();
        let within = text.strip_prefix('#').filter(|id| !id.is_empty());
        if within.is_some_and(|id| !self.contained.contains(id)) {
            let place = Place::member(place, "reference", None);
            let text = "ref-1: no resource of this id is contained";
            self.tell(&place, IssueType::Invariant, text);
        }
        for (member, kind) in [("reference", named_type(text)), ("type", members.text("type"))] {
            let wrong = kind.is_some_and(|kind| !kinds.is_empty() && !kinds.contains(&kind));
            if wrong {
                let text = format!("to none of the types {}", kinds.join(", "));
                self.tell(&Place::member(place, member, None), IssueType::Value, &text);
            }
        }
    }

    /// A resource within the resource; of a type that is not kept here, only its JSON is looked at.
    fn contained(&mut self, members: &Members, place: &Place<'_>) {
        let Some(kind) = members.text("resourceType") else {
            let place = Place::member(place, "resourceType", None);
            return self.tell(&place, IssueType::Required, "required, and missing");
        };
        match kind.parse::<ResourceType>() {
            Ok(kind) => self.resource(members, tables::of(kind), place, true),
            Err(_) => self.members(members, place),
        }
    }

    fn members(&mut self, members: &Members, place: &Place<'_>) {
        self.twice(members, place);
        for (name, node) in &members.0 {
            self.anything(node, &Place::member(place, name, None));
        }
    }

    /// The rules of JSON (2.6.2) alone: nothing is empty.
    fn anything(&mut self, node: &Node, place: &Place<'_>) {
        if place.depth > DEPTH_MAX {
            return self.tell(place, IssueType::Structure, "deeper than any resource is");
        }
        match node {
            Node::Text(text) if text.is_empty() => {
                self.tell(place, IssueType::Value, "a text without characters");
            }
            Node::List(list) if list.is_empty() => {
                self.tell(place, IssueType::Structure, "a list without items");
            }
            Node::Object(members) if members.0.is_empty() => {
                self.tell(place, IssueType::Structure, "an object without members");
            }
            Node::List(list) => list.iter().enumerate().for_each(|(index, node)| {
                let place = place.item(index);
                self.anything(node, &place);
            }),
            Node::Object(members) => self.members(members, place),
            Node::Null | Node::Truth(_) | Node::Whole(_) | Node::Decimal | Node::Text(_) => {}
        }
    }
}

/// The type that a relative or conditional reference names: `Patient/1`, `Patient?identifier=1`.
fn named_type(reference: &str) -> Option<&str> {
    let end = reference.find(['/', '?'])?;
    let kind = reference.get(..end)?;
    let is_type = kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_type.then_some(kind)
}
