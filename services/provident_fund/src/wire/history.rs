//! What was paid in and out, and on which terms, as people read it.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_kernel::{Locale, Money, Month};
use citygate_paper::svg::{Bar, BarChart};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    balance::FundAccountBody,
    loan::{CapacityBody, LoanBody, LoanRateBody, yuan},
};
use crate::{
    actions::people::Overview,
    model::{EmployerId, Posting, PostingKind, PostingState, Terms},
    rules::gaps::{Arrears, Contributions, Gap},
};

/// Pages of a history.
const PAGES: u32 = 1_000;

/// Which page of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// From 1, the newest postings first.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 1)]
    page: Option<PageNo>,
}

impl HistoryQuery {
    /// Which one.
    pub(crate) fn page(&self) -> u32 {
        self.page.map_or(1, |page| page.0)
    }
}

#[derive(Debug, Clone, Copy)]
struct PageNo(u32);

impl<'de> Deserialize<'de> for PageNo {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let page = u32::deserialize(deserializer)?;
        if (1..=PAGES).contains(&page) {
            Ok(Self(page))
        } else {
            Err(serde::de::Error::custom(format!("page is between 1 and {PAGES}")))
        }
    }
}

/// A movement of an account, or what will be one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundPostingBody)]
pub struct PostingBody {
    /// The centre's number.
    pub posting_no: String,
    /// What it is.
    pub kind: PostingKind,
    /// The same in words.
    pub kind_text: String,
    /// Where it stands. Only what is posted, or was and is corrected since, is in the balance.
    pub state: PostingState,
    /// The same in words.
    pub state_text: String,
    /// For which month.
    pub month: Month,
    /// On which day.
    pub booked_on: NaiveDate,
    /// The person's own share.
    pub own: Money,
    /// The employer's share.
    pub employer: Money,
    /// The posting that it puts right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub corrects: Option<String>,
}

impl PostingBody {
    pub(crate) fn new(posting: &Posting, locale: Locale) -> Self {
        Self {
            posting_no: posting.number.to_string(),
            kind: posting.kind,
            kind_text: posting.kind.name().get(locale).to_owned(),
            state: posting.state,
            state_text: posting.state.name().get(locale).to_owned(),
            month: Month::of(posting.month),
            booked_on: posting.booked_on,
            own: yuan(posting.own_minor),
            employer: yuan(posting.employer_minor),
            corrects: posting.corrects.as_ref().map(ToString::to_string),
        }
    }
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundHistoryBody)]
pub struct HistoryBody {
    /// Newest first.
    pub items: Vec<PostingBody>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub next_page: Option<u32>,
}

impl HistoryBody {
    pub(crate) fn new((postings, more): (Vec<Posting>, bool), page: u32, locale: Locale) -> Self {
        let items = postings.iter().map(|posting| PostingBody::new(posting, locale)).collect();
        Self { items, next_page: more.then_some(page + 1).filter(|page| *page <= PAGES) }
    }
}

/// From which month on which base and rates hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundTermsBody)]
pub struct TermsBody {
    /// From which month on.
    pub from_month: Month,
    /// What a month's contribution is counted from.
    pub base: Money,
    /// The person's own share of it, in hundredths of a percent.
    pub own_rate_bp: u16,
    /// The employer's share of it, in hundredths of a percent.
    pub employer_rate_bp: u16,
    /// Who pays in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub employer_name: Option<String>,
}

/// Months for which nothing was paid in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundGapBody)]
pub struct GapBody {
    /// The first of them.
    pub from_month: Month,
    /// The last.
    pub to_month: Month,
    /// How many.
    pub months: u32,
}

impl From<&Gap> for GapBody {
    fn from(gap: &Gap) -> Self {
        Self { from_month: Month::of(gap.from), to_month: Month::of(gap.to), months: gap.months }
    }
}

/// What an employer has declared and not paid in time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundArrearsBody)]
pub struct ArrearsBody {
    /// For which month.
    pub month: Month,
    /// When it was due.
    pub due_on: NaiveDate,
    /// The person's own share, which the employer has kept back.
    pub own: Money,
    /// The employer's share.
    pub employer: Money,
    /// Who owes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub employer_name: Option<String>,
}

/// What was paid in, and what was not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundContributionsBody)]
pub struct ContributionsBody {
    /// For how many months.
    pub months_paid: u32,
    /// How many of them follow each other up to the last one that was due.
    pub months_in_a_row: u32,
    /// Months for which nothing was paid in or declared, oldest first.
    pub gaps: Vec<GapBody>,
    /// What employers owe, oldest first.
    pub arrears: Vec<ArrearsBody>,
}

/// All that an account says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundOverviewBody)]
pub struct OverviewBody {
    /// The account.
    pub account: FundAccountBody,
    /// What is on it.
    pub balance: Money,
    /// Up to when all of it is known; absent until the centre has told everything once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub as_of: Option<DateTime<Utc>>,
    /// What was paid in, and what was not.
    pub contributions: ContributionsBody,
    /// On which terms, newest first.
    pub terms: Vec<TermsBody>,
    /// Loans, oldest first.
    pub loans: Vec<LoanBody>,
    /// What could be borrowed; absent where the city has no rule for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub capacity: Option<CapacityBody>,
    /// What a loan costs today.
    pub loan_rates: Vec<LoanRateBody>,
    /// Where that is written.
    pub loan_rates_citation: String,
    /// Until when the same sign-in looks at history, chart and schedules without another proof.
    pub viewing_until: DateTime<Utc>,
}

impl OverviewBody {
    pub(crate) fn new(overview: Overview, locale: Locale) -> Self {
        let name = |id: Option<EmployerId>| {
            let employer = id.and_then(|id| overview.employers.get(&id));
            employer.map(|employer| employer.name.clone())
        };
        let terms = |terms: &Terms| TermsBody {
            from_month: Month::of(terms.from_month),
            base: terms.base,
            own_rate_bp: terms.own_rate_bp,
            employer_rate_bp: terms.employer_rate_bp,
            employer_name: name(terms.employer),
        };
        let arrears = |arrears: &Arrears| ArrearsBody {
            month: Month::of(arrears.month),
            due_on: arrears.due_on,
            own: yuan(arrears.own_minor),
            employer: yuan(arrears.employer_minor),
            employer_name: name(arrears.employer),
        };
        let Contributions { months_paid, in_a_row, gaps, arrears: owed } = &overview.contributions;
        let contributions = ContributionsBody {
            months_paid: *months_paid,
            months_in_a_row: *in_a_row,
            gaps: gaps.iter().map(GapBody::from).collect(),
            arrears: owed.iter().map(arrears).collect(),
        };
        let balance = overview.account.balance;
        let capacity = overview.capacity.as_ref().map(|(rule, capacity)| {
            CapacityBody::new((&rule.params, &rule.citation), *capacity, balance, locale)
        });
        let rates = &overview.rates;
        Self {
            balance,
            as_of: overview.as_of,
            contributions,
            terms: overview.terms.iter().map(terms).collect(),
            loans: overview.loans.iter().map(|view| LoanBody::new(view, locale)).collect(),
            capacity,
            loan_rates: rates.params.rates.iter().map(|r| LoanRateBody::new(r, locale)).collect(),
            loan_rates_citation: rates.citation.get(locale).to_owned(),
            viewing_until: overview.viewing_until,
            account: FundAccountBody::new((overview.account, overview.agency), locale),
        }
    }
}

/// Contributions month by month as a picture: the person's own share, and the employer's on it.
pub(crate) fn picture(months: &[(NaiveDate, (i64, i64))], locale: Locale) -> String {
    let (title, unit, own, employer, before, between) = match locale {
        Locale::En => (
            "Contributions by month",
            "yuan",
            "own share",
            "employer's share",
            "By month, own share and employer's: ",
            "; ",
        ),
        Locale::ZhCn => {
            ("每月缴存额", "元", "个人缴存", "单位缴存", "按月份（个人、单位）：", "；")
        }
    };
    let said = |(month, (own, employer)): &(NaiveDate, (i64, i64))| {
        format!("{} {} + {}", Month::of(*month), yuan(*own), yuan(*employer))
    };
    let bar = |(month, (own, employer)): &(NaiveDate, (i64, i64))| Bar {
        label: Month::of(*month).to_string(),
        segments: vec![*own, *employer],
    };
    let said: Vec<String> = months.iter().map(said).collect();
    BarChart {
        language: locale,
        title: title.to_owned(),
        description: format!("{before}{}", said.join(between)),
        unit: unit.to_owned(),
        legend: vec![own.to_owned(), employer.to_owned()],
        bars: months.iter().map(bar).collect(),
    }
    .to_string()
}
