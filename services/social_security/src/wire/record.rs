//! What a register has on somebody.

use chrono::{DateTime, Utc};
use citygate_catalogue::{Agency, AgencyId, Rule};
use citygate_inquiry::{Freshness, Trouble};
use citygate_kernel::{CityCode, Currency, Locale, Money, Month, Text};
use citygate_paper::svg::{Bar, BarChart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::record::Reading,
    model::{InsuranceKind, Spell, SpellState},
    rules::{
        gaps::{ArrearsRule, Gap, GapKind, gaps},
        history::{self, MonthOf},
    },
};

/// The agencies that can be asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialSecurityAgencies)]
pub(crate) struct AgenciesBody {
    /// By city.
    items: Vec<AgencyBody>,
}

/// An agency whose register can be asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialSecurityAgency)]
struct AgencyBody {
    id: AgencyId,
    city: CityCode,
    /// In the language of the answer.
    name: String,
}

impl AgenciesBody {
    pub(crate) fn new(agencies: Vec<Agency>, locale: Locale) -> Self {
        let body = |agency: Agency| AgencyBody {
            id: agency.id,
            city: agency.id.city(),
            name: agency.name.get(locale).to_owned(),
        };
        Self { items: agencies.into_iter().map(body).collect() }
    }
}

/// Where an answer comes from, and how old it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterAnswer)]
pub(crate) struct RegisterBody {
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    /// Up to when the register's books say so.
    as_of: DateTime<Utc>,
    /// When it said so.
    asked_at: DateTime<Utc>,
    /// Whether it says so now.
    freshness: Freshness,
    /// Why it could not be heard; present of what was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Trouble)]
    trouble: Option<Trouble>,
    /// The same as a sentence.
    notice: String,
}

impl RegisterBody {
    pub(crate) fn new(reading: &Reading, locale: Locale) -> Self {
        let Reading { agency, city, answer } = reading;
        let as_of = city.date(answer.as_of);
        let notice = match answer.freshness {
            Freshness::Live => Text::new(
                format!("The register's books as of {as_of}."),
                format!("登记数据截至{as_of}。"),
            ),
            Freshness::Kept => Text::new(
                format!(
                    "The register could not be heard. This is what it said last, as of {as_of}."
                ),
                format!("登记系统暂无法查询，以下为其最近一次的答复，数据截至{as_of}。"),
            ),
        };
        Self {
            agency_id: agency.id,
            agency_name: agency.name.get(locale).to_owned(),
            as_of: answer.as_of,
            asked_at: answer.asked_at,
            freshness: answer.freshness,
            trouble: answer.trouble,
            notice: notice.get(locale).to_owned(),
        }
    }
}

/// What was paid in, counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialSecurityRecord)]
pub(crate) struct RecordBody {
    register: RegisterBody,
    /// Those that something was paid for.
    insurances: Vec<CountedBody>,
    /// What stands on the personal pension account.
    pension_account: Money,
}

/// What was paid in for one insurance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InsuranceCounted)]
struct CountedBody {
    kind: InsuranceKind,
    /// In the language of the answer.
    name: String,
    /// All months that were paid, each once.
    months: u32,
    /// The same in full years and the months beside them.
    years: u32,
    months_beside: u32,
    first_month: Month,
    last_month: Month,
    /// What the last month's contribution was computed from.
    base: Money,
}

impl RecordBody {
    pub(crate) fn new(reading: &Reading, locale: Locale) -> Self {
        let record = &reading.answer.record;
        let counted = history::counted(record).into_iter().map(|counted| CountedBody {
            kind: counted.kind,
            name: counted.kind.name().get(locale).to_owned(),
            months: counted.months,
            years: counted.months / 12,
            months_beside: counted.months % 12,
            first_month: counted.first,
            last_month: counted.last,
            base: yuan(counted.base_minor),
        });
        Self {
            register: RegisterBody::new(reading, locale),
            insurances: counted.collect(),
            pension_account: yuan(record.account_minor),
        }
    }
}

/// Month by month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionMonths)]
pub(crate) struct MonthsBody {
    register: RegisterBody,
    /// Newest first; months that nothing was declared for are left out.
    items: Vec<MonthBody>,
    /// Present where there are older months: `before` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Month)]
    next_before: Option<Month>,
}

/// What was declared for a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionMonth)]
struct MonthBody {
    month: Month,
    contributions: Vec<ContributionBody>,
}

/// A contribution.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contribution)]
struct ContributionBody {
    kind: InsuranceKind,
    /// In the language of the answer.
    name: String,
    base: Money,
    /// What the person paid.
    own: Money,
    /// What the employer paid.
    employer_share: Money,
    /// Absent of those who pay for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    employer: Option<String>,
    /// Whether it was paid in.
    state: SpellState,
}

impl From<(&Spell, Locale)> for ContributionBody {
    fn from((spell, locale): (&Spell, Locale)) -> Self {
        Self {
            kind: spell.kind,
            name: spell.kind.name().get(locale).to_owned(),
            base: yuan(spell.base_minor),
            own: yuan(spell.own_minor),
            employer_share: yuan(spell.employer_minor),
            employer: spell.employer.clone(),
            state: spell.state,
        }
    }
}

impl MonthsBody {
    /// A page: `limit` months before another.
    pub(crate) fn new(
        reading: &Reading,
        kind: Option<InsuranceKind>,
        (before, limit): (Option<Month>, usize),
        locale: Locale,
    ) -> Self {
        let mut months = history::months(&reading.answer.record, kind, before, limit + 1);
        let more = months.len() > limit;
        months.truncate(limit);
        let next_before = months.last().map(|of| of.month).filter(|_| more);
        let body = |MonthOf { month, spells }: MonthOf<'_>| MonthBody {
            month,
            contributions: spells.into_iter().map(|spell| (spell, locale).into()).collect(),
        };
        Self {
            register: RegisterBody::new(reading, locale),
            items: months.into_iter().map(body).collect(),
            next_before,
        }
    }
}

/// How many months the picture shows.
const DRAWN: i32 = 24;

/// The pension contributions of two years as a picture, one bar for each month, empty ones too.
pub(crate) fn chart(reading: &Reading, locale: Locale) -> BarChart {
    let record = &reading.answer.record;
    let end = reading.books_end();
    let from = end.plus(1 - DRAWN);
    let paid =
        |spell: &&Spell| spell.kind == InsuranceKind::Pension && spell.state == SpellState::Paid;
    let bars: Vec<Bar> = from
        .through(end)
        .map(|month| {
            let spells = || {
                let of = |spell: &&Spell| (spell.from..=spell.to).contains(&month);
                record.spells.iter().filter(paid).filter(of)
            };
            let own = spells().map(|spell| spell.own_minor).sum();
            let employer = spells().map(|spell| spell.employer_minor).sum();
            Bar { label: month.to_string(), segments: vec![own, employer] }
        })
        .collect();
    let empty = bars.iter().filter(|bar| bar.segments.iter().all(|part| *part == 0)).count();
    let title = Text::new("Pension contributions, month by month", "基本养老保险逐月缴费");
    let description = Text::new(
        format!("{from} to {end}: {empty} of {DRAWN} months without a contribution."),
        format!("{from}至{end}：{DRAWN}个月中有{empty}个月无缴费。"),
    );
    let legend = [Text::new("own share", "个人缴费"), Text::new("employer's share", "单位缴费")];
    BarChart {
        language: locale,
        title: title.get(locale).to_owned(),
        description: description.get(locale).to_owned(),
        unit: Text::new("yuan", "元").get(locale).to_owned(),
        legend: legend.iter().map(|text| text.get(locale).to_owned()).collect(),
        bars,
    }
}

/// Months that nobody paid for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionGaps)]
pub(crate) struct GapsBody {
    register: RegisterBody,
    /// The last month that was looked at: the last that the register's books have whole.
    through: Month,
    /// Of the pension insurance, oldest first.
    items: Vec<GapBody>,
    /// What the law says about months that an employer owes.
    arrears: String,
}

/// Months in a row that nobody paid for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributionGap)]
struct GapBody {
    kind: GapKind,
    from: Month,
    to: Month,
    months: i32,
    /// Who paid last before it, or who owes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    employer_before: Option<String>,
    /// Who paid first after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    employer_after: Option<String>,
}

impl GapsBody {
    pub(crate) fn new(reading: &Reading, rule: &Rule<ArrearsRule>, locale: Locale) -> Self {
        let through = reading.books_end();
        let body = |gap: Gap<'_>| GapBody {
            kind: gap.kind,
            from: gap.from,
            to: gap.to,
            months: gap.months(),
            employer_before: gap.before.map(str::to_owned),
            employer_after: gap.after.map(str::to_owned),
        };
        let found = gaps(&reading.answer.record, InsuranceKind::Pension, through);
        Self {
            register: RegisterBody::new(reading, locale),
            through,
            items: found.into_iter().map(body).collect(),
            arrears: arrears(rule, locale),
        }
    }
}

fn arrears(rule: &Rule<ArrearsRule>, locale: Locale) -> String {
    let per_day = percent(rule.params.per_day_bp);
    let citation = rule.citation.get(locale);
    match locale {
        Locale::En => format!(
            "An employer who owes contributions has to pay them, with {per_day} for each day of \
             delay; the body that collects them can be asked to see to it ({citation})."
        ),
        Locale::ZhCn => format!(
            "用人单位欠缴社会保险费的，应当补足，并自欠缴之日起按日加收{per_day}的滞纳金；您可以向社会保险费征收机构投诉举报（{citation}）。"
        ),
    }
}

/// 5 → `0.05%`.
pub(super) fn percent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => format!("{whole}%"),
        (tenths, 0) => format!("{whole}.{tenths}%"),
        (tenths, hundredths) => format!("{whole}.{tenths}{hundredths}%"),
    }
}

/// An amount in fen.
pub(super) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::Cny)
}
