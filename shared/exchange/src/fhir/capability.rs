//! What this server can do, as it says itself (FHIR R4, CapabilityStatement; SMART App Launch 2.2,
//! 2.1).

use serde_json::{Value, json};

use super::{Operation, Search, TypeRules, Versioning, call::Server};

/// When the statement last changed.
const DATE: &str = "2026-11-22";

const DOCUMENTATION: &str = "JSON only; XML is answered with 406. A search without \
    `Prefer: handling=strict` leaves out parameters that are not known, and its link `self` names \
    those that counted. Pages have 20 entries, at most 100 (`_count`). Answers to transactions \
    leave resources out unless `Prefer: return=representation` asks for them. A message is \
    carried out once under its number: the header `Idempotency-Key`, or Bundle.identifier. Ids are \
    given by the server. What is not listed is not offered.";

/// The statement.
pub(super) fn statement(server: &Server) -> Value {
    let resources: Vec<Value> = server.registry.types().map(resource).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "name": "CitygateExchange",
        "title": "Citygate, for hospitals",
        "description": "Hospitals push results and schedules, and read what is their own.",
        "software": {"name": "Citygate", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Citygate", "url": &*server.base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "documentation": DOCUMENTATION,
            "security": security(server),
            "resource": resources,
            "interaction": [{"code": "transaction"}, {"code": "batch"}],
        }],
    })
}

fn security(server: &Server) -> Value {
    json!({
        "extension": [{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "token", "valueUri": token_endpoint(server)}],
        }],
        "cors": false,
        "service": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                "code": "SMART-on-FHIR",
            }],
            "text": "SMART Backend Services: client credentials, private_key_jwt",
        }],
        "description": "A token has scopes such as system/DiagnosticReport.write or \
            system/Slot.rs. A hospital sees its own and nothing else.",
    })
}

fn token_endpoint(server: &Server) -> String {
    format!("{}/v1/oauth/token", server.issuer)
}

fn resource(rules: &'static TypeRules) -> Value {
    let mut interactions = vec!["read", "search-type"];
    let all = rules.versioning == Versioning::All;
    if all {
        interactions.extend(["vread", "history-instance"]);
    }
    if rules.written {
        interactions.extend(["create", "update"]);
    }
    let interactions: Vec<Value> =
        interactions.into_iter().map(|code| json!({"code": code})).collect();
    let mut resource = json!({
        "type": rules.kind.name(),
        "profile": format!("http://hl7.org/fhir/StructureDefinition/{}", rules.kind),
        "documentation": rules.documentation,
        "interaction": interactions,
        "versioning": "versioned",
        "readHistory": all,
        "updateCreate": false,
        "conditionalCreate": rules.written,
        "conditionalRead": "not-supported",
        "conditionalUpdate": rules.written,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "enforced"],
    });
    // FHIR's JSON has no empty arrays (2.6.2.2).
    if let Some(members) = resource.as_object_mut() {
        if !rules.search.is_empty() {
            members.insert("searchParam".to_owned(), rules.search.iter().map(search).collect());
        }
        if !rules.operations.is_empty() {
            let operations = rules.operations.iter().map(operation).collect();
            members.insert("operation".to_owned(), operations);
        }
    }
    resource
}

fn search(search: &Search) -> Value {
    json!({"name": search.name, "type": search.kind, "documentation": search.documentation})
}

fn operation(operation: &Operation) -> Value {
    json!({"name": operation.name, "definition": operation.definition})
}

/// Where systems get their tokens, and for what.
pub(super) fn smart_configuration(server: &Server) -> Value {
    let kinds = server.registry.types().map(|rules| (rules.kind.name(), rules.written));
    let scopes = [("*", true)].into_iter().chain(kinds).flat_map(|(kind, written)| {
        let rights = ["read", "rs"].into_iter().chain(written.then_some("write"));
        rights.map(move |right| format!("system/{kind}.{right}"))
    });
    json!({
        "issuer": &*server.issuer,
        "jwks_uri": format!("{}/.well-known/jwks.json", server.issuer),
        "token_endpoint": token_endpoint(server),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes.collect::<Vec<String>>(),
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    })
}
