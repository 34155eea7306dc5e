//! Proving oneself anew, for one thing that is sensitive.

use citygate_kernel::{Clock, Id, Masked, Money};
use citygate_notify::send_mail;
use citygate_platform::{Cx, db::Tx, keys::Keys};

use super::{
    codes::{limit_key, six_digits},
    issue::TokenKind,
    limits::count,
    sign_in::email_of,
};
use crate::{
    caller::RealName,
    documents::Document,
    error::{Error, ProofError},
    mail,
    model::{Account, StepUpId, StepUpPurpose, VerificationState},
    rules::{
        self, CodeState, GUESSES, SENDS, STEP_UP_AMR, STEP_UP_CODE_LIFE, STEP_UP_LEVEL,
        STEP_UP_LIFE,
    },
    store::{self, StepUpCodeRow, StepUpFor},
    tokens::{Caller, Claims, Tokens},
};

/// What somebody wants to prove themselves anew for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub purpose: StepUpPurpose,
    pub object: Option<&'a str>,
    pub amount: Option<Money>,
}

impl<'a> Wanted<'a> {
    fn of(self, caller: &RealName) -> StepUpFor<'a> {
        let Self { purpose, object, amount } = self;
        StepUpFor { account: caller.account, session: caller.session, purpose, object, amount }
    }

    fn check(&self) -> Result<(), Error> {
        if rules::is_whole(self.purpose, self.object, self.amount) {
            Ok(())
        } else {
            Err(ProofError::StepUpIncomplete.into())
        }
    }
}

/// Sends a code for one thing to the address of the account. It says what for, and for how much.
pub(crate) async fn send_step_up_code(
    cx: &Cx,
    caller: &RealName,
    wanted: Wanted<'_>,
) -> Result<(), Error> {
    wanted.check()?;
    let code = six_digits();
    cx.db
        .tx("identity.send_step_up_code", async |tx| {
            let account = sure_account(tx, caller).await?;
            let now = tx.now();
            let key = limit_key(&cx.keys, "step_up_codes", &[account.id.uuid().as_bytes()]);
            let sent = count(tx, &key, |sent| sent.count(&SENDS, now)).await?;
            sent.map_err(Error::CodeTooSoon)?;
            let row = StepUpCodeRow {
                code_digest: code_digest(&cx.keys, &wanted.of(caller), &code),
                attempts: 0,
                created_at: now,
                expires_at: now + STEP_UP_CODE_LIFE,
                used_at: None,
            };
            store::replace_step_up_code(tx, account.id, &row).await?;
            let email = email_of(cx, tx, &account).await?;
            let letter = mail::step_up_code(&code, wanted.purpose, wanted.amount, account.locale);
            Ok(send_mail(&cx.keys, tx, &email, &letter).await?)
        })
        .await
}

/// An access token with a fresh proof in it.
pub(crate) struct SteppedUp {
    pub access_token: Masked<String>,
    /// Seconds.
    pub expires_in: i64,
    /// Space-separated.
    pub scope: String,
}

/// Exchanges a document and a code for a proof of one thing. What is wrong, nobody learns; a wrong
/// guess is counted and the count commits.
pub(crate) async fn step_up(
    cx: &Cx,
    tokens: &Tokens,
    caller: &RealName,
    claims: &Claims,
    wanted: Wanted<'_>,
    (document, code): (&Document, &str),
) -> Result<SteppedUp, Error> {
    wanted.check()?;
    let what = wanted.of(caller);
    let digest = code_digest(&cx.keys, &what, code);
    let proven = cx
        .db
        .tx("identity.step_up", async |tx| {
            let account = sure_account(tx, caller).await?;
            let now = tx.now();
            let key = limit_key(&cx.keys, "step_up_guesses", &[account.id.uuid().as_bytes()]);
            if count(tx, &key, |guesses| guesses.count(&GUESSES, now)).await?.is_err() {
                return Ok(None);
            }
            let holds = store::holds(&cx.keys, tx, caller.person, document).await?;
            if !guess(tx, &account, &digest, holds).await? {
                return Ok(None);
            }
            let id = StepUpId::new(&Clock::manual(now));
            store::insert_step_up(tx, id, &what, now + STEP_UP_LIFE).await?;
            Ok::<_, Error>(Some((id, now)))
        })
        .await?;
    let (id, now) = proven.ok_or(ProofError::StepUpRefused)?;
    let raised = raised(claims, id, now.timestamp())?;
    Ok(SteppedUp {
        access_token: Masked::new(tokens.sign(&raised, now)?),
        expires_in: STEP_UP_LIFE.num_seconds(),
        scope: raised.scope,
    })
}

/// The account of a caller whose session runs and whose real name is verified: a proof by what
/// somebody has merely typed is none.
async fn sure_account(tx: &mut Tx<'_>, caller: &RealName) -> Result<Account, Error> {
    super::require_session(tx, caller).await?;
    let latest = store::latest_verification(tx, caller.account).await?;
    if latest.is_none_or(|latest| latest.state != VerificationState::Verified) {
        return Err(Error::RealNameRequired);
    }
    store::account(tx, caller.account).await?.ok_or(Error::AccountUnknown)
}

/// One guess at the account's code, which is right only together with the rest.
async fn guess(
    tx: &mut Tx<'_>,
    account: &Account,
    digest: &[u8],
    rest_is_right: bool,
) -> Result<bool, Error> {
    let now = tx.now();
    let Some(mut row) = store::lock_step_up_code(tx, account.id).await? else { return Ok(false) };
    let (attempts, expires_at, used) = (row.attempts, row.expires_at, row.used_at.is_some());
    let Some(state) = (CodeState { attempts, expires_at, used }).guess(now) else {
        return Ok(false);
    };
    row.attempts = state.attempts;
    let right = Keys::same(&row.code_digest, digest) && rest_is_right;
    row.used_at = right.then_some(now);
    store::update_step_up_code(tx, account.id, &row).await?;
    Ok(right)
}

/// Bound to everything that the proof will be bound to: a code for one payment is none for another.
fn code_digest(keys: &Keys, what: &StepUpFor<'_>, code: &str) -> Vec<u8> {
    let StepUpFor { account, session, purpose, object, amount } = what;
    let amount = amount.map(|amount| amount.to_string());
    let bound = (account, session, purpose, object, amount, code);
    keys.blind_index("identity.step_up_code", &serde_json::json!(bound).to_string())
}

/// The same token at a higher level (RFC 9470, 4), for as long as the proof lasts.
fn raised(claims: &Claims, id: StepUpId, now: i64) -> Result<Claims, Error> {
    let Caller::Citizen { sign_in, city, person, .. } = &claims.caller else {
        return Err(Error::Forbidden);
    };
    let mut sign_in = sign_in.clone();
    sign_in.auth_time = now;
    sign_in.acr = STEP_UP_LEVEL.acr().to_owned();
    sign_in.amr = STEP_UP_AMR.map(str::to_owned).into();
    let (city, person, step_up) = (city.clone(), person.clone(), Some(id.to_string()));
    Ok(Claims {
        exp: now + STEP_UP_LIFE.num_seconds(),
        iat: now,
        nbf: now,
        jti: Id::<TokenKind>::from_uuid(id.uuid()).to_string(),
        caller: Caller::Citizen { sign_in, city, person, step_up },
        ..claims.clone()
    })
}
