//! Balances, many in one transaction.
//!
//! | step | for the whole batch |
//! |---|---|
//! | 1 | read the accounts, and which centres can be asked themselves |
//! | 2 | use up the proofs of those who own what they ask about |
//! | 3 | note in the ledgers of accesses of those whose proof was worth something |
//!
//! So an answer, the use of its proof and its entry are there together or not at all. A proof serves
//! one answer: where it is unknown whether COMMIT has happened and it has, its owner has to give
//! another. What is not the caller's uses nothing up.

use std::{collections::BTreeSet, io, slice};

use citygate_catalogue::AgencyId;
use citygate_identity::{
    OwnRead, Proof, RealName, Reason, Record, Sensitive, StepUp, StepUpPurpose, consume_step_ups,
    note_own_reads,
};
use citygate_inquiry::{Registers, Subject, with_source};
use citygate_kernel::Problem;
use citygate_platform::{
    Cx, Platform,
    db::{Db, DbError, Tx},
    idempotency::Claim,
    lane::{Command, LaneSettings, Lanes, Turn},
};
use futures_util::future::try_join;

use crate::{
    error::Error,
    live::{self, Known},
    model::AccountId,
    store::reads::{self, Standing},
};

/// Why people read their own (Regulations, article 36).
pub(crate) const OWN: Reason<'static> =
    Reason { purpose: "provident_fund.query", legal_basis: "hpfr-36" };

/// What an account says is read after a fresh proof.
#[derive(Debug)]
pub(crate) struct FundRead;
impl Sensitive for FundRead {
    const PURPOSE: StepUpPurpose = StepUpPurpose::ProvidentFundRead;
}

/// Somebody asks how an account stands.
pub struct AskBalance {
    /// The proof is the key: it serves once.
    claim: Claim,
    proof: Proof,
    caller: RealName,
    account: AccountId,
    request_id: String,
}

impl AskBalance {
    fn new(cx: &Cx, proof: &StepUp<FundRead>, account: AccountId) -> Self {
        let (caller, proof) = (*proof.caller(), proof.proof(None, None));
        let claim = Claim {
            city: caller.city,
            subject_id: caller.account.uuid(),
            key: proof.key().to_string(),
            request_hash: Vec::new(),
        };
        Self { claim, proof, caller, account, request_id: cx.request_id.clone() }
    }
}

/// How the account stands, and whether its centre can be asked itself; or why not.
type Outcome = Result<(Standing, bool), Problem>;

impl Command for AskBalance {
    type Outcome = Outcome;

    /// Two questions share no row.
    const BATCHES_AT_ONCE: usize = 2;

    fn claim(&self) -> &Claim {
        &self.claim
    }
}

/// How questions for a balance reach the database: over lanes, or each in a transaction of its own.
#[derive(Clone)]
pub struct BalanceLanes(Option<Lanes<AskBalance>>);

impl BalanceLanes {
    /// Starts the lanes, if the settings want any.
    pub fn start(platform: &Platform, settings: LaneSettings) -> io::Result<Self> {
        if settings.lanes == 0 {
            return Ok(Self::direct());
        }
        let platform = platform.clone();
        let lanes = Lanes::start("provident_fund", settings, move || {
            let db = platform.db.apart(AskBalance::BATCHES_AT_ONCE);
            async move |batch: &[AskBalance], turn: &Turn<'_, AskBalance>| {
                answer_together(&db, batch, || turn.end()).await
            }
        });
        Ok(Self(Some(lanes?)))
    }

    /// No lanes.
    pub fn direct() -> Self {
        Self(None)
    }
}

/// How an account stands: what its centre has pushed, or what it says now where it can be asked.
pub(crate) async fn balance(
    cx: &Cx,
    (lanes, registers): (&BalanceLanes, &Registers),
    proof: &StepUp<FundRead>,
    account: AccountId,
) -> Result<Known, Problem> {
    let ask = AskBalance::new(cx, proof, account);
    let (standing, live) = match &lanes.0 {
        Some(lanes) => lanes.submit(ask.proof.key(), ask).await??,
        None => {
            let mut outcomes = answer_together(&cx.db, slice::from_ref(&ask), || ()).await?;
            outcomes.pop().ok_or_else(|| Error::Damaged("outcome"))??
        }
    };
    if live {
        return Ok(live::known(cx, registers, proof.caller(), standing).await?);
    }
    Ok(Known::pushed(standing, None))
}

/// Answers in one transaction. `written` is called when nothing is left of it but COMMIT.
async fn answer_together(
    db: &Db,
    batch: &[AskBalance],
    written: impl Fn(),
) -> Result<Vec<Outcome>, DbError> {
    let answered = db.tx("provident_fund.balances", async |tx| {
        let outcomes = answer_all(tx, batch).await?;
        written();
        Ok(outcomes)
    });
    answered.await.map_err(Error::into_trouble)
}

async fn answer_all(tx: &mut Tx<'_>, batch: &[AskBalance]) -> Result<Vec<Outcome>, Error> {
    let tx = &*tx;
    let asked: Vec<AccountId> = batch.iter().map(|ask| ask.account).collect();
    let standings = reads::standings(tx, &asked).await?;
    let own = batch.iter().map(|ask| {
        let standing = standings.get(&ask.account)?;
        (standing.person == ask.caller.person).then_some(standing)
    });
    let own: Vec<Option<&Standing>> = own.collect();
    let (mut worth, live) = try_join(use_up(tx, batch, &own), askable(tx, &own)).await?;
    let outcomes: Vec<Outcome> = batch
        .iter()
        .zip(&own)
        .map(|(ask, own)| {
            let standing = own.ok_or(Error::AccountUnknown)?;
            if !worth.remove(&ask.proof.key()) {
                return Err(Error::from(ask.proof.refused()).into());
            }
            Ok((standing.clone(), live.contains(&standing.agency)))
        })
        .collect();
    note(tx, batch, &outcomes).await?;
    Ok(outcomes)
}

/// Uses up the proofs of those who ask for what is theirs. Returns the keys of those that were worth
/// something.
async fn use_up(
    tx: &Tx<'_>,
    batch: &[AskBalance],
    own: &[Option<&Standing>],
) -> Result<BTreeSet<uuid::Uuid>, Error> {
    let proofs = batch.iter().zip(own).filter(|(_, own)| own.is_some());
    let proofs: Vec<Proof> = proofs.map(|(ask, _)| ask.proof.clone()).collect();
    let worth = consume_step_ups(tx, &proofs).await?;
    let good = proofs.iter().zip(worth).filter(|(_, worth)| *worth);
    Ok(good.map(|(proof, _)| proof.key()).collect())
}

/// The centres that can be asked themselves.
async fn askable(tx: &Tx<'_>, own: &[Option<&Standing>]) -> Result<BTreeSet<AgencyId>, Error> {
    let subject: Subject = live::SUBJECT.parse().map_err(|_| Error::Damaged("subject"))?;
    let agencies = own.iter().flatten().map(|standing| standing.agency).collect();
    Ok(with_source(tx, &subject, &agencies).await?)
}

/// Notes what was answered, each in the ledger of whom it is about.
async fn note(tx: &Tx<'_>, batch: &[AskBalance], outcomes: &[Outcome]) -> Result<(), Error> {
    let answered = batch.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_ok());
    let answered: Vec<(&AskBalance, String)> =
        answered.map(|(ask, _)| (ask, ask.account.to_string())).collect();
    let reads = answered.iter().map(|(ask, case)| OwnRead {
        caller: &ask.caller,
        request_id: &ask.request_id,
        case,
    });
    Ok(note_own_reads(tx, OWN, Record::ProvidentFund, &reads.collect::<Vec<_>>()).await?)
}
