//! The operations of the city, as its OpenAPI document lists them.

use std::collections::BTreeMap;

use citygate::{demo::actors::Caller, documents};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Whom an operation serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Anybody,
    Citizen,
    /// Somebody who signed in to a client with `openid`.
    EndUser,
    Partner,
    Staff,
}

impl Role {
    /// Whether an operation for it may do something for a kind of caller.
    pub fn serves(self, caller: &str) -> bool {
        match self {
            Self::Anybody => true,
            Self::Citizen => {
                ["nameless", "citizen", "clerk", "admin", "other_admin"].contains(&caller)
            }
            // The tokens of these callers were not asked for with `openid`.
            Self::EndUser => false,
            Self::Partner => ["system", "other_system"].contains(&caller),
            Self::Staff => ["clerk", "admin", "other_admin"].contains(&caller),
        }
    }
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub role: Role,
    /// What a partner needs.
    pub scopes: Vec<String>,
    pub tags: Vec<String>,
    pub summary: String,
    /// The media type of its body.
    pub takes: Option<String>,
    /// The parameters in its path.
    pub parameters: Vec<String>,
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(documents::openapi().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, said)| read(path, method, said))
        })
        .collect()
}

fn read(path: &str, method: &str, said: &Value) -> Operation {
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    let schemes = said["security"].as_array().expect("every operation says who may call");
    let schemes: Vec<&str> = schemes
        .iter()
        .flat_map(|scheme| scheme.as_object().unwrap().keys().map(String::as_str))
        .collect();
    let role = match schemes[..] {
        [] => Role::Anybody,
        ["citizen"] => Role::Citizen,
        ["openid"] => Role::EndUser,
        ["partner"] => Role::Partner,
        ["staff"] => Role::Staff,
        _ => panic!("{path} is for {schemes:?}"),
    };
    let parameters = said["parameters"].as_array().cloned().unwrap_or_default();
    let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
    Operation {
        id: text("operationId"),
        method: method.to_uppercase().parse().unwrap(),
        path: path.to_owned(),
        role,
        scopes: serde_json::from_value(said["security"][0]["partner"].clone()).unwrap_or_default(),
        tags: serde_json::from_value(said["tags"].clone()).unwrap_or_default(),
        summary: text("summary"),
        takes: said["requestBody"]["content"].as_object().and_then(|c| c.keys().next().cloned()),
        parameters: in_path.map(|p| p["name"].as_str().unwrap().to_owned()).collect(),
    }
}

impl Operation {
    /// A request for it, without a body, under the path as its key. `fill` has the parameters of the
    /// path by name.
    pub fn request(&self, caller: &Caller, fill: &BTreeMap<&str, String>) -> RequestBuilder {
        let mut path = self.path.clone();
        for name in &self.parameters {
            let value = fill.get(name.as_str());
            let value = value.unwrap_or_else(|| panic!("{}: what is a {name}?", self.id));
            path = path.replace(&format!("{{{name}}}"), value);
        }
        caller.request(self.method.clone(), &path).header("Idempotency-Key", format!("{path:.200}"))
    }

    /// Whether it takes JSON.
    pub fn takes_json(&self) -> bool {
        self.takes.as_deref() == Some("application/json")
    }
}

/// Path parameters that are well-formed and name nothing.
pub fn nothing() -> BTreeMap<&'static str, String> {
    let id = |prefix: &str| format!("{prefix}_330100_{}", "0".repeat(32));
    BTreeMap::from([
        ("bill_id", id("bill")),
        ("payment_id", id("paym")),
        ("refund_id", id("rfnd")),
        ("top_up_id", id("topu")),
        ("fine_id", id("fine")),
        ("decision_no", "3301060000000999".to_owned()),
        ("agency_id", id("agcy")),
        ("staff_id", id("stff")),
        ("invitation_id", id("sinv")),
        ("client_id", format!("clnt_{}", "0".repeat(32))),
        ("kid", "none".to_owned()),
        ("session_id", format!("sess_{}", "0".repeat(32))),
        ("passkey_id", format!("pkey_{}", "0".repeat(32))),
        ("city", "330100".to_owned()),
        ("month", "2026-11".to_owned()),
    ])
}
