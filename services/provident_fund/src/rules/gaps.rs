//! For which months nothing was paid in, and what an employer owes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Deserialize;

use crate::model::{Account, AccountState, EmployerId, Posting, PostingKind};

/// Key of the rule for when contributions are due; its parameters are a [`RemittanceRule`].
pub(crate) const REMITTANCE: &str = "provident_fund.remittance";

/// Parameters of [`REMITTANCE`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemittanceRule {
    /// Days after the end of the month for which it is, by which a contribution is paid.
    pub days_after_month: u32,
}

/// The first day of a day's month.
pub(crate) fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

impl RemittanceRule {
    /// By when the contribution for a month is paid.
    pub(crate) fn due_on(&self, month: NaiveDate) -> NaiveDate {
        let next = month_of(month).checked_add_months(Months::new(1));
        let last = next.and_then(|next| next.pred_opt());
        last.and_then(|last| last.checked_add_days(Days::new(self.days_after_month.into())))
            .unwrap_or(NaiveDate::MAX)
    }

    /// The last month whose contribution was due before a day.
    fn last_due(&self, day: NaiveDate) -> NaiveDate {
        let mut month = month_of(day);
        // Each step goes a month back, and so the first one that fits is at most a few away.
        while self.due_on(month) >= day {
            match month.checked_sub_months(Months::new(1)) {
                Some(before) => month = before,
                None => break,
            }
        }
        month
    }
}

/// Months in a row for which nothing was paid in or declared: their first days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub months: u32,
}

/// What an employer has declared and not paid in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrears {
    pub employer: Option<EmployerId>,
    pub month: NaiveDate,
    pub due_on: NaiveDate,
    pub own_minor: i64,
    pub employer_minor: i64,
}

/// What the postings of an account say about its contributions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contributions {
    /// For how many months something is on the account.
    pub months_paid: u32,
    /// How many of them follow each other up to the last one that was due.
    pub in_a_row: u32,
    /// Oldest first.
    pub gaps: Vec<Gap>,
    /// Oldest first.
    pub arrears: Vec<Arrears>,
}

/// What is known on a day: everything that the centre has told of up to then. A month whose time is
/// not over is neither a gap nor in arrears.
pub(crate) fn contributions(
    account: &Account,
    postings: &[Posting],
    rule: RemittanceRule,
    known_on: NaiveDate,
) -> Contributions {
    let paid = paid_months(postings);
    let arrears: Vec<Arrears> = postings
        .iter()
        .filter(|posting| posting.state.is_owed() && is_contribution(posting.kind))
        .map(|posting| Arrears {
            employer: posting.employer,
            month: posting.month,
            due_on: rule.due_on(posting.month),
            own_minor: posting.own_minor,
            employer_minor: posting.employer_minor,
        })
        .filter(|arrears| arrears.due_on < known_on)
        .collect();
    let spoken_for: BTreeSet<NaiveDate> = postings
        .iter()
        .filter(|posting| is_contribution(posting.kind) && is_expected(posting))
        .map(|posting| posting.month)
        .chain(paid.iter().copied())
        .collect();
    let last_due = rule.last_due(known_on);
    let end = match account.state {
        AccountState::Open | AccountState::Active | AccountState::Sealed => Some(last_due),
        // Nothing is paid into it any more.
        AccountState::Transferred | AccountState::Closed => spoken_for.last().copied(),
    };
    let mut arrears = arrears;
    arrears.sort_by_key(|arrears| (arrears.month, arrears.due_on, arrears.own_minor));
    Contributions {
        months_paid: u32::try_from(paid.len()).unwrap_or(u32::MAX),
        in_a_row: in_a_row(&paid, last_due),
        gaps: end.map(|end| gaps(&spoken_for, end)).unwrap_or_default(),
        arrears,
    }
}

fn is_contribution(kind: PostingKind) -> bool {
    match kind {
        PostingKind::Remittance | PostingKind::BackPayment => true,
        PostingKind::Withdrawal
        | PostingKind::Interest
        | PostingKind::TransferIn
        | PostingKind::TransferOut
        | PostingKind::Opening
        | PostingKind::Correction => false,
    }
}

/// Declared or on its way: nobody has forgotten the month.
fn is_expected(posting: &Posting) -> bool {
    use crate::model::PostingState::{Corrected, Declared, Posted, Received, Withdrawn};
    match posting.state {
        Declared | Received => true,
        // What these left on the account says.
        Posted | Corrected | Withdrawn => false,
    }
}

/// What was paid in for each month, own share and employer's, after all corrections; in minor units.
pub(crate) fn by_month(postings: &[Posting]) -> BTreeMap<NaiveDate, (i64, i64)> {
    let of: BTreeMap<&str, &Posting> =
        postings.iter().map(|posting| (posting.number.as_str(), posting)).collect();
    let mut sums: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for posting in postings.iter().filter(|posting| posting.state.counts()) {
        let meant = match &posting.corrects {
            None => Some(posting),
            Some(number) => of.get(number.as_str()).copied(),
        };
        if let Some(meant) = meant.filter(|meant| is_contribution(meant.kind)) {
            let (own, employer) = sums.entry(meant.month).or_default();
            *own = own.saturating_add(posting.own_minor);
            *employer = employer.saturating_add(posting.employer_minor);
        }
    }
    sums
}

/// Months of which something is left on the account after all corrections.
fn paid_months(postings: &[Posting]) -> BTreeSet<NaiveDate> {
    let left = |(own, employer): &(i64, i64)| own.saturating_add(*employer) > 0;
    let sums = by_month(postings).into_iter().filter(|(_, sum)| left(sum));
    sums.map(|(month, _)| month).collect()
}

/// The months after each until an end, and after the last one.
fn gaps(spoken_for: &BTreeSet<NaiveDate>, end: NaiveDate) -> Vec<Gap> {
    let mut found = Vec::new();
    let nexts = spoken_for.iter().skip(1).copied().map(Some).chain([None]);
    for (month, next) in spoken_for.iter().zip(nexts) {
        let from = month.checked_add_months(Months::new(1));
        let to = match next {
            Some(next) => next.checked_sub_months(Months::new(1)),
            None => Some(end),
        };
        if let (Some(from), Some(to)) = (from, to.map(|to| to.min(end)))
            && from <= to
        {
            found.push(Gap { from, to, months: months_between(from, to) });
        }
    }
    found
}

/// Both included.
fn months_between(from: NaiveDate, to: NaiveDate) -> u32 {
    let number = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    u32::try_from(number(to) - number(from) + 1).unwrap_or_default()
}

fn in_a_row(paid: &BTreeSet<NaiveDate>, last: NaiveDate) -> u32 {
    let mut expected = match paid.last() {
        // Who has paid ahead of time has paid in a row as well.
        Some(latest) => (*latest).max(last),
        None => return 0,
    };
    let mut row = 0;
    for month in paid.iter().rev() {
        if *month != expected {
            break;
        }
        row += 1;
        let Some(before) = month.checked_sub_months(Months::new(1)) else { break };
        expected = before;
    }
    row
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_identity::PersonId;
    use citygate_kernel::{CityCode, Clock, Currency, Money};

    use super::*;
    use crate::model::{AccountId, PostingState};

    const RULE: RemittanceRule = RemittanceRule { days_after_month: 5 };

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn month(text: &str) -> NaiveDate {
        on(&format!("{text}-01"))
    }

    fn account(state: AccountState) -> Account {
        let clock = Clock::manual(Default::default());
        let nothing = Money::zero(Currency::Cny);
        Account {
            id: AccountId::new(CityCode::HANGZHOU, &clock),
            agency: AgencyId::new(CityCode::HANGZHOU, &clock),
            number: "1".parse().unwrap(),
            person: PersonId::new(&clock),
            state,
            opened_on: on("2020-01-01"),
            employer: None,
            base: nothing,
            own_rate_bp: 1_200,
            employer_rate_bp: 1_200,
            balance: nothing,
            last_posted_month: None,
            as_of: clock.now(),
        }
    }

    /// Months and how their postings stand: `kind state`, and what is on it in fen.
    fn postings(rows: &[(&str, PostingKind, PostingState, i64)]) -> Vec<Posting> {
        let clock = Clock::manual(Default::default());
        let id = AccountId::new(CityCode::HANGZHOU, &clock);
        let posting = |(n, (text, kind, state, minor)): (usize, &(&str, _, _, i64))| Posting {
            account: id,
            number: format!("P{n}").parse().unwrap(),
            kind: *kind,
            state: *state,
            month: month(text),
            booked_on: month(text),
            own_minor: minor / 2,
            employer_minor: minor - minor / 2,
            // A correction is of the posting before it.
            corrects: (*kind == PostingKind::Correction)
                .then(|| format!("P{}", n - 1).parse().unwrap()),
            employer: None,
        };
        rows.iter().enumerate().map(posting).collect()
    }

    fn paid(months: &[&'static str]) -> Vec<(&'static str, PostingKind, PostingState, i64)> {
        let row = |month: &&'static str| (*month, PostingKind::Remittance, PostingState::Posted, 2);
        months.iter().map(row).collect()
    }

    fn found(
        state: AccountState,
        rows: &[(&str, PostingKind, PostingState, i64)],
        day: &str,
    ) -> String {
        let all = contributions(&account(state), &postings(rows), RULE, on(day));
        let short = |day: NaiveDate| day.format("%y%m").to_string();
        let gaps: Vec<String> = all
            .gaps
            .iter()
            .map(|gap| format!("{}-{}:{}", short(gap.from), short(gap.to), gap.months))
            .collect();
        let arrears: Vec<String> = all.arrears.iter().map(|one| short(one.month)).collect();
        format!(
            "{} paid, {} in a row, gaps [{}], owed [{}]",
            all.months_paid,
            all.in_a_row,
            gaps.join(" "),
            arrears.join(" ")
        )
    }

    #[test]
    fn contributions_are_due_some_days_after_the_month() {
        for (text, due) in [
            ("2026-01", "2026-02-05"),
            ("2026-02", "2026-03-05"),
            ("2028-02", "2028-03-05"),
            ("2026-12", "2027-01-05"),
        ] {
            assert_eq!(RULE.due_on(month(text)), on(due), "{text}");
        }
        // Until the end of the last day there is time.
        for (day, last) in
            [("2026-03-05", "2026-01"), ("2026-03-06", "2026-02"), ("2026-01-01", "2025-11")]
        {
            assert_eq!(RULE.last_due(on(day)), month(last), "{day}");
        }
    }

    #[test]
    fn months_without_a_contribution_are_gaps() {
        use AccountState::{Active, Closed, Sealed, Transferred};
        let whole = paid(&["2025-11", "2025-12", "2026-01", "2026-02"]);
        let broken = paid(&["2025-06", "2025-07", "2025-10", "2025-12", "2026-01"]);
        for (what, state, rows, day, expected) in [
            ("nothing", Active, &vec![], "2026-03-10", "0 paid, 0 in a row, gaps [], owed []"),
            ("all", Active, &whole, "2026-03-10", "4 paid, 4 in a row, gaps [], owed []"),
            // March has time until 5 April.
            ("in time", Active, &whole, "2026-04-05", "4 paid, 4 in a row, gaps [], owed []"),
            (
                "late",
                Active,
                &whole,
                "2026-04-06",
                "4 paid, 0 in a row, gaps [2603-2603:1], owed []",
            ),
            (
                "sealed",
                Sealed,
                &whole,
                "2026-06-06",
                "4 paid, 0 in a row, gaps [2603-2605:3], owed []",
            ),
            ("moved", Transferred, &whole, "2026-06-06", "4 paid, 0 in a row, gaps [], owed []"),
            (
                "broken",
                Active,
                &broken,
                "2026-02-28",
                "5 paid, 2 in a row, gaps [2508-2509:2 2511-2511:1], owed []",
            ),
            (
                "closed",
                Closed,
                &broken,
                "2026-12-31",
                "5 paid, 0 in a row, gaps [2508-2509:2 2511-2511:1], owed []",
            ),
            // Paid ahead of time.
            ("ahead", Active, &whole, "2026-02-10", "4 paid, 4 in a row, gaps [], owed []"),
        ] {
            assert_eq!(found(state, rows, day), expected, "{what}");
        }
    }

    #[test]
    fn what_is_declared_and_not_paid_in_time_is_owed() {
        use PostingKind::{BackPayment, Correction, Remittance, Withdrawal};
        use PostingState::{Corrected, Declared, Posted, Received, Withdrawn};
        let before = paid(&["2025-12"]);
        for (what, more, day, expected) in [
            ("last day", vec![("2026-01", Remittance, Declared, 2)], "2026-02-05", "owed []"),
            ("late", vec![("2026-01", Remittance, Declared, 2)], "2026-02-06", "owed [2601]"),
            ("on its way", vec![("2026-01", Remittance, Received, 2)], "2026-02-06", "owed []"),
            ("paid", vec![("2026-01", Remittance, Posted, 2)], "2026-02-06", "owed []"),
            (
                "a back payment",
                vec![("2026-01", BackPayment, Declared, 2)],
                "2026-02-06",
                "owed [2601]",
            ),
            (
                "no contribution",
                vec![("2026-01", Withdrawal, Declared, -2)],
                "2026-02-05",
                "owed []",
            ),
        ] {
            let rows = [before.clone(), more].concat();
            let found = found(AccountState::Active, &rows, day);
            assert!(found.contains(expected) && found.contains("gaps []"), "{what}: {found}");
        }
        for (what, more, expected) in [
            (
                "taken back",
                vec![("2026-01", Remittance, Withdrawn, 2)],
                "1 paid, 0 in a row, gaps [2601-2601:1], owed []",
            ),
            (
                "corrected to nothing",
                vec![("2026-01", Remittance, Corrected, 2), ("2026-02", Correction, Posted, -2)],
                "1 paid, 0 in a row, gaps [2601-2601:1], owed []",
            ),
            (
                "corrected to less",
                vec![("2026-01", Remittance, Corrected, 2), ("2026-02", Correction, Posted, -1)],
                "2 paid, 2 in a row, gaps [], owed []",
            ),
            (
                "a withdrawal corrected",
                vec![("2026-01", Withdrawal, Corrected, -2), ("2026-01", Correction, Posted, 1)],
                "1 paid, 0 in a row, gaps [2601-2601:1], owed []",
            ),
        ] {
            let rows = [before.clone(), more].concat();
            assert_eq!(found(AccountState::Active, &rows, "2026-02-10"), expected, "{what}");
        }
    }
}
