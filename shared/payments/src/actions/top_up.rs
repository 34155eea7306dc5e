//! Money from a card into a wallet.

use citygate_identity::{PersonId, RealName, require_session};
use citygate_kernel::{Clock, Masked, Money};
use citygate_ledger::{Transfer, TransferId, post};
use citygate_platform::{
    Cx,
    idempotency::{Answer, Claim, once},
};

use super::wallet::{processor_receivable, wallet_account};
use crate::{
    error::Error,
    jobs::{RESOLVE_TOP_UP, ResolveTopUp},
    model::{TopUp, TopUpId, TopUpState},
    processor::Outcome,
    rules, store,
    wire::TopUpBody,
};

/// Notes a top-up and asks for it to be carried out, once for each claim.
pub(crate) async fn create_top_up(
    cx: &Cx,
    owner: &RealName,
    claim: &Claim,
    amount: Money,
    card_token: &str,
) -> Result<Answer, Error> {
    rules::check_top_up(amount)?;
    cx.db
        .tx("payments.create_top_up", async |tx| {
            require_session(tx, owner).await?;
            once(cx, tx, claim, 202, async |tx| {
                let top_up = TopUp {
                    id: TopUpId::new(owner.city, &Clock::manual(tx.now())),
                    person: owner.person,
                    amount,
                    card_token: Masked::new(card_token.to_owned()),
                    state: TopUpState::Processing,
                    created_at: tx.now(),
                };
                store::insert_top_up(tx, &top_up).await?;
                RESOLVE_TOP_UP.enqueue(tx, &ResolveTopUp { top_up: top_up.id }).await?;
                Ok::<_, Error>(TopUpBody::from(top_up))
            })
            .await
        })
        .await
}

/// A top-up of the person.
pub(crate) async fn top_up_of(cx: &Cx, owner: PersonId, id: TopUpId) -> Result<TopUp, Error> {
    cx.db
        .tx("payments.get_top_up", async |tx| {
            let top_up = store::top_up(tx, id).await?.filter(|top_up| top_up.person == owner);
            top_up.ok_or(Error::TopUpUnknown)
        })
        .await
}

/// Writes down what became of a top-up. The first answer stands.
pub(crate) async fn resolve_top_up(cx: &Cx, id: TopUpId, outcome: &Outcome) -> Result<(), Error> {
    cx.db
        .tx("payments.resolve_top_up", async |tx| {
            let top_up = store::lock_top_up(tx, id).await?.ok_or(Error::TopUpUnknown)?;
            if top_up.state != TopUpState::Processing {
                return Ok(());
            }
            let reason = match outcome {
                Outcome::Declined { reason } => reason.clone(),
                Outcome::Succeeded => {
                    let currency = top_up.amount.currency();
                    let wallet = wallet_account(id.city(), top_up.person, currency);
                    let receivable = processor_receivable(id.city(), currency);
                    let transfer = TransferId::new(id.city(), &Clock::manual(tx.now()));
                    let transfer =
                        Transfer::single(transfer, "top_up", receivable, wallet, top_up.amount);
                    post(tx, &[transfer]).await?;
                    return store::resolve_top_up(tx, id, &TopUpState::Succeeded).await;
                }
            };
            store::resolve_top_up(tx, id, &TopUpState::Declined { reason }).await
        })
        .await
}
