//! What people read of their own.
//!
//! A fresh proof opens the overview of an account, and for five minutes the same sign-in looks at what
//! belongs to it: history, chart and schedules. Each look leaves an entry in the person's ledger of
//! accesses.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, City, Rule, rule_of};
use citygate_identity::{
    OwnRead, ProofError, RealName, Record, Sensitive, StepUp, note_own_reads, require_session,
};
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::balance::{FundRead, OWN};
use crate::{
    error::Error,
    model::{Account, AccountId, BatchKind, Employer, EmployerId, Loan, LoanId, Posting, Terms},
    rules::{
        capacity::{CAPACITY, Capacity, CapacityRule},
        gaps::{self, Contributions, REMITTANCE, RemittanceRule},
        loan::{self, Instalment, LOAN, LoanRule, LoanTerms},
    },
    store::{self, reads},
};

/// For how long the same sign-in goes on without another proof.
const VIEWING: TimeDelta = TimeDelta::minutes(5);
/// Postings that are looked at for gaps: more than fifty years have.
const POSTINGS_MAX: i64 = 2_000;
/// Changes of base and rates that are shown, the newest.
const TERMS_MAX: i64 = 60;
/// Loans of an account that are shown.
const LOANS_MAX: i64 = 20;
/// Postings on a page of the history.
pub(crate) const PAGE: i64 = 50;

/// What an account says.
pub(crate) struct Overview {
    pub account: Account,
    pub agency: Agency,
    /// Up to when the centre has told of all postings.
    pub as_of: Option<DateTime<Utc>>,
    pub contributions: Contributions,
    pub terms: Vec<Terms>,
    pub employers: BTreeMap<EmployerId, Employer>,
    pub loans: Vec<LoanView>,
    /// What could be borrowed; none where the city has no rule for it.
    pub capacity: Option<(Rule<CapacityRule>, Capacity)>,
    pub rates: Rule<LoanRule>,
    /// Until when the same sign-in looks at the rest without another proof.
    pub viewing_until: DateTime<Utc>,
}

/// A loan and its schedule.
pub(crate) struct LoanView {
    pub loan: Loan,
    pub schedule: Vec<Instalment>,
    /// The next one, where something is owed still.
    pub next: Option<Instalment>,
    /// Whether what is left is what the schedule says.
    pub on_schedule: bool,
}

/// The caller's accounts, newest first; one more than the page has.
pub(crate) async fn accounts(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<(Account, Agency)>, Error> {
    cx.db
        .read("provident_fund.list_accounts", async |tx| {
            let limit = page.limit() + 1;
            let accounts = reads::accounts_of(tx, caller.person, page.cursor, limit).await?;
            let agencies: Vec<AgencyId> = accounts.iter().map(|account| account.agency).collect();
            let agencies = citygate_catalogue::agencies(tx, &agencies).await?;
            let named = accounts.into_iter().map(|account| {
                let agency = agencies.get(&account.agency).cloned();
                agency.map(|agency| (account, agency)).ok_or(Error::Damaged("agency"))
            });
            named.collect()
        })
        .await
}

/// All that an account says, with a fresh proof. Lets the sign-in look at the rest for five minutes.
pub(crate) async fn overview(
    cx: &Cx,
    proof: &StepUp<FundRead>,
    id: AccountId,
) -> Result<Overview, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("provident_fund.overview", async |tx| {
            let account = own(tx, &caller, id).await?;
            proof.consume(tx, None, None).await?;
            let viewing_until = tx.now() + VIEWING;
            reads::open_viewing(tx, caller.session, (id, caller.person), viewing_until).await?;
            note(cx, tx, &caller, &id.to_string()).await?;
            look(tx, account, viewing_until).await
        })
        .await
}

async fn look(
    tx: &mut Tx<'_>,
    account: Account,
    viewing_until: DateTime<Utc>,
) -> Result<Overview, Error> {
    let agency = citygate_catalogue::agency(tx, account.agency).await?;
    let city = citygate_catalogue::city(tx, account.id.city()).await?;
    let today = city.date(tx.now());
    let as_of = store::batches::as_of(tx, account.agency, BatchKind::Postings).await?;
    let known_on = city.date(as_of.unwrap_or(account.as_of));
    let postings = reads::history(tx, account.id, (0, POSTINGS_MAX)).await?;
    let due = rule_of::<RemittanceRule>(tx, REMITTANCE, account.agency, known_on).await?;
    let contributions = gaps::contributions(&account, &postings, due.params, known_on);
    let terms = store::accounts::terms_of(tx, &account, TERMS_MAX).await?;
    let named = terms.iter().filter_map(|terms| terms.employer);
    let named = named.chain(contributions.arrears.iter().filter_map(|arrears| arrears.employer));
    let named: Vec<EmployerId> = named.chain(account.employer).collect();
    let employers = store::employers::by_ids(tx, account.agency, &named).await?;
    let loans = store::loans::of_account(tx, account.id, LOANS_MAX).await?;
    let loans = loans.into_iter().map(|loan| viewed(loan, &city, today));
    let loans = loans.collect::<Result<_, _>>()?;
    let capacity = capacity(tx, &account, &contributions, today).await?;
    let rates = rule_of::<LoanRule>(tx, LOAN, account.agency, today).await?;
    Ok(Overview {
        account,
        agency,
        as_of,
        contributions,
        terms,
        employers,
        loans,
        capacity,
        rates,
        viewing_until,
    })
}

/// What could be borrowed, where the city has a rule for it.
async fn capacity(
    tx: &mut Tx<'_>,
    account: &Account,
    contributions: &Contributions,
    today: NaiveDate,
) -> Result<Option<(Rule<CapacityRule>, Capacity)>, Error> {
    let rule = match rule_of::<CapacityRule>(tx, CAPACITY, account.agency, today).await {
        Ok(rule) => rule,
        Err(citygate_catalogue::Error::RuleMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Contributions { months_paid, in_a_row, .. } = *contributions;
    let capacity = rule.params.capacity(account.balance.minor(), months_paid, in_a_row);
    Ok(Some((rule, capacity)))
}

fn viewed(loan: Loan, city: &City, today: NaiveDate) -> Result<LoanView, Error> {
    let terms = LoanTerms {
        principal_minor: loan.principal_minor,
        annual_rate_ppm: loan.annual_rate_ppm,
        method: loan.method,
        months: loan.months.into(),
        first_due_on: loan.first_due_on,
    };
    let schedule = loan::schedule(&terms).ok_or(Error::Damaged("loan"))?;
    let planned = loan::planned_minor(&terms, &schedule, city.date(loan.as_of));
    let next = loan::next(&schedule, today).filter(|_| loan.balance_minor > 0).copied();
    Ok(LoanView { on_schedule: planned == loan.balance_minor, next, schedule, loan })
}

/// A page of the history while the five minutes last, from 1; and whether there is another.
pub(crate) async fn history(
    cx: &Cx,
    caller: &RealName,
    id: AccountId,
    page: u32,
) -> Result<(Vec<Posting>, bool), Error> {
    cx.db
        .tx("provident_fund.history", async |tx| {
            viewing(cx, tx, caller, id).await?;
            let skip = i64::from(page.saturating_sub(1)) * PAGE;
            let mut postings = reads::history(tx, id, (skip, PAGE + 1)).await?;
            let size = usize::try_from(PAGE).unwrap_or_default();
            let more = postings.len() > size;
            postings.truncate(size);
            Ok((postings, more))
        })
        .await
}

/// What was paid in for each month, own share and employer's, oldest first, while the five minutes
/// last.
pub(crate) async fn contributions_by_month(
    cx: &Cx,
    caller: &RealName,
    id: AccountId,
) -> Result<Vec<(NaiveDate, (i64, i64))>, Error> {
    cx.db
        .tx("provident_fund.chart", async |tx| {
            viewing(cx, tx, caller, id).await?;
            let postings = reads::history(tx, id, (0, POSTINGS_MAX)).await?;
            Ok(gaps::by_month(&postings).into_iter().collect())
        })
        .await
}

/// One of an account's loans with its schedule, while the five minutes last.
pub(crate) async fn schedule(
    cx: &Cx,
    caller: &RealName,
    (id, loan): (AccountId, LoanId),
) -> Result<LoanView, Error> {
    cx.db
        .tx("provident_fund.schedule", async |tx| {
            viewing(cx, tx, caller, id).await?;
            let loans = store::loans::of_account(tx, id, LOANS_MAX).await?;
            let found = loans.into_iter().find(|one| one.id == loan).ok_or(Error::LoanUnknown)?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            viewed(found, &city, city.date(tx.now()))
        })
        .await
}

/// The caller's own account.
async fn own(tx: &mut Tx<'_>, caller: &RealName, id: AccountId) -> Result<Account, Error> {
    let found = store::accounts::by_id(tx, id).await?;
    found.filter(|account| account.person == caller.person).ok_or(Error::AccountUnknown)
}

/// The caller looks at the own account, which a proof has opened, and that is noted.
async fn viewing(cx: &Cx, tx: &mut Tx<'_>, caller: &RealName, id: AccountId) -> Result<(), Error> {
    require_session(tx, caller).await?;
    own(tx, caller, id).await?;
    if !reads::is_viewing(tx, caller, id).await? {
        let required = ProofError::StepUpRequired(FundRead::PURPOSE);
        return Err(citygate_identity::Error::from(required).into());
    }
    note(cx, tx, caller, &id.to_string()).await
}

async fn note(cx: &Cx, tx: &Tx<'_>, caller: &RealName, case: &str) -> Result<(), Error> {
    let read = OwnRead { caller, request_id: &cx.request_id, case };
    Ok(note_own_reads(tx, OWN, Record::ProvidentFund, &[read]).await?)
}
