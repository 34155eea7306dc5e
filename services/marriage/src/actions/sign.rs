//! The statement that each of the two signs.

use citygate_catalogue::{Rule, RuleId, rule};
use citygate_identity::{RealName, StepUp, require_session};
use citygate_kernel::CityCode;
use citygate_platform::{Cx, db::Tx};

use super::{
    invite::CaseSign,
    read::{self, CaseView},
    step::{lock_own, step},
};
use crate::{
    error::{CaseError, Error},
    model::{CaseEvent, CaseId, Declarations, Party, SignedStatement, StatementText},
    rules::{state, statement},
    store,
};

/// The text that is in force in a city today; its id is the version that is signed.
pub(crate) async fn statement_in(cx: &Cx, city: CityCode) -> Result<Rule<StatementText>, Error> {
    cx.db.read("marriage.get_statement", async |tx| current(tx, city).await).await
}

async fn current(tx: &mut Tx<'_>, code: CityCode) -> Result<Rule<StatementText>, Error> {
    let city = citygate_catalogue::city(tx, code).await?;
    let today = city.date(tx.now());
    Ok(rule(tx, statement::STATEMENT, code, today).await?)
}

/// Signs the statement under its version in force, with what the caller declares.
pub(crate) async fn sign(
    cx: &Cx,
    proof: &StepUp<CaseSign>,
    id: CaseId,
    (version, declared): (RuleId, Declarations),
) -> Result<CaseView, Error> {
    let caller = *proof.caller();
    cx.db
        .tx("marriage.sign", async |tx| {
            let (mut case, couple, side) = lock_own(cx, tx, &caller, id).await?;
            state::next(case.state, CaseEvent::Sign).map_err(CaseError::from)?;
            let text = current(tx, id.city()).await?;
            if text.id != version {
                return Err(CaseError::StatementChanged.into());
            }
            if let Some(field) = statement::contradiction(&declared) {
                let citation = text.citation;
                return Err(CaseError::StatementContradicted { field, citation }.into());
            }
            proof.consume(tx, Some(&id.to_string()), None).await?;
            let signed = SignedStatement { side, text: version, declared, signed_at: tx.now() };
            if !store::statements::insert(&cx.keys, tx, id, &signed).await? {
                return Err(CaseError::SignedAlready.into());
            }
            unsee(tx, id, couple.on(side)).await?;
            step(tx, &mut case, CaseEvent::Sign, None).await?;
            read::view(cx, tx, &caller, case).await
        })
        .await
}

/// A registrar compares the document with the statement: with another one, they look again.
async fn unsee(tx: &mut Tx<'_>, case: CaseId, party: Option<&Party>) -> Result<(), Error> {
    match party.filter(|party| party.seen.is_some()) {
        Some(party) => store::parties::unsee(tx, case, party.id).await,
        None => Ok(()),
    }
}

/// Takes the caller's signature back. It takes no proof: nobody is kept to a will that they no longer
/// have.
pub(crate) async fn withdraw(cx: &Cx, caller: &RealName, id: CaseId) -> Result<CaseView, Error> {
    cx.db
        .tx("marriage.withdraw", async |tx| {
            require_session(tx, caller).await?;
            let (mut case, couple, side) = lock_own(cx, tx, caller, id).await?;
            state::next(case.state, CaseEvent::Withdraw).map_err(CaseError::from)?;
            if !store::statements::withdraw(tx, id, side).await? {
                return Err(CaseError::NotSigned.into());
            }
            unsee(tx, id, couple.on(side)).await?;
            step(tx, &mut case, CaseEvent::Withdraw, None).await?;
            read::view(cx, tx, caller, case).await
        })
        .await
}
