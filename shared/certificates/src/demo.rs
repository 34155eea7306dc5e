//! A certificate of the demo city.

use std::error::Error as StdError;

use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{
    Access, Accessor, DEMO_CITIZENS, Named, PersonId, Reason, own_masked_name, person,
};
use citygate_kernel::{CityCode, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::uuid;

use crate::{
    actions::issue,
    error::Error,
    model::{NewCertificate, Statement},
    store,
};

/// The service centre of the demo city.
const SERVICE_CENTRE: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000ce"));

/// Why the city looks for the people of the demo.
const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };

/// Certifies that the first citizen's real name was verified; one who has a certificate gets no
/// other.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let [(_, _, id_number), ..] = DEMO_CITIZENS;
        let id_number = id_number.parse()?;
        cx.db
            .tx("certificates.seed_demo", async |tx| {
                let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), REASON);
                let named = Named { id_number: &id_number, name: None, case: None };
                let holder = person(&cx.keys, tx, &access, named).await?;
                if !store::certificates::list(tx, holder, None, 1).await?.is_empty() {
                    return Ok(());
                }
                let name = Text::new("Government Service Centre", "市政务服务中心");
                add_agency(tx, &Agency { id: SERVICE_CENTRE, name }).await?;
                let name = own_masked_name(&cx.keys, tx, holder).await?.unwrap_or_default();
                issue(&cx, tx, &certificate(holder, name)).await?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(())
    }
    .boxed_local()
}

fn certificate(holder: PersonId, name: String) -> NewCertificate<'static> {
    let statement = |en: &str, zh: &str, value: String, public| Statement {
        name: Text::new(en, zh),
        value,
        public,
    };
    NewCertificate {
        agency: SERVICE_CENTRE,
        kind: "identity.real_name",
        holders: vec![holder],
        case: "demo",
        title: Text::new("Certificate of a verified name", "实名认证证明"),
        statements: vec![
            statement("Name", "姓名", name, false),
            statement("Verified by", "核验方式", "公安机关人口信息核验".to_owned(), true),
        ],
        valid_until: None,
    }
}
