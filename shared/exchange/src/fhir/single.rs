//! Resources that are sent by themselves.

use actix_web::HttpResponse;
use citygate_fhir::ResourceType;
use citygate_platform::{db::Tx, http::Failure};

use super::{
    FhirError,
    again::{Manner, Request},
    answer::{of_received, of_write},
    call::{Call, Ground},
    message::Message,
    plan::{Interaction, Planned, interaction, may_write},
    scope::Access,
    write::write,
};
use crate::{
    Fault,
    inbox::{self, Reply},
};

/// Writes one resource.
pub(crate) async fn carry_out(
    call: &Call,
    kind: ResourceType,
    request: Request,
    message: &Message,
) -> Result<HttpResponse, Failure> {
    let ground = &call.ground;
    let what = format!("{} /fhir/r4/{kind}", if request.put { "PUT" } else { "POST" });
    let conditions = Manner::single(request.clone()).text()?;
    let access = if request.put { Access::Update } else { Access::Create };
    may_write(ground, kind, access)?;
    let entry = request.entry(message.resource(kind)?);
    let Interaction::Write(planned) = interaction(ground, None, entry)? else {
        return Err(FhirError::Unknown.into());
    };
    let act = async |tx: &mut Tx<'_>| written(ground, tx, &planned).await;
    let message_no = call.message_no.as_deref();
    let incoming = call.incoming((&what, &conditions), message_no, message);
    Ok(of_received(ground, inbox::receive(&ground.cx, &incoming, act).await?))
}

/// Writes what is planned, and answers with how it stands.
pub(super) async fn written(
    ground: &Ground,
    tx: &mut Tx<'_>,
    planned: &Planned,
) -> Result<Reply, Fault> {
    let (kind, place) = (planned.kind, planned.place);
    let done = write(ground, tx, &[planned]).await?;
    let done = done.into_iter().next().ok_or(FhirError::Unknown)?;
    if let Some((stored, _)) = &done.written {
        return Ok(of_write(ground, &done, stored)?);
    }
    // The condition matched: it is shown as it was.
    let repository = ground.repository(place)?;
    let found = repository.read(&ground.cx, tx, ground.sender, (kind, done.id), None).await?;
    Ok(of_write(ground, &done, &found.ok_or(FhirError::Unknown)?)?)
}
