//! Listed services of the demo city: Hangzhou's police and its water company.

use std::error::Error as StdError;

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, Office, OfficeId, OfficeWord, add_agency, put_office};
use citygate_kernel::{CityCode, Text};
use citygate_listings::{ListingId, publish_at_once};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::{Value, json};
use uuid::uuid;

use crate::{actions::sessions, error::Error, model::OpenHours};

/// The police of Hangzhou in the demo city, who keep residence permits and make identity cards.
pub const PUBLIC_SECURITY: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000f1"));

/// The water company of Hangzhou in the demo city.
pub const WATER_COMPANY: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000f2"));

/// The hall where cards are made.
const HALL: OfficeId =
    OfficeId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000f3"));

const PERMIT: &str = include_str!("../demo/residence_permit.toml");
const WATER: &str = include_str!("../demo/water_bill.toml");
const ID_CARD: &str = include_str!("../demo/id_card_appointment.toml");

/// So many days from tomorrow are open.
const AHEAD: u64 = 7;

/// What a register of the demo city has on the first of the demo citizens: whose register, about
/// what, the record. All of it is made up.
pub fn records(now: DateTime<Utc>) -> [(AgencyId, &'static str, Value); 2] {
    let day = |days: i64| (now + TimeDelta::days(days)).date_naive();
    let permit = json!({
        "permit_no": "330106202400001", "district": "西湖区", "issued_on": day(-400),
        "endorsed_until": day(330), "valid": true, "points": 96,
    });
    let bills = json!({"bills": [
        {"no": "W-2026-10", "subject": {"en": "Water, 2nd floor", "zh": "水费（二层）"},
         "amount_minor": 6_840, "due_on": day(17)},
        {"no": "W-2026-11", "amount_minor": 7_125, "due_on": day(47)},
    ]});
    [(PUBLIC_SECURITY, "residence", permit), (WATER_COMPANY, "water", bills)]
}

/// Lists the agencies, what they offer, and an office, and opens the days that are not open yet; what
/// is there stays as it is.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let listing = cx.db.tx("listed.seed", async |tx| {
            let police = Text::new("Hangzhou Public Security Bureau", "杭州市公安局");
            add_agency(tx, &Agency { id: PUBLIC_SECURITY, name: police }).await?;
            let water = Text::new("Hangzhou Water Group", "杭州市水务集团有限公司");
            add_agency(tx, &Agency { id: WATER_COMPANY, name: water }).await?;
            put_office(tx, &hall()).await?;
            publish_at_once(&cx, tx, PUBLIC_SECURITY, PERMIT).await?;
            publish_at_once(&cx, tx, WATER_COMPANY, WATER).await?;
            Ok::<_, Error>(publish_at_once(&cx, tx, PUBLIC_SECURITY, ID_CARD).await?)
        });
        open_days(&cx, listing.await?).await
    }
    .boxed_local()
}

fn hall() -> Office {
    Office {
        id: HALL,
        agency: PUBLIC_SECURITY,
        kind: OfficeWord::known("police_hall"),
        name: Text::new("Police service hall of Xihu", "西湖区公安办事大厅"),
        address: Text::new("18 Jiaogong Road, Hangzhou", "杭州市教工路18号"),
        capabilities: vec![OfficeWord::known("id_card")],
        open: true,
    }
}

/// Mornings of working days.
async fn open_days(cx: &Cx, listing: ListingId) -> Result<(), Box<dyn StdError>> {
    let read = cx.db.read("listed.seed_city", async |tx| {
        Ok::<_, Error>(citygate_catalogue::city(tx, CityCode::HANGZHOU).await?)
    });
    let today = read.await?.date(cx.clock.now());
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).ok_or("no such time");
    let soon = (1..=AHEAD).filter_map(|n| today.checked_add_days(Days::new(n)));
    for on in soon.filter(|day| day.weekday().num_days_from_monday() < 5) {
        let (from, to) = (at(9)?, at(11)?);
        let hours = OpenHours { listing, office: HALL, on, from, to, slot_minutes: 30, places: 4 };
        match sessions::open(cx, PUBLIC_SECURITY, &hours).await {
            // Opened under an earlier name of the service.
            Ok(_) | Err(Error::Booking(citygate_booking::Error::SessionDiffers)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::BillsRecord, rules::record::shown};

    #[test]
    fn the_records_of_the_demo_city_are_of_the_form_that_its_listings_name() {
        let now = "2026-11-23T01:00:00Z".parse().unwrap();
        let [(_, residence, permit), (_, water, bills)] = records(now);
        let permit: serde_json::Map<String, Value> = serde_json::from_value(permit).unwrap();
        let spec =
            citygate_listings::InquirySpec { subject: residence.to_owned(), fields: Vec::new() };
        assert!(shown(&spec, &permit).is_some() && PERMIT.contains("subject = \"residence\""));
        assert!(serde_json::from_value::<BillsRecord>(bills).is_ok());
        assert!(WATER.contains(&format!("subject = \"{water}\"")));
    }
}
