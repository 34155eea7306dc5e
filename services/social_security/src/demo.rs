//! Social security in the demo city: Zhengzhou's agency, and whom its register knows.

use std::error::Error as StdError;

use chrono::{DateTime, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Month, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::{Value, json};
use uuid::uuid;

use crate::error::Error;

/// The social security agency of Zhengzhou in the demo city.
pub const AGENCY: AgencyId =
    AgencyId::from_parts(CityCode::ZHENGZHOU, uuid!("01999999-0000-7000-8000-0000000000c1"));

/// Lists the agency; if it is listed, it stays as it is.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let name = Text::new("Zhengzhou Social Insurance Bureau", "郑州市社会保险局");
        let agency = Agency { id: AGENCY, name };
        let listed = cx.db.tx("social_security.seed_agency", async |tx| {
            Ok::<_, Error>(add_agency(tx, &agency).await?)
        });
        Ok(listed.await?)
    }
    .boxed_local()
}

/// What the register of a demo city has on a man who was employed by two companies, of which the
/// second owes two months, and has had no employer since January; he has paid for himself up to the
/// month before last. All of it is made up.
pub fn record(now: DateTime<Utc>) -> Value {
    let end = Month::of(now.date_naive()).plus(-2);
    let (left, changed) = (end.plus(-12), end.plus(-60));
    let spell = |kind: &str, (from, to): (Month, Month), employer: Option<&str>, state: &str| {
        let own = if employer.is_some() { 32_000 } else { 80_000 };
        let employer_minor = if employer.is_some() { 64_000 } else { 0 };
        json!({
            "kind": kind, "from": from, "to": to, "base_minor": 400_000, "own_minor": own,
            "employer_minor": employer_minor, "employer": employer, "state": state,
        })
    };
    let (first, second) = (Some("郑州某某物流有限公司"), Some("郑州某某电子商务有限公司"));
    json!({
        "birth_month": "1990-03",
        "retirement": "men",
        "account_minor": 4_198_400,
        "average_index_bp": 6_100,
        "spells": [
            spell("pension", (end.plus(-140), changed), first, "paid"),
            spell("medical", (end.plus(-140), changed), first, "paid"),
            spell("pension", (changed.plus(4), left.plus(-2)), second, "paid"),
            spell("medical", (changed.plus(4), left), second, "paid"),
            spell("pension", (left.plus(-1), left), second, "owed"),
            spell("pension", (left.plus(1), end), None, "paid"),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Record;

    #[test]
    fn the_record_of_the_demo_city_is_of_the_form_that_is_agreed() {
        let record = record("2026-11-23T01:00:00Z".parse().unwrap());
        assert!(serde_json::from_value::<Record>(record).is_ok());
    }
}
