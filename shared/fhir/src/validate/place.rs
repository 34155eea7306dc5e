//! Where in a resource something is.

/// A step from the resource to an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    name: &'a str,
    index: Option<usize>,
    pub(super) depth: usize,
}

/// The longest name of an element that is repeated; R4's own stay below.
const NAME_BYTES_MAX: usize = 64;

impl<'a> Place<'a> {
    pub(super) fn root(kind: &'a str) -> Self {
        Self { parent: None, name: kind, index: None, depth: 0 }
    }

    /// An element of what is at `parent`; with its index where it repeats.
    pub(super) fn member(parent: &'a Place<'a>, name: &'a str, index: Option<usize>) -> Self {
        Self { parent: Some(parent), name, index, depth: parent.depth + 1 }
    }

    /// An item of the list that is here.
    pub(super) fn item(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }

    /// In FHIRPath. What is no name there is not repeated.
    pub(super) fn expression(&self) -> String {
        let mut text = match self.parent {
            Some(parent) => parent.expression() + ".",
            None => String::new(),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let named = (1..=NAME_BYTES_MAX).contains(&self.name.len());
        if !named || !self.name.bytes().all(plain) {
            text.pop();
            return text;
        }
        text.push_str(self.name);
        if let Some(index) = self.index {
            text.push_str(&format!("[{index}]"));
        }
        text
    }
}
