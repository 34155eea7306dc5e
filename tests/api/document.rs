//! The operations of the city, as its OpenAPI document lists them.

use std::collections::{BTreeMap, BTreeSet};

use citygate::{
    demo::{actors::Caller, laboratory::FHIR_JSON},
    documents,
};
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
                ["nameless", "citizen"].contains(&caller) || Self::Staff.serves(caller)
            }
            // The tokens of these callers were not asked for with `openid`.
            Self::EndUser => false,
            Self::Partner => ["system", "other_system"].contains(&caller),
            Self::Staff => ["clerk", "clinician", "registrar", "editor", "admin", "other_admin"]
                .contains(&caller),
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
    /// Those in its query that have to be there.
    needs: Vec<String>,
}

/// Parameters that name nobody's thing: cities are public, every account has every month, every
/// hospital every type of resource and what can be done with it, every agency every day and queue.
const OF_NOBODY: [&str; 6] = ["city", "month", "on", "operation", "queue", "type"];

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
    let named = |is: &dyn Fn(&Value) -> bool| -> Vec<String> {
        let found = parameters.iter().filter(|parameter| is(parameter));
        found.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    Operation {
        id: text("operationId"),
        method: method.to_uppercase().parse().unwrap(),
        path: path.to_owned(),
        role,
        scopes: serde_json::from_value(said["security"][0]["partner"].clone()).unwrap_or_default(),
        tags: serde_json::from_value(said["tags"].clone()).unwrap_or_default(),
        summary: text("summary"),
        takes: said["requestBody"]["content"].as_object().and_then(|c| c.keys().next().cloned()),
        parameters: named(&|parameter| parameter["in"] == "path"),
        needs: named(&|parameter| {
            // What Open311 lists, it lists of a city.
            let needed = parameter["required"] == true || parameter["name"] == "jurisdiction_id";
            parameter["in"] == "query" && needed
        }),
    }
}

impl Operation {
    /// A parameter's value. One of an operation's own (`operation/parameter`) or of a service's own
    /// (`service/parameter`) goes before one of the bare name.
    pub fn value<'a>(&self, name: &str, fill: &'a BTreeMap<&str, String>) -> &'a str {
        self.known(name, fill).unwrap_or_else(|| panic!("{}: what is a {name}?", self.id))
    }

    fn known<'a>(&self, name: &str, fill: &'a BTreeMap<&str, String>) -> Option<&'a str> {
        let service = self.id.split('_').next().unwrap_or_default();
        let names = [format!("{}/{name}", self.id), format!("{service}/{name}"), name.to_owned()];
        names.iter().find_map(|name| fill.get(name.as_str())).map(String::as_str)
    }

    /// A request for it, without a body, under the path as its key. `fill` has the parameters of the
    /// path by name, and those of the query without which there is no answer.
    pub fn request(&self, caller: &Caller, fill: &BTreeMap<&str, String>) -> RequestBuilder {
        let mut path = self.path.clone();
        for name in &self.parameters {
            path = path.replace(&format!("{{{name}}}"), self.value(name, fill));
        }
        for name in &self.needs {
            if let Some(value) = self.known(name, fill) {
                let joint = if path.contains('?') { '&' } else { '?' };
                path += &format!("{joint}{name}={value}");
            }
        }
        caller.request(self.method.clone(), &path).header("Idempotency-Key", format!("{path:.200}"))
    }

    /// Whether it takes JSON.
    pub fn takes_json(&self) -> bool {
        self.takes.as_deref() == Some("application/json")
    }

    /// Whether it takes resources of FHIR.
    pub fn takes_fhir(&self) -> bool {
        self.takes.as_deref() == Some(FHIR_JSON)
    }

    /// How many things its address names.
    pub fn things(&self) -> usize {
        self.parameters.iter().filter(|name| !OF_NOBODY.contains(&name.as_str())).count()
    }

    /// Whether it is about one thing that its address names.
    pub fn is_about_one(&self) -> bool {
        self.things() > 0
    }
}

/// Every scope that an operation asks for.
pub fn scopes() -> Vec<String> {
    let all = operations().into_iter().flat_map(|operation| operation.scopes);
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Path parameters that are well-formed and name nothing.
pub fn nothing() -> BTreeMap<&'static str, String> {
    let id = |prefix: &str| format!("{prefix}_330100_{}", "0".repeat(32));
    let mut nothing = nothing_listed();
    nothing.extend([
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
        ("department_id", id("dept")),
        ("practitioner_id", id("prac")),
        ("department_no", "NONE".to_owned()),
        ("location_no", "NONE".to_owned()),
        ("practitioner_no", "NONE".to_owned()),
        ("session_no", "NONE".to_owned()),
        // By then somebody has opened the one of the other name.
        ("hospital_stop_session/session_no", "NEVER".to_owned()),
        ("booking/session_id", id("sesn")),
        ("appointment_id", id("appt")),
        ("waitlist_entry_id", id("wait")),
        ("strike_id", id("strk")),
        ("objection_id", id("objn")),
        ("station_no", "NONE".to_owned()),
        ("queue_id", id("queu")),
        ("entry_id", id("qent")),
        ("order_no", "NONE".to_owned()),
        ("visit_id", id("vist")),
        ("charge_id", id("chrg")),
        ("charge_no", "NONE".to_owned()),
        ("type", "ServiceRequest".to_owned()),
        ("exchange/id", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("version", "1".to_owned()),
        ("operation", "none".to_owned()),
        ("report_id", id("rept")),
        ("item", "1".to_owned()),
        ("hold_id", id("hold")),
        ("request_id", id("creq")),
        ("certificate_id", id("cert")),
        ("account_id", id("facc")),
        ("loan_id", id("floa")),
        ("withdrawal_id", id("fwdr")),
        ("dispute_id", id("fdsp")),
        ("transfer_id", id("ftri")),
        ("provident_fund_read_transfer/transfer_id", id("ftro")),
        ("provident_fund_decide_transfer/transfer_id", id("ftro")),
        ("batch_no", "NONE".to_owned()),
        // A batch that is declared is there from then on.
        ("provident_fund_put_batch/batch_no", "NEVER".to_owned()),
        ("part_no", "1".to_owned()),
        ("queue", "waiting".to_owned()),
        ("year", "2026".to_owned()),
        ("order_id", id("sord")),
        ("case_id", id("mcas")),
        ("correction_id", id("mcor")),
        ("office_id", id("offc")),
        ("on", "2026-12-31".to_owned()),
        // With its code, as it stands on a receipt.
        ("receipt_no", format!("{}?code={}", "0".repeat(24), "0".repeat(16))),
    ]);
    nothing
}

/// The same of listings, and of what is begun under them.
fn nothing_listed() -> BTreeMap<&'static str, String> {
    let id = |prefix: &str| format!("{prefix}_330100_{}", "0".repeat(32));
    BTreeMap::from([
        ("listing_id", id("list")),
        ("with", id("list")),
        ("number", "1".to_owned()),
        ("listings/item", "market.nothing".to_owned()),
        ("usage/item", "market.nothing".to_owned()),
        ("application_id", id("appl")),
        ("cases/case_id", id("case")),
        ("service_request_id", id("case")),
        ("service_code", format!("330100_{}_noise", "0".repeat(32))),
        ("jurisdiction_id", "330100".to_owned()),
        ("listed_bill_id", id("lbil")),
        ("listed/session_id", id("sesn")),
        ("office", id("offc")),
    ])
}
