//! JSON as it was sent, with members that are given twice.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// A value. Digits are not kept: whoever needs them reads the resource's own text.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Truth(bool),
    /// A number without fraction and exponent, as far as 64 bits reach.
    Whole(i64),
    /// Any other number.
    Decimal,
    Text(String),
    List(Vec<Node>),
    Object(Members),
}

impl Node {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The members of an object, in their order.
#[derive(Debug, PartialEq)]
pub(super) struct Members(pub(super) Vec<(String, Node)>);

impl Members {
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, node)| node)
    }

    /// Whether an element is there: with a value, or with an extension instead of one. A choice
    /// ends in `[x]`.
    pub(super) fn has(&self, element: &str) -> bool {
        let choice = element.strip_suffix("[x]");
        self.0.iter().any(|(member, _)| {
            let member = member.strip_prefix('_').unwrap_or(member);
            match choice {
                Some(stem) => is_choice(member, stem),
                None => member == element,
            }
        })
    }

    /// Whether an element is there as one of the types that it may be of.
    pub(super) fn has_choice(&self, stem: &str, suffix: &str) -> bool {
        self.0.iter().any(|(member, _)| {
            let member = member.strip_prefix('_').unwrap_or(member);
            member.strip_prefix(stem) == Some(suffix)
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::text)
    }

    /// The objects of a repeating element.
    pub(super) fn objects(&self, name: &str) -> impl Iterator<Item = &Self> {
        let list = match self.get(name) {
            Some(Node::List(list)) => list.as_slice(),
            _ => &[],
        };
        list.iter().filter_map(|node| match node {
            Node::Object(members) => Some(members),
            _ => None,
        })
    }
}

/// Whether a member is the stem of a choice and a type: `valueQuantity`.
fn is_choice(member: &str, stem: &str) -> bool {
    let rest = member.strip_prefix(stem);
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(i64::try_from(number).map_or(Node::Decimal, Node::Whole))
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Node, E> {
        Ok(Node::Decimal)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            members.push(entry);
        }
        Ok(Node::Object(Members(members)))
    }
}
