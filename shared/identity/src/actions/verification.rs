//! Claiming a real name, and what the register says about it.
//!
//! Whether a document exists, belongs to somebody else, has an account, or was tried too often, the
//! citizen cannot tell: every claim is answered alike, and later every one that failed is refused
//! alike.

use citygate_kernel::Clock;
use citygate_platform::{Cx, db::Tx, keys::Unsealable};
use serde::{Deserialize, Serialize};

use super::{codes::limit_key, limits::count, profile::REASON};
use crate::{
    access::{Access, Accessor},
    documents::Document,
    error::{Error, ProofError},
    jobs::{RESOLVE_VERIFICATION, ResolveVerification},
    model::{Account, AccountId, PersonId, Verification, VerificationId, VerificationState},
    registry::{Finding, PoliceRegistry},
    rules::{self, CLAIMS_OF_ACCOUNT, CLAIMS_OF_DOCUMENT, Standing, VERIFIED_LEVEL},
    sealed::CLAIM,
    store::{self, Decided},
};

/// Who the demo city's people are vouched for by.
const DEMO: &str = "demo";

/// A name and a document, until it is known whether they belong together.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claim {
    pub name: String,
    /// As [`Document::kept`].
    document: String,
}

impl Claim {
    fn new(name: &str, document: &Document) -> Self {
        Self { name: name.to_owned(), document: document.kept() }
    }

    pub(crate) fn document(&self) -> Result<Document, Error> {
        Document::from_kept(&self.document).ok_or(Error::Damaged("a claimed document"))
    }
}

/// Notes what an account claims to be, and has it checked. While one claim is being checked,
/// another changes nothing.
pub(crate) async fn claim_real_name(
    cx: &Cx,
    account: AccountId,
    name: &str,
    document: &Document,
) -> Result<(), Error> {
    cx.db
        .tx("identity.claim_real_name", async |tx| {
            store::lock_account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            let latest = store::latest_verification(tx, account).await?;
            match latest.map(|latest| latest.state) {
                Some(VerificationState::Verified) => Err(Error::RealNameSettled),
                Some(VerificationState::Pending) => Ok(()),
                Some(VerificationState::Refused) | None => {
                    insert_claim(cx, tx, account, name, document).await
                }
            }
        })
        .await
}

async fn insert_claim(
    cx: &Cx,
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &str,
    document: &Document,
) -> Result<(), Error> {
    let now = tx.now();
    let own = limit_key(&cx.keys, "claims_of_account", &[account.uuid().as_bytes()]);
    let claims = count(tx, &own, |claims| claims.count(&CLAIMS_OF_ACCOUNT, now)).await?;
    claims.map_err(ProofError::RealNameTooOften)?;
    let document_index = store::index_of(&cx.keys, document);
    let target = limit_key(&cx.keys, "claims_of_document", &[&document_index]);
    let claims = count(tx, &target, |claims| claims.count(&CLAIMS_OF_DOCUMENT, now)).await?;
    let withheld = claims.is_err();
    let id = VerificationId::new(&Clock::manual(now));
    let claim = serde_json::to_vec(&Claim::new(name, document)).map_err(|_| Unsealable)?;
    let claim = cx.keys.seal(tx, &CLAIM, id.uuid(), &claim).await?;
    let verification = Verification {
        id,
        account,
        state: VerificationState::Pending,
        claim_sealed: Some(claim),
        withheld,
        created_at: now,
    };
    store::insert_verification(tx, &verification).await?;
    RESOLVE_VERIFICATION.enqueue(tx, &ResolveVerification { verification: id }).await?;
    Ok(())
}

/// What is to be asked about a claim; none once it is decided.
pub(crate) enum Question {
    /// Nobody is asked.
    Withheld,
    /// Whether these belong together.
    Ask(Claim),
}

/// What is to be asked about a claim.
pub(crate) async fn question(cx: &Cx, id: VerificationId) -> Result<Option<Question>, Error> {
    cx.db
        .tx("identity.read_verification", async |tx| {
            let found = store::verification(tx, id).await?;
            let found = found.ok_or(Error::Damaged("a job without its verification"))?;
            Ok(match (found.withheld, open_claim(cx, tx, &found).await?) {
                (_, None) => None,
                (true, Some(_)) => Some(Question::Withheld),
                (false, Some(claim)) => Some(Question::Ask(claim)),
            })
        })
        .await
}

async fn open_claim(cx: &Cx, tx: &Tx<'_>, of: &Verification) -> Result<Option<Claim>, Error> {
    let Some(sealed) = &of.claim_sealed else { return Ok(None) };
    let claim = cx.keys.open_sealed(tx, &CLAIM, of.id.uuid(), sealed).await?;
    Ok(Some(serde_json::from_slice(&claim).map_err(|_| Unsealable)?))
}

/// Writes down what became of a claim; without a finding, it is refused. The first result stands.
pub(crate) async fn resolve_verification(
    cx: &Cx,
    id: VerificationId,
    finding: Option<&Finding>,
) -> Result<(), Error> {
    cx.db
        .tx("identity.resolve_verification", async |tx| {
            let found = store::lock_verification(tx, id).await?;
            let found = found.ok_or(Error::Damaged("a job without its verification"))?;
            let Some(claim) = open_claim(cx, tx, &found).await? else { return Ok(()) };
            let account = store::lock_account(tx, found.account).await?;
            let account = account.ok_or(Error::AccountUnknown)?;
            let person = match finding.filter(|finding| finding.matches) {
                Some(_) => bind(cx, tx, &account, &claim).await?,
                None => None,
            };
            let decided = Decided {
                person,
                level: VERIFIED_LEVEL,
                provider: finding.map(|_| PoliceRegistry::NAME),
                evidence_digest: finding.map(|finding| finding.evidence_digest.as_slice()),
            };
            store::decide_verification(tx, id, &decided).await
        })
        .await
}

/// Makes the account the person's whose name and document were found to belong together, if both
/// are free. The name is what was verified, whatever agencies have called the person before.
async fn bind(
    cx: &Cx,
    tx: &mut Tx<'_>,
    account: &Account,
    claim: &Claim,
) -> Result<Option<PersonId>, Error> {
    let person = store::verified_person(&cx.keys, tx, &claim.document()?).await?;
    store::lock_person(tx, person).await?;
    let held_by = store::account_of_person(tx, person).await?.map(|holder| holder.id);
    let standing = Standing { account: account.id, bound_to: account.person, person, held_by };
    if !rules::may_bind(true, &standing) {
        return Ok(None);
    }
    if account.person.is_none() {
        store::bind_person(tx, account.id, person).await?;
    }
    let access = Access::new(cx, Accessor::person(account.id, account.city), REASON);
    store::set_name(&cx.keys, tx, &access, person, &claim.name).await?;
    Ok(Some(person))
}

/// Gives an account of the demo city its real name, which nobody has to check.
pub(crate) async fn seed_real_name(
    cx: &Cx,
    account: AccountId,
    name: &str,
    document: &Document,
) -> Result<(), Error> {
    cx.db
        .tx("identity.seed_real_name", async |tx| {
            let account = store::lock_account(tx, account).await?.ok_or(Error::AccountUnknown)?;
            let latest = store::latest_verification(tx, account.id).await?;
            if latest.is_some_and(|latest| latest.state == VerificationState::Verified) {
                return Ok(());
            }
            let claim = Claim::new(name, document);
            let person = bind(cx, tx, &account, &claim).await?.ok_or(Error::RealNameSettled)?;
            store::insert_vouched(tx, account.id, person, VERIFIED_LEVEL, DEMO).await
        })
        .await
}
