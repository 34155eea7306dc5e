//! What the two centres of a transfer hear of each other. Each function is one transaction in one
//! city; what it has to tell the other city is a job. All may run twice.

use citygate_catalogue::{Rule, rule_of};
use citygate_platform::{Cx, db::Tx};

use super::{held, in_the_way, outgoing, step};
use crate::{
    actions::desk::{because, deadline, history, note, tell_centre, tell_person, today},
    error::{ApplicationError, Error},
    jobs::{
        clock::{self, Application},
        transfer::{self as jobs, Delivery, Told},
    },
    mail::News,
    model::{
        Account, TransferIn, TransferInEvent, TransferOut, TransferOutEvent, TransferOutId,
        TransferOutState, other_side,
    },
    rules::transfer::{Hindrance, TRANSFER, TransferRule, next_in, next_out},
    store,
};

/// The centre that gives the account away hears of a transfer. What stands in the way refuses it at
/// once.
pub(crate) async fn delivered(cx: &Cx, delivery: Delivery) -> Result<(), Error> {
    cx.db
        .tx("provident_fund.deliver_transfer", async |tx| {
            let account = store::withdrawal::hold_account(tx, delivery.from).await?;
            let account = account.filter(|account| account.person == delivery.person);
            let account = account.ok_or(Error::AccountUnknown)?;
            let id = other_side(delivery.transfer, delivery.from.city());
            if store::transfer::out_by_id(tx, id).await?.is_some() {
                return Ok(());
            }
            receive(cx, tx, &account, (id, &delivery)).await
        })
        .await
}

async fn receive(
    cx: &Cx,
    tx: &mut Tx<'_>,
    account: &Account,
    (id, delivery): (TransferOutId, &Delivery),
) -> Result<(), Error> {
    let today = today(tx, id.city()).await?;
    let rule: Rule<TransferRule> = rule_of(tx, TRANSFER, account.agency, today).await?;
    let hindrance = hindered(tx, account).await?;
    let (_, ends_at) = deadline(tx, id.city(), today, rule.params.answer).await?;
    let refused = hindrance.is_some();
    let state = if refused { TransferOutState::Refused } else { TransferOutState::Received };
    let transfer = TransferOut {
        id,
        agency: account.agency,
        account: account.id,
        person: account.person,
        lodged_by: delivery.lodged_by,
        to_agency: delivery.to_agency,
        to_account: delivery.to,
        state,
        rule: rule.id,
        counted_from: today,
        act_by: (!refused).then_some(ends_at),
        left: None,
        received_at: tx.now(),
    };
    store::transfer::put_out(tx, &transfer).await?;
    let word = (if refused { "refuse" } else { "receive" }, state.code());
    let said = hindrance.map(|hindrance| because(hindrance.text()));
    note(cx, tx, id, word, (None, said)).await?;
    clock::set(tx, Application::Transfer(id), transfer.act_by).await?;
    tell_centre(tx, transfer.agency, id, word).await?;
    let event = if refused { TransferInEvent::Refuse } else { TransferInEvent::Deliver };
    Ok(jobs::TOLD.enqueue(tx, &Told::of(&transfer, event)).await?)
}

/// What stands in the way: another transfer as well.
async fn hindered(tx: &mut Tx<'_>, account: &Account) -> Result<Option<Hindrance>, Error> {
    if store::transfer::any_out(tx, account.id).await? {
        return Ok(Some(Hindrance::Transfer));
    }
    in_the_way(tx, account).await
}

/// The centre that takes the account over hears what the other one did, and the person is told. News
/// that was overtaken changes nothing.
pub(crate) async fn told(cx: &Cx, Told { transfer, to_city, event }: Told) -> Result<(), Error> {
    let there = cx.db.read("provident_fund.transfer_there", async |tx| {
        let found = store::transfer::out_by_id(tx, transfer).await?;
        let history = history(cx, tx, transfer).await?;
        let said = history.into_iter().rev().find(|step| step.event == event.code());
        Ok::<_, Error>((found, said.and_then(|step| step.said)))
    });
    let (found, said) = there.await?;
    let found = found.ok_or(ApplicationError::TransferUnknown)?;
    let id = other_side(transfer, to_city);
    cx.db
        .tx("provident_fund.told_of_transfer", async |tx| {
            let here = held(tx, id).await?;
            if next_in(here.state, event).is_none() {
                return Ok(());
            }
            let here = with_moved(tx, here, (&found, event)).await?;
            let whose = (here.person, here.agency);
            let here = step(cx, tx, here, event, said.clone()).await?;
            match event {
                TransferInEvent::Accept | TransferInEvent::Refuse => {
                    tell_person(cx, tx, whose, News::Decided, &here.id.to_string()).await
                }
                TransferInEvent::Deliver
                | TransferInEvent::Leave
                | TransferInEvent::Arrive
                | TransferInEvent::Cancel
                | TransferInEvent::Stop => Ok(()),
            }
        })
        .await
}

/// With what has left the other account, if that is the news.
async fn with_moved(
    tx: &mut Tx<'_>,
    here: TransferIn,
    (there, event): (&TransferOut, TransferInEvent),
) -> Result<TransferIn, Error> {
    let Some((_, amount)) = there.left.as_ref().filter(|_| event == TransferInEvent::Leave) else {
        return Ok(here);
    };
    let on = today(tx, here.id.city()).await?;
    Ok(TransferIn { moved: Some((*amount, on)), ..here })
}

/// The centre that gives the account away hears that the person has given the transfer up. If it has
/// decided before, that stands, and the other side hears of it.
pub(crate) async fn stopped(cx: &Cx, id: TransferOutId) -> Result<(), Error> {
    cx.db
        .tx("provident_fund.stop_transfer", async |tx| {
            // The transfer itself may still be on its way.
            let (transfer, _) = outgoing::held(tx, id).await?;
            if next_out(transfer.state, TransferOutEvent::Cancel).is_none() {
                return Ok(());
            }
            let event = TransferOutEvent::Cancel;
            let transfer = outgoing::step(cx, tx, transfer, event, (None, None)).await?;
            Ok(jobs::TOLD.enqueue(tx, &Told::of(&transfer, TransferInEvent::Stop)).await?)
        })
        .await
}

/// The centre that gave the account away hears that the money has arrived.
pub(crate) async fn heard(cx: &Cx, transfer: TransferOutId) -> Result<(), Error> {
    cx.db
        .tx("provident_fund.transfer_arrived", async |tx| {
            let (there, _) = outgoing::held(tx, transfer).await?;
            let event = TransferOutEvent::Arrive;
            if next_out(there.state, event).is_some() {
                outgoing::step(cx, tx, there, event, (None, None)).await?;
            }
            Ok(())
        })
        .await
}
