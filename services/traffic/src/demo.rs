//! The fines of the demo city.

use std::error::Error as StdError;

use chrono::TimeDelta;
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::DEMO_CITIZENS;
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

/// Number, plate, code, English, Chinese, place, points, fine in fen, days since service, and
/// which citizen.
type Sample = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u8,
    i64,
    i64,
    usize,
);

const SAMPLES: [Sample; 4] = [
    (
        "3301060000000011",
        "浙A8K365",
        "1039",
        "Illegal parking",
        "机动车违反规定停放、临时停车",
        "文三路",
        0,
        15_000,
        2,
        0,
    ),
    (
        "3301060000000029",
        "浙A8K365",
        "1625",
        "Driving through a red light",
        "驾驶机动车违反道路交通信号灯通行",
        "学院路口",
        6,
        20_000,
        24,
        0,
    ),
    (
        "3301080000000037",
        "浙A8K365",
        "1345",
        "Driving on a prohibited line",
        "机动车违反禁止标线指示",
        "滨文路",
        1,
        10_000,
        75,
        0,
    ),
    (
        "3301020000000045",
        "浙AD12345",
        "1039",
        "Illegal parking",
        "机动车违反规定停放、临时停车",
        "解放路",
        0,
        15_000,
        9,
        1,
    ),
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
            match actions::record_decision(&cx, POLICE, &decision).await {
                Ok(_) | Err(Error::DecisionDiffers) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
    .boxed_local()
}

fn decision(cx: &Cx, sample: Sample) -> Result<NewDecision, Box<dyn StdError>> {
    let (number, plate, code, en, zh, place, points, fine, age, citizen) = sample;
    let (_, name, id_number) = DEMO_CITIZENS.get(citizen).ok_or("no such demo citizen")?;
    let served = cx.clock.now() - TimeDelta::days(age);
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
        fine: Money::new(fine, Currency::Cny),
        served_on: (served + TimeDelta::hours(8)).date_naive(),
    })
}
