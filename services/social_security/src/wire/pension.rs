//! Forecasts, with everything that was assumed.

use citygate_kernel::{Locale, Money, Month, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{RegisterBody, percent, yuan};
use crate::actions::record::Forecasting;

/// What pension somebody can expect: a forecast, no promise and no decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PensionForecast)]
pub(crate) struct ForecastBody {
    register: RegisterBody,
    /// That it is a forecast, and of what kind.
    notice: String,
    /// The month in which the age of retirement is reached.
    retires: Month,
    /// That age, in full years and the months beside them.
    age_years: u32,
    age_months_beside: u32,
    months_paid: u32,
    /// Those that would be paid until then.
    months_to_come: u32,
    /// How many it takes in the year of retirement.
    months_needed: u32,
    /// How many are missing by then.
    months_missing: u32,
    /// What the personal account would hold.
    pension_account: Money,
    /// A month's pension; absent where months are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PensionBody)]
    monthly_pension: Option<PensionBody>,
    /// What was assumed, and how it was computed.
    assumptions: Vec<String>,
    /// The law that it was computed by.
    citations: Vec<String>,
}

/// A month's pension, before tax and adjustments to come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthlyPension)]
struct PensionBody {
    /// From what all have paid.
    pooled: Money,
    /// From the personal account.
    account: Money,
    total: Money,
}

impl ForecastBody {
    pub(crate) fn new(forecasting: &Forecasting, locale: Locale) -> Self {
        let Forecasting { reading, forecast, minimum, age, formula, reference, .. } = forecasting;
        let notice = Text::new(
            "A forecast by the rules of today. The agency decides when you retire, and may come to \
             another amount.",
            "本结果为按现行规定的测算，不作为待遇核定依据，实际待遇以退休时经办机构核定为准。",
        );
        let pension = forecast.pension.map(|pension| PensionBody {
            pooled: yuan(pension.pooled_minor),
            account: yuan(pension.account_minor),
            total: yuan(pension.pooled_minor.saturating_add(pension.account_minor)),
        });
        let citations = [&age.citation, &minimum.citation, &formula.citation, &reference.citation];
        Self {
            register: RegisterBody::new(reading, locale),
            notice: notice.get(locale).to_owned(),
            retires: forecast.retires,
            age_years: forecast.age_months / 12,
            age_months_beside: forecast.age_months % 12,
            months_paid: forecast.months_paid,
            months_to_come: forecast.months_to_come,
            months_needed: forecast.months_needed,
            months_missing: forecast.months_missing(),
            pension_account: yuan(forecast.account_minor),
            monthly_pension: pension,
            assumptions: assumptions(forecasting)
                .into_iter()
                .map(|text| text.get(locale).to_owned())
                .collect(),
            citations: citations.map(|citation| citation.get(locale).to_owned()).to_vec(),
        }
    }
}

fn assumptions(forecasting: &Forecasting) -> Vec<Text> {
    let Forecasting { forecast, pays_on, formula, reference, .. } = forecasting;
    let wage = yuan(reference.params.wage_minor);
    let year = reference.params.of_year;
    let index = percent(forecast.index_bp);
    let (per_year, rate) =
        (percent(formula.params.per_year_bp), percent(formula.params.account_rate_bp));
    let divisor = forecast.divisor;
    let goes_on = if *pays_on {
        Text::new(
            "You pay every month until the age of retirement, from the base of your last month.",
            "您按最近一个月的缴费基数逐月缴费至法定退休年龄。",
        )
    } else {
        Text::new("You pay nothing more.", "您今后不再缴费。")
    };
    vec![
        goes_on,
        Text::new(
            format!("Wages stay as they are: {wage} a month, the figure of {year}."),
            format!("工资水平不变：每月{wage}，为{year}年度数值。"),
        ),
        Text::new(
            format!(
                "From the pool: (wage + wage × {index}) ÷ 2 × full years × {per_year}; {index} is \
                 the average of your bases by the wage."
            ),
            format!(
                "基础养老金=（工资+工资×{index}）÷2×满年数×{per_year}，其中{index}为您的平均缴费指数。"
            ),
        ),
        Text::new(
            format!(
                "From your account: what it holds, and {rate} of the base for each month to come, \
                 without interest, ÷ {divisor}, by full years of age."
            ),
            format!(
                "个人账户养老金=（现有储存额+今后每月缴费基数的{rate}，不计利息）÷{divisor}，计发月数按满周岁确定。"
            ),
        ),
        Text::new(
            "Years before there were personal accounts are not counted separately, and amounts are \
             rounded down to the fen.",
            "未单独计算过渡性养老金；各项金额舍去不足一分的部分。",
        ),
    ]
}
