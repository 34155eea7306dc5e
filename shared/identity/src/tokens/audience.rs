//! For whom an access token is (RFC 9068, 2.2; RFC 8707).

use serde::{Deserialize, Serialize};

/// What stands before the name of a service in a resource indicator, which has to be a URI.
const SERVICE: &str = "urn:citygate:service:";

/// The claim `aud`: one name or a list of them (RFC 7519, 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// The services that some scopes belong to.
    pub(crate) fn of_scopes<'a>(scopes: impl IntoIterator<Item = &'a String>) -> Self {
        let mut services: Vec<String> = scopes.into_iter().map(|scope| service_of(scope)).collect();
        services.sort();
        services.dedup();
        Self::Many(services)
    }

    /// Whether it is exactly this one.
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self, Self::One(one) if one == name)
    }

    /// Whether it names services, and nothing but services.
    pub(crate) fn is_of_services(&self) -> bool {
        matches!(self, Self::Many(all) if all.iter().all(|one| one.starts_with(SERVICE)))
    }

    /// Whether it names the service of a scope.
    pub(crate) fn covers(&self, scope: &str) -> bool {
        matches!(self, Self::Many(all) if all.contains(&service_of(scope)))
    }
}

/// The service of a scope, which is its first word: `urn:citygate:service:traffic` of
/// `traffic.decisions:write`.
pub(crate) fn service_of(scope: &str) -> String {
    let word = scope.split(['.', ':', '/']).next().unwrap_or_default();
    format!("{SERVICE}{word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_a_scope_is_its_service() {
        for (scope, service) in [
            ("traffic.decisions:write", "urn:citygate:service:traffic"),
            ("webhooks:write", "urn:citygate:service:webhooks"),
            ("system/Patient.rs", "urn:citygate:service:system"),
            ("books", "urn:citygate:service:books"),
        ] {
            assert_eq!(service_of(scope), service);
        }
    }

    #[test]
    fn an_audience_covers_the_scopes_of_its_services_and_no_others() {
        let scopes = ["traffic.decisions:write", "books:read", "traffic.decisions:read"];
        let audience = Audience::of_scopes(&scopes.map(ToOwned::to_owned));
        let two = ["urn:citygate:service:books", "urn:citygate:service:traffic"];
        assert_eq!(audience, Audience::Many(two.map(ToOwned::to_owned).to_vec()));
        assert!(audience.covers("traffic.other:read") && audience.covers("books:read"));
        for other in ["trafficx:read", "book:read", "webhooks:write", ""] {
            assert!(!audience.covers(other), "{other}");
        }
        assert!(!Audience::One("urn:citygate:service:books".to_owned()).covers("books:read"));
        assert!(!Audience::of_scopes(&[]).covers("books:read"));
    }
}
