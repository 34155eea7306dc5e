//! Whether the two can be registered on a day, asked of the rules of that day.

use chrono::{NaiveDate, TimeDelta};
use citygate_catalogue::rule;
use citygate_identity::{RealName, age_on, document_type, require_session};
use citygate_kernel::Text;
use citygate_platform::{Cx, db::Tx};

use super::step::{lock_own, step};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseEvent, CaseId, Couple, Party, Side, StatementText},
    rules::{
        precheck::{AGE, Facts, Finding, PAPERS, Rules, Told, precheck},
        state,
        statement::STATEMENT,
    },
    store,
};

/// How far ahead anybody asks; no registry gives places for a later day.
const DAYS_AHEAD: i64 = 366;

/// What the two are told for a day, and where it is written.
pub(crate) struct Checked {
    pub on: NaiveDate,
    /// In the order of their sides.
    pub told: [Told; 2],
    age_citation: Text,
    statement_citation: Text,
    pub papers_citation: Text,
}

impl Checked {
    /// What one of them is told.
    pub(crate) fn of(&self, side: Side) -> &Told {
        let [a, b] = &self.told;
        match side {
            Side::A => a,
            Side::B => b,
        }
    }

    /// Where a finding is written.
    pub(crate) fn citation(&self, finding: Finding) -> &Text {
        match finding {
            Finding::UnderAge | Finding::AgeUnknown => &self.age_citation,
            Finding::Unsigned | Finding::HasSpouse => &self.statement_citation,
            Finding::Designated | Finding::Household => &self.papers_citation,
        }
    }

    /// Whether nothing is in the way.
    pub(crate) fn is_ready(&self) -> bool {
        self.told.iter().all(Told::is_ready)
    }
}

/// Asks for a day. When nothing is in the way, the case can be booked for it.
pub(crate) async fn check(
    cx: &Cx,
    caller: &RealName,
    id: CaseId,
    on: NaiveDate,
) -> Result<(Checked, Side), Error> {
    cx.db
        .tx("marriage.precheck", async |tx| {
            require_session(tx, caller).await?;
            let (mut case, couple, side) = lock_own(cx, tx, caller, id).await?;
            let passed = state::next(case.state, CaseEvent::Pass).map_err(CaseError::from)?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            let today = city.date(tx.now());
            if on < today || on > today + TimeDelta::days(DAYS_AHEAD) {
                let expected = "a day from today to a year from now";
                return Err(CaseError::DayUnsound { field: "/on", expected }.into());
            }
            let checked = for_day(cx, tx, (&case, &couple), on).await?;
            if checked.is_ready() && passed != case.state {
                step(tx, &mut case, CaseEvent::Pass, None).await?;
            }
            Ok((checked, side))
        })
        .await
}

/// Asks the rules of a day about the two of a case.
pub(super) async fn for_day(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (case, couple): (&Case, &Couple),
    on: NaiveDate,
) -> Result<Checked, Error> {
    let [a, b] = couple.both().ok_or(Error::Damaged("a case of two without a second"))?;
    let city = case.id.city();
    let age = rule(tx, AGE, city, on).await?;
    let papers = rule(tx, PAPERS, city, on).await?;
    let statement = rule::<StatementText>(tx, STATEMENT, city, on).await?;
    let signed = store::statements::standing(&cx.keys, tx, case.id).await?;
    let mut facts = Vec::with_capacity(2);
    for party in [a, b] {
        let declared = signed.iter().find(|one| one.side == party.side).map(|one| one.declared);
        facts.push(Facts { declared, ..known(cx, tx, party, on).await? });
    }
    let [of_a, of_b] = &facts[..] else { return Err(Error::Damaged("couple")) };
    let rules = Rules { age: age.params, papers: papers.params };
    Ok(Checked {
        on,
        told: precheck(&rules, [of_a, of_b]),
        age_citation: age.citation,
        statement_citation: statement.citation,
        papers_citation: papers.citation,
    })
}

/// What the city knows of somebody for a day. None of it is told to anybody but them.
async fn known(cx: &Cx, tx: &mut Tx<'_>, party: &Party, on: NaiveDate) -> Result<Facts, Error> {
    let document = document_type(&cx.keys, tx, party.person).await?;
    Ok(Facts {
        status: document.ok_or(Error::Damaged("a person without a document"))?.into(),
        age: age_on(&cx.keys, tx, party.person, on).await?,
        declared: None,
        has_spouse: store::cases::marriage_of(tx, party.person).await?.is_some(),
    })
}
