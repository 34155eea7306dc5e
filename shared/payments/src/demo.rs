//! The wallets of the demo city.

use std::error::Error as StdError;

use citygate_identity::{Access, Accessor, DEMO_CITIZENS, Named, Reason, person};
use citygate_kernel::{CityCode, Clock, Currency, Money};
use citygate_ledger::{Transfer, TransferId, balance, post};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{
    actions::{processor_receivable, wallet_account},
    error::Error,
};

/// What each citizen begins with: CNY 500.00.
const OPENING: Money = Money::new(50_000, Currency::Cny);

/// Why the city looks for the people of the demo.
const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };

/// Opens and fills the wallets; those that exist stay as they are.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        for (_, _, id_number) in DEMO_CITIZENS {
            let id_number = id_number.parse()?;
            cx.db
                .tx("payments.seed_demo", async |tx| {
                    let city = CityCode::HANGZHOU;
                    let access = Access::new(&cx, Accessor::city(city), REASON);
                    let named = Named { id_number: &id_number, name: None, case: None };
                    let owner = person(&cx.keys, tx, &access, named).await?;
                    let wallet = wallet_account(city, owner, OPENING.currency());
                    if balance(tx, &wallet).await?.credits_posted > 0 {
                        return Ok(());
                    }
                    let id = TransferId::new(city, &Clock::manual(tx.now()));
                    let receivable = processor_receivable(city, OPENING.currency());
                    let opening = Transfer::single(id, "demo_opening", receivable, wallet, OPENING);
                    Ok::<_, Error>(post(tx, &[opening]).await?)
                })
                .await?;
        }
        Ok(())
    }
    .boxed_local()
}
