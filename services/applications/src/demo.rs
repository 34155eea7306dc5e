//! What can be applied for in the demo city: endorsements at Hangzhou's exit-entry administration.

use std::error::Error as StdError;

use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Text};
use citygate_listings::publish_at_once;
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::uuid;

use crate::error::Error;

/// The exit-entry administration of Hangzhou in the demo city.
pub const EXIT_ENTRY: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000f4"));

const ENDORSEMENT: &str = include_str!("../demo/hk_macao_endorsement.toml");

/// Lists the agency and what it offers; what is there stays as it is.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let seeded = cx.db.tx("applications.seed", async |tx| {
            let name = Text::new(
                "Exit-Entry Administration of Hangzhou Public Security Bureau",
                "杭州市公安局出入境管理局",
            );
            add_agency(tx, &Agency { id: EXIT_ENTRY, name }).await?;
            publish_at_once(&cx, tx, EXIT_ENTRY, ENDORSEMENT).await?;
            Ok::<_, Error>(())
        });
        Ok(seeded.await?)
    }
    .boxed_local()
}
