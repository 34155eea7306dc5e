//! Where things stand in a file.

use std::{fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, ValueDeserializer},
};

/// A step into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// Where something stands: `application.steps[1].period`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place(Vec<Step>);

impl Place {
    /// A place below tables: `application.form`.
    pub(super) fn of(keys: &str) -> Self {
        Self(keys.split('.').map(|key| Step::Key(key.to_owned())).collect())
    }

    /// A member of the table here.
    pub(super) fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// An element of the list here.
    pub(super) fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The place that an RFC 6901 pointer names from here.
    pub(super) fn pointer(&self, pointer: &str) -> Self {
        let mut place = self.clone();
        for part in pointer.split('/').skip(1) {
            let index = part.parse().map(Step::Index);
            let key = |_| Step::Key(part.replace("~1", "/").replace("~0", "~"));
            place.0.push(index.unwrap_or_else(key));
        }
        place
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The last step.
    pub(super) fn last(&self) -> Option<&Step> {
        self.0.last()
    }

    /// Where that is in.
    pub(super) fn parent(&self) -> Self {
        let kept = self.0.len().saturating_sub(1);
        Self(self.0.iter().take(kept).cloned().collect())
    }
}

fn is_bare(key: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !key.is_empty() && key.bytes().all(fits)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let point = if n == 0 { "" } else { "." };
                    if is_bare(key) {
                        write!(f, "{point}{key}")?;
                    } else {
                        // Long keys are of no help to anybody.
                        let short: String = key.chars().take(40).collect();
                        write!(f, "{point}{short:?}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A file as it was written, every value with where it stands. Days are texts in it, with quotation
/// marks or without.
#[derive(Clone)]
pub(super) struct Document<'a> {
    root: Spanned<DeValue<'a>>,
}

/// A value of a file.
pub(super) struct Found<'d> {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: &'d DeValue<'d>,
}

impl<'a> Document<'a> {
    pub(super) fn new(root: Spanned<DeTable<'a>>) -> Self {
        let mut root = Spanned::new(0..0, DeValue::Table(root.into_inner()));
        days_as_texts(root.get_mut());
        Self { root }
    }

    /// What can be read from it.
    pub(super) fn deserializer(self) -> ValueDeserializer<'a> {
        self.root.into()
    }

    /// The value at a place.
    pub(super) fn at(&self, place: &Place) -> Option<&Spanned<DeValue<'a>>> {
        place.0.iter().try_fold(&self.root, |value, step| child(value.get_ref(), step))
    }

    /// Where in the file a place is: that of the nearest thing around it, where it is not there.
    pub(super) fn offset(&self, place: &Place) -> usize {
        let mut reached = &self.root;
        for step in &place.0 {
            match child(reached.get_ref(), step) {
                Some(next) => reached = next,
                None => break,
            }
        }
        reached.span().start
    }

    /// Every value at places of a form: `application.steps[].name`, `translations.*.name`.
    pub(super) fn find(&self, form: &str) -> Vec<Found<'_>> {
        let mut found = vec![(Place::default(), &self.root)];
        for part in form.split('.') {
            let key = part.trim_end_matches("[]");
            found = found.into_iter().flat_map(|(at, value)| members(&at, value, key)).collect();
            if key != part {
                found = found.into_iter().flat_map(|(at, value)| elements(&at, value)).collect();
            }
        }
        found.into_iter().map(|(place, value)| Found { place, value: value.get_ref() }).collect()
    }

    /// The smallest thing of the file that stands around an offset, or is named there.
    pub(super) fn around(&self, span: &Range<usize>) -> Place {
        let mut best = (usize::MAX, Place::default());
        if span.is_empty() {
            return best.1;
        }
        search(&self.root, &Place::default(), span, &mut best);
        best.1
    }

    /// Takes something out.
    pub(super) fn remove(&mut self, place: &Place) {
        let mut reached = &mut self.root;
        for step in &place.parent().0 {
            let next = match (reached.get_mut(), step) {
                (DeValue::Table(table), Step::Key(key)) => table.get_mut(key.as_str()),
                (DeValue::Array(list), Step::Index(index)) => list.get_mut(*index),
                _ => None,
            };
            match next {
                Some(next) => reached = next,
                None => return,
            }
        }
        match (reached.get_mut(), place.last()) {
            (DeValue::Table(table), Some(Step::Key(key))) => drop(table.remove(key.as_str())),
            (DeValue::Array(list), Some(Step::Index(index))) => {
                let all = std::mem::replace(list, DeArray::new()).into_iter().enumerate();
                for (_, kept) in all.filter(|(at, _)| at != index) {
                    list.push(kept);
                }
            }
            _ => {}
        }
    }
}

fn days_as_texts(value: &mut DeValue<'_>) {
    match value {
        DeValue::Datetime(day) => *value = DeValue::String(day.to_string().into()),
        DeValue::Array(list) => list.iter_mut().for_each(|one| days_as_texts(one.get_mut())),
        DeValue::Table(table) => {
            table.iter_mut().for_each(|(_, one)| days_as_texts(one.get_mut()));
        }
        _ => {}
    }
}

fn child<'d, 'a>(value: &'d DeValue<'a>, step: &Step) -> Option<&'d Spanned<DeValue<'a>>> {
    match (value, step) {
        (DeValue::Table(table), Step::Key(key)) => table.get(key.as_str()),
        (DeValue::Array(list), Step::Index(index)) => list.get(*index),
        _ => None,
    }
}

type At<'d, 'a> = (Place, &'d Spanned<DeValue<'a>>);

/// The member of a table, or with `*` all of them.
fn members<'d, 'a>(at: &Place, value: &'d Spanned<DeValue<'a>>, key: &str) -> Vec<At<'d, 'a>> {
    let Some(table) = value.get_ref().as_table() else { return Vec::new() };
    if key == "*" {
        return table.iter().map(|(name, value)| (at.key(name.get_ref()), value)).collect();
    }
    table.get(key).map(|value| (at.key(key), value)).into_iter().collect()
}

fn elements<'d, 'a>(at: &Place, value: &'d Spanned<DeValue<'a>>) -> Vec<At<'d, 'a>> {
    let Some(list) = value.get_ref().as_array() else { return Vec::new() };
    list.iter().enumerate().map(|(n, value)| (at.index(n), value)).collect()
}

/// Looks through a file for the smallest thing around a span. The tables of a file stand in pieces,
/// so that all of it is looked through.
fn search(
    value: &Spanned<DeValue<'_>>,
    at: &Place,
    span: &Range<usize>,
    best: &mut (usize, Place),
) {
    look(&value.span(), at, span, best);
    match value.get_ref() {
        DeValue::Array(list) => {
            for (n, one) in list.iter().enumerate() {
                search(one, &at.index(n), span, best);
            }
        }
        DeValue::Table(table) => {
            for (name, one) in table {
                let place = at.key(name.get_ref());
                look(&name.span(), &place, span, best);
                search(one, &place, span, best);
            }
        }
        _ => {}
    }
}

fn look(stands: &Range<usize>, at: &Place, span: &Range<usize>, best: &mut (usize, Place)) {
    let around = stands.start <= span.start && span.end <= stands.end && !stands.is_empty();
    if around && stands.len() <= best.0 {
        *best = (stands.len(), at.clone());
    }
}
