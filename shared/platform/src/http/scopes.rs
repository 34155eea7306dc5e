//! What systems can be given, as the operations say.

use std::collections::BTreeSet;

use utoipa::openapi::OpenApi;

use super::openapi::operations;

/// The scopes of systems that some operation of this program asks for. Handlers find it as
/// `Data<SystemScopes>`.
#[derive(Debug, Clone, Default)]
pub struct SystemScopes(BTreeSet<String>);

impl SystemScopes {
    /// Those of a document: the scheme `partner` of each operation.
    pub fn of(api: &OpenApi) -> Self {
        let schemes = operations(api).into_iter().flat_map(|(.., operation)| &operation.security);
        let named = schemes.flatten().filter_map(|scheme| serde_json::to_value(scheme).ok());
        let of_systems =
            named.filter_map(|mut scheme| scheme.get_mut("partner").map(|it| it.take()));
        let scopes =
            of_systems.filter_map(|scopes| serde_json::from_value::<Vec<String>>(scopes).ok());
        Self(scopes.flatten().collect())
    }

    /// Whether there is such a scope.
    pub fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }
}
