//! Yearly statements: made once for each account and year, when the centre has told everything of it.

mod document;

pub(crate) use document::document;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, Rule, rule_of};
use citygate_identity::{
    Access, Accessor, PersonId, RealName, Reason, Record, StepUp, note_read, own_masked_name,
};
use citygate_platform::{Cx, db::Tx};

use super::{balance::FundRead, desk::tell_person};
use crate::{
    error::{ApplicationError, Error},
    jobs::statement::{self as jobs, Made, NextPage},
    mail::News,
    model::{Account, AccountId, AccountNo, FundYear, Statement, StatementYear},
    rules::statement::{STATEMENT, StatementRule, due},
    store,
};

/// Why people read their own.
const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.statement", legal_basis: "hpfr-22" };

/// How long after the centre has told everything they are made.
const AFTER_INTEREST: TimeDelta = TimeDelta::days(1);

/// How many accounts a page has.
const PAGE: i64 = 500;

/// A statement as its owner reads it.
pub(crate) struct StatementView {
    pub statement: Statement,
    pub year: FundYear,
    pub account: Account,
    pub agency: Agency,
    /// The owner's name, partly hidden.
    pub name: Option<String>,
}

/// A centre has told everything up to an instant: the statements of a year that is over are made, if
/// they are due and nobody has begun. The intake calls it in its own transaction.
pub(crate) async fn on_closed(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    as_of: DateTime<Utc>,
) -> Result<(), Error> {
    let city = citygate_catalogue::city(tx, agency.city()).await?;
    let rule: Rule<StatementRule> = rule_of(tx, STATEMENT, agency, city.date(tx.now())).await?;
    let Some(year) = due(&rule.params, &city, as_of, tx.now()) else { return Ok(()) };
    if store::statement::begin(tx, agency, year.year, rule.id).await? {
        let first = NextPage { agency, last: year.last, as_of, after: None };
        // Where the city computes the interest of the year, that is credited before.
        let at = tx.now() + AFTER_INTEREST;
        jobs::MAKE.enqueue_at(tx, &first, at).await?;
    }
    Ok(())
}

/// Makes a page of statements, tells those whose statement is new, and goes on. A page that is made
/// again makes nothing new and tells nobody.
pub(crate) async fn make(cx: &Cx, page: &NextPage) -> Result<(), Error> {
    let year = FundYear::ending(page.last).ok_or(Error::Damaged("year"))?;
    let after = page.after.as_deref().map(str::parse::<AccountNo>).transpose();
    let after = after.map_err(|_| Error::Damaged("account number"))?;
    cx.db
        .tx("provident_fund.make_statements", async |tx| {
            let of = (&year, page.as_of);
            let made = store::statement::make_page(tx, page.agency, of, (after.as_ref(), PAGE));
            let (last, made) = made.await?;
            let now = tx.now();
            let told = made.into_iter().map(|account| (Made { account, year: year.year }, now));
            jobs::TELL.enqueue_all(tx, &told.collect::<Vec<_>>()).await?;
            match last {
                Some(last) => {
                    let next = NextPage { after: Some(last.to_string()), ..page.clone() };
                    Ok(jobs::MAKE.enqueue(tx, &next).await?)
                }
                None => store::statement::finish(tx, page.agency, year.year).await,
            }
        })
        .await
}

/// Writes to somebody that a statement is there.
pub(crate) async fn tell(cx: &Cx, Made { account, year }: Made) -> Result<(), Error> {
    cx.db
        .tx("provident_fund.tell_statement", async |tx| {
            let statement = store::statement::of_year(tx, account, year).await?;
            let Some(statement) = statement else { return Ok(()) };
            let whose = (statement.person, statement.agency);
            tell_person(cx, tx, whose, News::Statement(year), "").await
        })
        .await
}

/// The years for which there are statements of the caller's account, newest first, without what they
/// say.
pub(crate) async fn years(
    cx: &Cx,
    person: PersonId,
    id: AccountId,
) -> Result<Vec<(i16, DateTime<Utc>)>, Error> {
    cx.db
        .read("provident_fund.list_statements", async |tx| {
            own(tx, id, person).await?;
            store::statement::years(tx, id).await
        })
        .await
}

/// The statement of the caller's account for a year. It uses the proof up, and leaves an entry in the
/// ledger of accesses.
pub(crate) async fn read(
    cx: &Cx,
    proof: &StepUp<FundRead>,
    (id, year): (AccountId, StatementYear),
) -> Result<StatementView, Error> {
    cx.db
        .tx("provident_fund.read_statement", async |tx| {
            proof.consume(tx, None, None).await?;
            let caller: &RealName = proof.caller();
            let account = own(tx, id, caller.person).await?;
            let year = year.get();
            let statement = store::statement::of_year(tx, id, year).await?;
            // Of somebody else's time with the account nobody is told.
            let statement = statement.filter(|statement| statement.person == caller.person);
            let statement = statement.ok_or(ApplicationError::StatementUnknown)?;
            let access = Access::new(cx, Accessor::person(caller.account, caller.city), REASON);
            let case = id.to_string();
            note_read(tx, &access, Record::ProvidentFund, &[(caller.person, &case)]).await?;
            Ok(StatementView {
                year: fund_year(tx, &account, year).await?,
                agency: citygate_catalogue::agency(tx, account.agency).await?,
                name: own_masked_name(&cx.keys, tx, caller.person).await?,
                statement,
                account,
            })
        })
        .await
}

/// The days of a year, by the rule of today: the day on which a year of the fund ends has never moved.
async fn fund_year(tx: &mut Tx<'_>, account: &Account, year: i16) -> Result<FundYear, Error> {
    let today = super::desk::today(tx, account.id.city()).await?;
    let rule: Rule<StatementRule> = rule_of(tx, STATEMENT, account.agency, today).await?;
    rule.params.year(year).ok_or(Error::Damaged("year"))
}

async fn own(tx: &mut Tx<'_>, id: AccountId, person: PersonId) -> Result<Account, Error> {
    let account = store::accounts::by_id(tx, id).await?;
    account.filter(|account| account.person == person).ok_or(Error::AccountUnknown)
}
