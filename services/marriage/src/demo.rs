//! The registries of the demo city.

use std::error::Error as StdError;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use citygate_catalogue::{Agency, AgencyId, Office, OfficeId, OfficeWord, add_agency, put_office};
use citygate_kernel::{CityCode, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::uuid;

use crate::{actions::capacity::open_day, error::Error, model::Window, rules::capacity::REGISTRY};

/// The marriage registry of Huangpu in Shanghai, in the demo city.
pub const MARRIAGE_REGISTRY: AgencyId =
    AgencyId::from_parts(CityCode::SHANGHAI, uuid!("01999999-0000-7000-8000-0000000000e1"));

/// Its office for residents, in Fuxing Park.
pub const MARRIAGE_OFFICE: OfficeId =
    OfficeId::from_parts(CityCode::SHANGHAI, uuid!("01999999-0000-7000-8000-0000000000e2"));

/// Its office that is designated for papers from elsewhere.
const DESIGNATED: OfficeId =
    OfficeId::from_parts(CityCode::SHANGHAI, uuid!("01999999-0000-7000-8000-0000000000e3"));

/// So many days from tomorrow are open.
const AHEAD: u64 = 7;

/// Lists the registry and its offices, and opens the days that are not open yet, the next 20 May among
/// them; those that are open stay as they are.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let city = cx
            .db
            .tx("marriage.seed", async |tx| {
                let name =
                    Text::new("Shanghai Huangpu Marriage Registry", "上海市黄浦区婚姻登记中心");
                add_agency(tx, &Agency { id: MARRIAGE_REGISTRY, name }).await?;
                for office in offices() {
                    put_office(tx, &office).await?;
                }
                Ok::<_, Error>(citygate_catalogue::city(tx, CityCode::SHANGHAI).await?)
            })
            .await?;
        let today = city.date(cx.clock.now());
        let soon = (1..=AHEAD).filter_map(|n| today.checked_add_days(Days::new(n)));
        let working = soon.filter(|day| day.weekday().num_days_from_monday() < 5);
        for day in working.chain(next_20_may(today)) {
            open_day(&cx, MARRIAGE_REGISTRY, (MARRIAGE_OFFICE, day), &windows()?).await?;
        }
        Ok(())
    }
    .boxed_local()
}

/// The next day of all days: 520 sounds like "I love you".
fn next_20_may(today: NaiveDate) -> Option<NaiveDate> {
    let of = |year| NaiveDate::from_ymd_opt(year, 5, 20);
    // The days before it are open already.
    let far = |day: &NaiveDate| *day > today + Days::new(AHEAD);
    of(today.year()).filter(far).or_else(|| of(today.year() + 1))
}

fn offices() -> [Office; 2] {
    let office = |id, name, address, capabilities| Office {
        id,
        agency: MARRIAGE_REGISTRY,
        kind: OfficeWord::known(REGISTRY),
        name,
        address,
        capabilities,
        open: true,
    };
    [
        office(
            MARRIAGE_OFFICE,
            Text::new("Huangpu Marriage Registry, Fuxing Park", "黄浦区婚姻登记中心（复兴公园）"),
            Text::new("105 Yandang Road, Shanghai", "上海市雁荡路105号"),
            Vec::new(),
        ),
        office(
            DESIGNATED,
            Text::new("Registry for marriages with foreign parties", "涉外婚姻登记处"),
            Text::new("80 Caobao Road, Shanghai", "上海市漕宝路80号"),
            vec![OfficeWord::known("foreign"), OfficeWord::known("hk_mo_tw")],
        ),
    ]
}

/// Mornings and afternoons, for so many couples each.
fn windows() -> Result<[Window; 2], Box<dyn StdError>> {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).ok_or("no such time");
    Ok([
        Window { from: at(9, 0)?, to: at(11, 30)?, places: 10, walk_in: 5 },
        Window { from: at(13, 30)?, to: at(16, 30)?, places: 10, walk_in: 5 },
    ])
}
