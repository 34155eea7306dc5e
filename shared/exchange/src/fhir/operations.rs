//! Operations: `$find`, `$hold`, `$book`, `$cancel` (FHIR R4, 3.2.0).

use actix_web::HttpResponse;
use citygate_fhir::{Parameters, ResourceType};
use citygate_platform::{db::Tx, http::Failure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    FhirError, Operation, Scope,
    answer::{of_body, of_received},
    call::{Call, Ground},
    message::Message,
    scope::Access,
};
use crate::{
    Fault,
    inbox::{self, Received, Reply},
};

/// Carries an operation out: of a type, or of one of its resources.
pub(crate) async fn carry_out(
    call: &Call,
    (kind, id): (ResourceType, Option<Uuid>),
    name: &str,
    message: &Message,
) -> Result<HttpResponse, Failure> {
    let ground = &call.ground;
    let scope = if id.is_some() { Scope::Instance } else { Scope::Type };
    let (place, operation) = find(ground, kind, scope, name)?;
    ground.admit(kind, access(operation))?;
    let parameters = parameters(message)?;
    let named = (kind, operation.name);
    let act = async |tx: &mut Tx<'_>| {
        let repository = ground.repository(place)?;
        let (cx, sender) = (&ground.cx, ground.sender);
        let answer = repository.operate(cx, tx, sender, named, id, &parameters).await?;
        Ok::<Reply, Fault>(of_body(ground.format, answer.to_string()))
    };
    let received = if operation.writes {
        let what = format!("POST /fhir/r4/{kind}/${name}");
        let conditions = id.map(|id| id.to_string()).unwrap_or_default();
        let message_no = call.message_no.as_deref();
        let incoming = call.incoming((&what, &conditions), message_no, message);
        inbox::receive(&ground.cx, &incoming, act).await?
    } else {
        let reply = ground.look("exchange.fhir_operation", act).await?;
        Received::Answered { reply, replayed: false }
    };
    Ok(of_received(ground, received))
}

fn find(
    ground: &Ground,
    kind: ResourceType,
    scope: Scope,
    name: &str,
) -> Result<(usize, &'static Operation), FhirError> {
    let (place, rules) = ground.keeper(kind)?;
    let named = |operation: &&Operation| operation.name == name && operation.scope == scope;
    let operation = rules.operations.iter().find(named);
    Ok((place, operation.ok_or(FhirError::Unknown)?))
}

/// What a caller has to be allowed: an operation of a type that writes makes something.
fn access(operation: &Operation) -> Access {
    match (operation.writes, operation.scope) {
        (true, Scope::Type) => Access::Create,
        (true, Scope::Instance) => Access::Update,
        (false, _) => Access::Search,
    }
}

/// The body. Without one there are no parameters.
fn parameters(message: &Message) -> Result<Value, FhirError> {
    if message.bytes.is_empty() {
        return Ok(json!({"resourceType": "Parameters"}));
    }
    let malformed = |why: String| FhirError::Malformed(why);
    let value: Value = serde_json::from_str(message.json()?)
        .map_err(|_| malformed("JSON is expected".to_owned()))?;
    Parameters::read(&value).map_err(|error| malformed(error.to_string()))?;
    Ok(value)
}
