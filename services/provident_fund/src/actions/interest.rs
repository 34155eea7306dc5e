//! Crediting a year's interest, page by page.
//!
//! A page is a transaction: its accounts are locked, what each bears is computed from its postings and
//! credited as a posting whose number says the year, and the next page is enqueued. The number is what
//! makes it once: a page that runs again, at the same time or years later, finds it there.

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, rule_of, rule_versions};
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use crate::{
    error::Error,
    jobs::interest::{CREDIT, Page},
    model::PostingNo,
    rules::interest::{ComputedBy, INTEREST, InterestRule, InterestYear, RateFrom, interest},
    store,
};

/// Years that a centre closes at once at most.
const YEARS_MAX: usize = 10;

/// The books of a centre are closed up to an instant. For every year of interest that ended since they
/// were last, the interest is due. What was before the centre's first books is in its opening balances.
pub(crate) async fn books_closed(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    before: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let (Some(before), Some(until)) = (before, until) else { return Ok(()) };
    let city = citygate_catalogue::city(tx, agency.city()).await?;
    let years = InterestYear::of(city.date(before))..InterestYear::of(city.date(until));
    for year in years.rev().take(YEARS_MAX) {
        CREDIT.enqueue(tx, &Page { agency, year, after: String::new() }).await?;
    }
    Ok(())
}

/// Credits the interest of a page of accounts, where the city is who computes it, and enqueues the next
/// page. Returns how many were credited.
pub(crate) async fn credit(cx: &Cx, page: &Page, limit: usize) -> Result<usize, Error> {
    cx.db
        .tx("provident_fund.credit_interest", async |tx| {
            let Page { agency, year, ref after } = *page;
            let year = InterestYear::ending_in(year).ok_or(Error::Damaged("year"))?;
            let rule = rule_of::<InterestRule>(tx, INTEREST, agency, year.last).await?;
            if rule.params.computed_by == ComputedBy::Centre {
                return Ok(0);
            }
            let count = i64::try_from(limit).map_err(|_| Error::Damaged("limit"))?;
            let accounts = store::interest::lock_page(tx, agency, after, count).await?;
            let credited = credit_all(tx, agency, year, &accounts).await?;
            if let Some((_, last)) = accounts.last().filter(|_| accounts.len() == limit) {
                CREDIT.enqueue(tx, &Page { after: last.clone(), ..page.clone() }).await?;
            }
            Ok(credited)
        })
        .await
}

async fn credit_all(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    year: InterestYear,
    accounts: &[(Uuid, String)],
) -> Result<usize, Error> {
    let number = number(year)?;
    let rates = rates(tx, agency, year).await?;
    let ids: Vec<Uuid> = accounts.iter().map(|(id, _)| *id).collect();
    let moved = store::interest::movements(tx, agency.city(), &ids, (year, &number)).await?;
    let mut due = Vec::new();
    for (account, movements) in moved {
        let before = movements.iter().filter(|movement| movement.on < year.first);
        let opening = before.map(|movement| movement.minor).sum();
        let minor = interest(year, opening, &movements, &rates);
        let minor = minor.map_err(|_| Error::Damaged("interest"))?;
        if minor > 0 {
            due.push((account, minor));
        }
    }
    store::interest::credit(tx, agency.city(), (&number, year.last), &due).await
}

/// The number of a year's interest: `INT-2026`.
fn number(year: InterestYear) -> Result<PostingNo, Error> {
    let number = year.last.format("INT-%Y").to_string();
    number.parse().map_err(|_| Error::Damaged("posting number"))
}

/// The rates of a year, each from its first day of it.
async fn rates(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    year: InterestYear,
) -> Result<Vec<RateFrom>, Error> {
    let span: (NaiveDate, NaiveDate) = (year.first, year.last);
    let versions = rule_versions::<InterestRule>(tx, INTEREST, agency, span).await?;
    let rate = |(from, rule): (NaiveDate, citygate_catalogue::Rule<InterestRule>)| {
        let InterestRule { annual_rate_ppm, day_basis, computed_by: _ } = rule.params;
        RateFrom { from, annual_rate_ppm, day_basis }
    };
    Ok(versions.into_iter().map(rate).collect())
}
