//! Taking an application back.

use citygate_identity::{RealName, require_session};
use citygate_platform::Cx;

use super::{
    letters,
    read::{ApplicationView, view},
    step::{With, give_fee_back, may, step, tell_agency},
    supply::lock_own,
};
use crate::{
    error::Error,
    mail::News,
    model::{ApplicationEvent, ApplicationId, ApplicationState},
};

/// Takes an application of the caller's back before it is decided. A fee that is not paid is owed no
/// more; one that was paid goes back as long as the agency has finished no step. Doing it again
/// changes nothing.
pub(crate) async fn withdraw(
    cx: &Cx,
    caller: &RealName,
    id: ApplicationId,
) -> Result<ApplicationView, Error> {
    cx.db
        .tx("applications.withdraw", async |tx| {
            require_session(tx, caller).await?;
            let mut application = lock_own(tx, caller, id).await?;
            if application.state == ApplicationState::Withdrawn {
                return view(cx, tx, application).await;
            }
            may(&application, ApplicationEvent::Withdraw)?;
            give_fee_back(tx, &application, "withdrawn by the applicant").await?;
            step(cx, tx, &mut application, ApplicationEvent::Withdraw, With::default()).await?;
            letters::tell(cx, tx, &application, News::Withdrawn).await?;
            tell_agency(tx, &application, "applications.application.withdrawn").await?;
            view(cx, tx, application).await
        })
        .await
}
