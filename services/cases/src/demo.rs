//! Where people of the demo city ask, report and suggest: Hangzhou's 12345.

use std::error::Error as StdError;

use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Text};
use citygate_listings::publish_at_once;
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::uuid;

use crate::error::Error;

/// The hotline of Hangzhou in the demo city.
pub const HOTLINE: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000f5"));

const LINE: &str = include_str!("../demo/hotline_12345.toml");

/// Lists the agency and its line; what is there stays as it is.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let seeded = cx.db.tx("cases.seed", async |tx| {
            let name = Text::new("12345 Hotline of Hangzhou", "杭州市12345政务服务便民热线");
            add_agency(tx, &Agency { id: HOTLINE, name }).await?;
            publish_at_once(&cx, tx, HOTLINE, LINE).await?;
            Ok::<_, Error>(())
        });
        Ok(seeded.await?)
    }
    .boxed_local()
}
