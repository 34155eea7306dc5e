//! What applicants are told.

use citygate_identity::contact;
use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx};

use crate::{
    error::Error,
    mail::{self, News},
    model::Application,
};

/// Writes the applicant a letter, if they have an account in the city.
pub(super) async fn tell(
    cx: &Cx,
    tx: &mut Tx<'_>,
    application: &Application,
    news: News,
) -> Result<(), Error> {
    let Some(to) = contact(&cx.keys, tx, application.person).await? else { return Ok(()) };
    let agency = citygate_catalogue::agency(tx, application.agency).await?;
    let case = application.id.to_string();
    let letter = mail::letter(news, agency.name.get(to.locale), &case, to.locale);
    Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
}
