//! The citizens of the demo city.

use std::error::Error as StdError;

use citygate_kernel::CityCode;
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{
    actions,
    documents::{Document, ResidentIdNumber},
};

/// Addresses, names and identity numbers (made up, with valid check characters) of the demo
/// citizens.
pub const DEMO_CITIZENS: [(&str, &str, &str); 2] = [
    ("wang.fang@citygate.example", "王芳", "330106199305120021"),
    ("li.wei@citygate.example", "李伟", "330106199003070014"),
];

/// Opens their accounts; those that exist stay as they are. Anybody's program on a device may try to
/// be the city's app.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        cx.db
            .tx("identity.seed_demo_app", async |tx| actions::open_app_to_loopback(tx).await)
            .await?;
        for (email, name, id_number) in DEMO_CITIZENS {
            let (email, id_number): (_, ResidentIdNumber) = (email.parse()?, id_number.parse()?);
            let account = cx
                .db
                .tx("identity.seed_demo", async |tx| {
                    actions::account_for(&cx, tx, &email, CityCode::HANGZHOU).await
                })
                .await?;
            let document = Document::from(&id_number);
            actions::seed_real_name(&cx, account.id, name, &document).await?;
        }
        Ok(())
    }
    .boxed_local()
}
