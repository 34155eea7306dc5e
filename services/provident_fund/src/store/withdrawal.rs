//! Withdrawals.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId};
use citygate_kernel::{Currency, Money};
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{accounts as of_accounts, city};
use crate::{
    error::Error,
    model::{
        Account, AccountId, PostingKind, PostingState, Withdrawal, WithdrawalGround, WithdrawalId,
        WithdrawalState,
    },
    schema::{accounts, postings, withdrawals},
};

/// An account that nobody else changes until the transaction ends, nor any application to it.
pub(crate) async fn hold_account(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    let held: Option<Uuid> = accounts::table
        .find((id.city().number(), id.uuid()))
        .select(accounts::id)
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    match held {
        Some(_) => of_accounts::by_id(tx, id).await,
        None => Ok(None),
    }
}

/// The months, newest first, for which contributions were posted since a day.
pub(crate) async fn months_paid(
    tx: &mut Tx<'_>,
    account: AccountId,
    since: NaiveDate,
) -> Result<Vec<NaiveDate>, Error> {
    let kinds = [PostingKind::Remittance, PostingKind::BackPayment].map(PostingKind::code);
    let states = [PostingState::Posted, PostingState::Corrected].map(PostingState::code);
    Ok(postings::table
        .filter(postings::city.eq(account.city().number()))
        .filter(postings::account_id.eq(account.uuid()))
        .filter(postings::month.ge(since))
        .filter(postings::kind.eq_any(kinds))
        .filter(postings::state.eq_any(states))
        .select(postings::month)
        .distinct()
        .order(postings::month.desc())
        .load(tx.conn())
        .await?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = withdrawals)]
struct WithdrawalRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    account_id: Uuid,
    person_id: Uuid,
    lodged_by: Uuid,
    ground: String,
    amount_minor: i64,
    currency: String,
    stated_minor: Option<i64>,
    state: String,
    rule_id: Uuid,
    counted_from: NaiveDate,
    act_by: Option<DateTime<Utc>>,
    posting_no: Option<String>,
    lodged_at: DateTime<Utc>,
}

impl TryFrom<WithdrawalRow> for Withdrawal {
    type Error = Error;

    fn try_from(row: WithdrawalRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        let currency: Currency = row.currency.parse().map_err(|_| Error::Damaged("currency"))?;
        let ground = WithdrawalGround::parse(&row.ground);
        let state = WithdrawalState::parse(&row.state);
        Ok(Self {
            id: WithdrawalId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            account: AccountId::from_parts(city, row.account_id),
            person: PersonId::from_uuid(row.person_id),
            lodged_by: SignedIn::from_uuid(row.lodged_by),
            ground: ground.ok_or(Error::Damaged("ground"))?,
            amount: Money::new(row.amount_minor, currency),
            stated: row.stated_minor.map(|minor| Money::new(minor, currency)),
            state: state.ok_or(Error::Damaged("withdrawal state"))?,
            rule: RuleId::from_uuid(row.rule_id),
            counted_from: row.counted_from,
            act_by: row.act_by,
            posting_no: row.posting_no,
            lodged_at: row.lodged_at,
        })
    }
}

/// Writes a withdrawal as it stands now. Whoever does holds its account.
pub(crate) async fn put(tx: &mut Tx<'_>, withdrawal: &Withdrawal) -> Result<(), Error> {
    let now = tx.now();
    let changing = (
        withdrawals::state.eq(withdrawal.state.code()),
        withdrawals::counted_from.eq(withdrawal.counted_from),
        withdrawals::act_by.eq(withdrawal.act_by),
        withdrawals::posting_no.eq(&withdrawal.posting_no),
        withdrawals::changed_at.eq(now),
    );
    diesel::insert_into(withdrawals::table)
        .values((
            withdrawals::city.eq(withdrawal.id.city().number()),
            withdrawals::id.eq(withdrawal.id.uuid()),
            withdrawals::agency_id.eq(withdrawal.agency.uuid()),
            withdrawals::account_id.eq(withdrawal.account.uuid()),
            withdrawals::person_id.eq(withdrawal.person.uuid()),
            withdrawals::lodged_by.eq(withdrawal.lodged_by.uuid()),
            withdrawals::ground.eq(withdrawal.ground.code()),
            withdrawals::amount_minor.eq(withdrawal.amount.minor()),
            withdrawals::currency.eq(withdrawal.amount.currency().code()),
            withdrawals::stated_minor.eq(withdrawal.stated.map(Money::minor)),
            withdrawals::rule_id.eq(withdrawal.rule.uuid()),
            withdrawals::lodged_at.eq(withdrawal.lodged_at),
            changing,
        ))
        .on_conflict((withdrawals::city, withdrawals::id))
        .do_update()
        .set(changing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A withdrawal.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: WithdrawalId) -> Result<Option<Withdrawal>, Error> {
    let row: Option<WithdrawalRow> = withdrawals::table
        .find((id.city().number(), id.uuid()))
        .select(WithdrawalRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Withdrawal::try_from).transpose()
}

/// What is approved on an account and not paid yet, in minor units.
pub(crate) async fn set_aside(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, Error> {
    let approved: Vec<i64> = withdrawals::table
        .filter(withdrawals::city.eq(account.city().number()))
        .filter(withdrawals::account_id.eq(account.uuid()))
        .filter(withdrawals::state.eq(WithdrawalState::Approved.code()))
        .select(withdrawals::amount_minor)
        .load(tx.conn())
        .await?;
    Ok(approved.into_iter().fold(0, i64::saturating_add))
}

/// When a ground was used last on an account: the days of its applications that were lodged and not
/// given up or refused, newest first, each with where it stands.
pub(crate) async fn uses(
    tx: &mut Tx<'_>,
    account: AccountId,
    ground: WithdrawalGround,
) -> Result<Vec<Withdrawal>, Error> {
    let counting = [
        WithdrawalState::Lodged,
        WithdrawalState::Incomplete,
        WithdrawalState::Approved,
        WithdrawalState::Paid,
    ];
    let rows: Vec<WithdrawalRow> = withdrawals::table
        .filter(withdrawals::city.eq(account.city().number()))
        .filter(withdrawals::account_id.eq(account.uuid()))
        .filter(withdrawals::ground.eq(ground.code()))
        .filter(withdrawals::state.eq_any(counting.map(WithdrawalState::code)))
        .order(withdrawals::id.desc())
        .limit(20)
        .select(WithdrawalRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Withdrawal::try_from).collect()
}

/// Whether anything is under way on an account: lodged, incomplete, or approved and not paid.
pub(crate) async fn any_open(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    let open = [WithdrawalState::Lodged, WithdrawalState::Incomplete, WithdrawalState::Approved];
    let found: Option<Uuid> = withdrawals::table
        .filter(withdrawals::city.eq(account.city().number()))
        .filter(withdrawals::account_id.eq(account.uuid()))
        .filter(withdrawals::state.eq_any(open.map(WithdrawalState::code)))
        .select(withdrawals::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.is_some())
}

/// The withdrawals of a person, newest first.
pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Withdrawal>, Error> {
    let mut query = withdrawals::table
        .filter(withdrawals::person_id.eq(person.uuid()))
        .order(withdrawals::id.desc())
        .limit(limit)
        .select(WithdrawalRow::as_select())
        .into_boxed();
    if let Some(Cursor(before)) = before {
        query = query.filter(withdrawals::id.lt(before));
    }
    let rows: Vec<WithdrawalRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Withdrawal::try_from).collect()
}

/// The withdrawals of a centre in a state, newest first; of those only the overdue ones, if asked.
pub(crate) async fn of_centre(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    (state, overdue): (WithdrawalState, bool),
    (before, limit): (Option<Cursor>, i64),
) -> Result<Vec<Withdrawal>, Error> {
    let now = tx.now();
    let mut query = withdrawals::table
        .filter(withdrawals::city.eq(agency.city().number()))
        .filter(withdrawals::agency_id.eq(agency.uuid()))
        .filter(withdrawals::state.eq(state.code()))
        .order(withdrawals::id.desc())
        .limit(limit)
        .select(WithdrawalRow::as_select())
        .into_boxed();
    if overdue {
        query = query.filter(withdrawals::act_by.le(now));
    }
    if let Some(Cursor(before)) = before {
        query = query.filter(withdrawals::id.lt(before));
    }
    let rows: Vec<WithdrawalRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Withdrawal::try_from).collect()
}

/// Applications that somebody has to act on, in the order of their ids, some at a time.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Withdrawal>, Error> {
    let rows: Vec<WithdrawalRow> = withdrawals::table
        .filter(withdrawals::act_by.is_not_null())
        .filter(withdrawals::id.gt(after))
        .order(withdrawals::id)
        .limit(limit)
        .select(WithdrawalRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Withdrawal::try_from).collect()
}
