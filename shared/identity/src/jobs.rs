//! Work of identity that happens after COMMIT.

use citygate_platform::{
    Cx,
    jobs::{Job, JobError, Retries, Task},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{self, Question},
    error::ProofError,
    model::VerificationId,
    registry::PoliceRegistry,
};

/// A claim to a real name that is to be checked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResolveVerification {
    pub verification: VerificationId,
}

pub(crate) const RESOLVE_VERIFICATION: Task<ResolveVerification> =
    Task::new("identity.resolve_verification");

/// Asks the register about claims until it is known what it says.
pub(crate) fn resolve_verifications(registry: Option<PoliceRegistry>) -> Job {
    RESOLVE_VERIFICATION.done_by(Retries::INQUIRY, move |cx, job| {
        let registry = registry.clone();
        async move { resolve(cx, registry, job.verification).await }
    })
}

async fn resolve(
    cx: Cx,
    registry: Option<PoliceRegistry>,
    id: VerificationId,
) -> Result<(), JobError> {
    let finding = match actions::question(&cx, id).await? {
        None => return Ok(()),
        Some(Question::Withheld) => None,
        Some(Question::Ask(claim)) => {
            let registry = registry.ok_or(ProofError::RegistryMissing)?;
            let document = claim.document()?;
            Some(registry.check(&id.to_string(), &claim.name, &document).await?)
        }
    };
    Ok(actions::resolve_verification(&cx, id, finding.as_ref()).await?)
}
