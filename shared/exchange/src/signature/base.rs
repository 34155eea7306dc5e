//! What a signature covers (RFC 9421, 2): the text that was signed, made anew from the request.

use actix_web::{HttpRequest, http::header::HeaderMap};
use sfv::{BareItem, FieldType, InnerList, ListEntry};

/// A request as its sender saw it: behind a proxy, at the public address of the city.
pub(super) struct Target<'a> {
    method: &'a str,
    scheme: String,
    authority: String,
    /// What stands before the path in the public address; empty, as a rule.
    prefix: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a HeaderMap,
}

impl<'a> Target<'a> {
    /// The request at the public address `https://city.example`.
    pub(super) fn new(request: &'a HttpRequest, public_url: &'a str) -> Self {
        let (scheme, rest) = public_url.split_once("://").unwrap_or(("https", public_url));
        let (authority, prefix) =
            rest.find('/').map_or((rest, ""), |at| rest.split_at_checked(at).unwrap_or((rest, "")));
        Self {
            method: request.method().as_str(),
            scheme: scheme.to_ascii_lowercase(),
            authority: without_default_port(scheme, authority),
            prefix: prefix.trim_end_matches('/'),
            path: request.uri().path(),
            query: request.uri().query(),
            headers: request.headers(),
        }
    }

    /// Whether there is a query that a signature has to cover.
    pub(super) fn has_query(&self) -> bool {
        self.query.is_some()
    }

    /// The value of a component, if the request has it.
    fn component(&self, name: &str) -> Option<String> {
        let path = || format!("{}{}", self.prefix, self.path);
        let query = || self.query.map_or_else(String::new, |query| format!("?{query}"));
        Some(match name {
            "@method" => self.method.to_owned(),
            "@scheme" => self.scheme.clone(),
            "@authority" => self.authority.clone(),
            "@path" => path(),
            // Of an empty query the question mark stays (2.2.7).
            "@query" => format!("?{}", self.query.unwrap_or_default()),
            "@request-target" => format!("{}{}", path(), query()),
            "@target-uri" => format!("{}://{}{}{}", self.scheme, self.authority, path(), query()),
            derived if derived.starts_with('@') => return None,
            field => joined(self.headers, field)?,
        })
    }
}

/// An authority as it is signed: in lower case, without the port that goes without saying.
fn without_default_port(scheme: &str, authority: &str) -> String {
    let authority = authority.to_ascii_lowercase();
    let default = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
    authority.strip_suffix(default).map_or_else(|| authority.clone(), str::to_owned)
}

/// The values of a field, in the order in which they came (2.1). Nothing where it is missing, or has
/// bytes that no two programs would read alike.
pub(super) fn joined(headers: &HeaderMap, field: &str) -> Option<String> {
    let values: Option<Vec<&str>> =
        headers.get_all(field).map(|value| Some(value.to_str().ok()?.trim())).collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join(", "))
}

/// The names of the components that a signature covers; nothing, where one is named in a way that is
/// not understood here: parameters of components are not.
pub(super) fn covered(signed: &InnerList) -> Option<Vec<&str>> {
    signed
        .items
        .iter()
        .map(|item| match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

/// The signature base (2.5). Nothing, where a component is missing, or named twice.
pub(super) fn base(target: &Target<'_>, signed: &InnerList) -> Option<String> {
    let names = covered(signed)?;
    let mut base = String::new();
    for (n, name) in names.iter().enumerate() {
        let again = names.iter().take(n).any(|other| other == name);
        if again || name.chars().any(|c| c.is_ascii_uppercase()) {
            return None;
        }
        let value = target.component(name)?;
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    let parameters = vec![ListEntry::InnerList(signed.clone())].serialize()?;
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    Some(base)
}
