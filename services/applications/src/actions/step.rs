//! Steps of an application, each with its line in the history.

use citygate_identity::StaffId;
use citygate_listings::{Code, ListingId};
use citygate_notify::{Owner, send_webhook};
use citygate_payments::{cancel_bill, refund_bill};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use crate::{
    error::{ApplicationError, Error},
    model::{Application, ApplicationEvent, ApplicationState, Line, Said},
    rules::state,
    store,
};

/// Who lets something happen, and what is said with it.
#[derive(Debug, Default)]
pub(super) struct With {
    pub staff: Option<StaffId>,
    pub step: Option<Code>,
    pub said: Option<Said>,
}

/// Whether something can happen to an application.
pub(super) fn may(application: &Application, event: ApplicationEvent) -> Result<(), Error> {
    state::next(application.state, event).map_err(ApplicationError::from)?;
    Ok(())
}

/// Lets something happen to a locked application, and writes it down. What is over makes room for
/// another one.
pub(super) async fn step(
    cx: &Cx,
    tx: &mut Tx<'_>,
    application: &mut Application,
    event: ApplicationEvent,
    with: With,
) -> Result<(), Error> {
    let was_open = application.state.is_open();
    application.state = state::next(application.state, event).map_err(ApplicationError::from)?;
    application.changed_at = tx.now();
    if was_open && !application.state.is_open() {
        store::applicants::release(tx, application.listing, application.person).await?;
    }
    if matches!(application.state, ApplicationState::Withdrawn | ApplicationState::Expired) {
        store::filings::end(tx, application.id).await?;
    }
    store::applications::save(tx, application).await?;
    let line = line(application, event, with);
    store::events::insert(&cx.keys, tx, application.id, &line).await
}

/// A line about an application as it stands.
pub(super) fn line(application: &Application, event: ApplicationEvent, with: With) -> Line {
    let With { staff, step, said } = with;
    Line { event, state: application.state, step, said, at: application.changed_at, staff }
}

/// Lets what somebody owes, or has paid, go, as long as the agency has begun nothing. The bill
/// decides: of two who pay and withdraw at once, one waits for the other.
pub(super) async fn give_fee_back(
    tx: &mut Tx<'_>,
    application: &Application,
    reason: &str,
) -> Result<(), Error> {
    let Some(bill) = application.bill.filter(|_| application.steps_done == 0) else {
        return Ok(());
    };
    if application.state == ApplicationState::Lodged {
        match cancel_bill(tx, application.agency, bill, reason).await {
            // Paid since this transaction looked: then the money goes back.
            Err(citygate_payments::Error::BillHasPayments) => {}
            cancelled => return Ok(cancelled.map(|_| ())?),
        }
    }
    refund_bill(tx, application.agency, bill, None, reason).await?;
    Ok(())
}

/// Tells the agency's system what happened. It names nobody: whose application it is, somebody who
/// decides there looks up.
pub(super) async fn tell_agency(
    tx: &mut Tx<'_>,
    application: &Application,
    what: &str,
) -> Result<(), Error> {
    let agency = application.agency;
    let owner = Owner { city: agency.city(), id: agency.uuid() };
    let listing: ListingId = application.listing;
    let data = json!({
        "application_id": application.id,
        "listing_id": listing,
        "version": application.version,
        "state": application.state,
    });
    Ok(send_webhook(tx, owner, what, data).await?)
}
