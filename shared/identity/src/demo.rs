//! The citizens of the demo city.

use std::error::Error as StdError;

use citygate_kernel::CityCode;
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::actions;

/// Addresses, names and identity numbers (made up, with valid check characters) of the demo
/// citizens.
pub const DEMO_CITIZENS: [(&str, &str, &str); 2] = [
    ("wang.fang@citygate.example", "王芳", "330106199305120021"),
    ("li.wei@citygate.example", "李伟", "330106199003070014"),
];

/// Opens their accounts; those that exist stay as they are.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        for (email, name, id_number) in DEMO_CITIZENS {
            let (email, id_number) = (email.parse()?, id_number.parse()?);
            let account = cx
                .db
                .tx("identity.seed_demo", async |tx| {
                    actions::account_for(&cx, tx, &email, CityCode::HANGZHOU).await
                })
                .await?;
            actions::set_real_name(&cx, account.id, name, &id_number).await?;
        }
        Ok(())
    }
    .boxed_local()
}
