//! The fines of the demo city.

use std::error::Error as StdError;

use chrono::TimeDelta;
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{Accessor, DEMO_CITIZENS};
use citygate_kernel::{CityCode, Currency, Masked, Money, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use uuid::uuid;

use crate::{
    actions,
    error::Error,
    model::{NewDecision, Violation},
};

/// The traffic police of Hangzhou in the demo city.
pub const POLICE: AgencyId =
    AgencyId::from_parts(CityCode::HANGZHOU, uuid!("01999999-0000-7000-8000-0000000000a1"));

/// A fine of the demo city.
struct Sample {
    number: &'static str,
    plate: &'static str,
    code: &'static str,
    en: &'static str,
    zh: &'static str,
    place: &'static str,
    points: u8,
    fine_minor: i64,
    /// Days since it was served.
    age_days: i64,
    /// Which of the demo citizens it is against.
    citizen: usize,
}

const SAMPLES: [Sample; 4] = [
    Sample {
        number: "3301060000000011",
        plate: "浙A8K365",
        code: "1039",
        en: "Illegal parking",
        zh: "机动车违反规定停放、临时停车",
        place: "文三路",
        points: 0,
        fine_minor: 15_000,
        age_days: 2,
        citizen: 0,
    },
    Sample {
        number: "3301060000000029",
        plate: "浙A8K365",
        code: "1625",
        en: "Driving through a red light",
        zh: "驾驶机动车违反道路交通信号灯通行",
        place: "学院路口",
        points: 6,
        fine_minor: 20_000,
        age_days: 24,
        citizen: 0,
    },
    Sample {
        number: "3301080000000037",
        plate: "浙A8K365",
        code: "1345",
        en: "Driving on a prohibited line",
        zh: "机动车违反禁止标线指示",
        place: "滨文路",
        points: 1,
        fine_minor: 10_000,
        age_days: 75,
        citizen: 0,
    },
    Sample {
        number: "3301020000000045",
        plate: "浙AD12345",
        code: "1039",
        en: "Illegal parking",
        zh: "机动车违反规定停放、临时停车",
        place: "解放路",
        points: 0,
        fine_minor: 15_000,
        age_days: 9,
        citizen: 1,
    },
];

/// Lists the police and records fines of different ages; those that exist stay as they are.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let police = Agency {
            id: POLICE,
            name: Text::new("Hangzhou Traffic Police", "杭州市公安局交通警察局"),
        };
        cx.db
            .tx("traffic.seed_agency", async |tx| Ok::<_, Error>(add_agency(tx, &police).await?))
            .await?;
        for sample in SAMPLES {
            let decision = decision(&cx, sample)?;
            // The content depends on the day, so a later start must not compare it.
            let by = Accessor::city(POLICE.city());
            match actions::record_decision(&cx, by, POLICE, &decision).await {
                Ok(_) | Err(Error::DecisionDiffers) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
    .boxed_local()
}

fn decision(cx: &Cx, sample: Sample) -> Result<NewDecision, Box<dyn StdError>> {
    let Sample { number, plate, code, en, zh, place, points, fine_minor, age_days, citizen } =
        sample;
    let (_, name, id_number) = DEMO_CITIZENS.get(citizen).ok_or("no such demo citizen")?;
    let served = cx.clock.now() - TimeDelta::days(age_days);
    Ok(NewDecision {
        number: number.parse()?,
        plate: plate.parse()?,
        violation: Violation {
            code: code.to_owned(),
            name: Text::new(en, zh),
            place: place.to_owned(),
            at: served - TimeDelta::days(3),
            points,
        },
        id_number: id_number.parse()?,
        name: Masked::new((*name).to_owned()),
        fine: Money::new(fine_minor, Currency::Cny),
        served_on: (served + TimeDelta::hours(8)).date_naive(),
    })
}
