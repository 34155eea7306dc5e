//! Passwords: alone where they are long, beside a code otherwise.
//!
//! A try is counted before anything is hashed, by address and client, known or not. The hash is
//! computed between two transactions, and costs the same where there is no account.

use citygate_platform::{
    Cx,
    db::Tx,
    keys::{Keys, Unsealable},
};

use super::{
    codes::{address_index, limit_key},
    devices::require_fresh,
    issue::Granted,
    limits::count,
    notices::{Notice, tell},
    sign_in::{CodeProof, account_at, email_of, open_session_on},
};
use crate::{
    caller::Citizen,
    error::Error,
    hasher::Verdict,
    methods::SignInMethods,
    model::{Account, AccountId, Authentication, CodeAddress, Method, SignedIn},
    rules::{Channel, Password, Strength, strength},
    sealed::PASSWORD,
    store::{self, StoredPassword},
    tokens::Tokens,
    visitor::Visitor,
};

/// A password of somebody that was compared, outside of any transaction.
pub(crate) struct Checked {
    verdict: Verdict,
    /// With what it was compared.
    stored: Option<(AccountId, StoredPassword)>,
    /// The same hashed as it is today, where it is right and outdated.
    upgraded: Option<String>,
}

impl Checked {
    /// Whether it was the right one.
    pub(crate) fn is_right(&self) -> bool {
        self.verdict != Verdict::Wrong
    }

    /// Whether it is the account's password at this moment, too. Hashes it anew where that is due.
    pub(super) async fn still_holds(
        &self,
        keys: &Keys,
        tx: &mut Tx<'_>,
        account: &Account,
    ) -> Result<bool, Error> {
        let Some((owner, compared)) = &self.stored else { return Ok(false) };
        let current = store::password(tx, account.id).await?;
        let same = current.is_some_and(|current| current.phc_sealed == compared.phc_sealed);
        if !(self.is_right() && *owner == account.id && same) {
            return Ok(false);
        }
        if let Some(phc) = &self.upgraded {
            let sealed = keys.seal(tx, &PASSWORD, owner.uuid(), phc.as_bytes()).await?;
            let (phc_sealed, strength) = (sealed, compared.strength);
            store::put_password(tx, *owner, &StoredPassword { phc_sealed, strength }).await?;
        }
        Ok(true)
    }
}

/// Compares the password that is given beside a code, if one is. A challenge that can no longer be
/// guessed at is not worth a hash.
pub(crate) async fn check_beside(
    cx: &Cx,
    methods: &SignInMethods,
    proof: &CodeProof<'_>,
) -> Result<Option<Checked>, Error> {
    let Some(password) = proof.password else { return Ok(None) };
    let found = cx.db.tx("identity.read_password", async |tx| {
        let Some(code) = store::code(tx, proof.challenge).await? else { return Ok(None) };
        if code.state().guess(tx.now()).is_none() {
            return Ok(None);
        }
        Ok::<_, Error>(Some(stored(&cx.keys, tx, code.channel, &code.address_index).await?))
    });
    match found.await? {
        Some(stored) => compare(methods, password, stored).await.map(Some),
        None => Ok(Some(Checked { verdict: Verdict::Wrong, stored: None, upgraded: None })),
    }
}

/// Exchanges a password for a session, if it is long enough to be the only factor.
pub(crate) async fn sign_in_with_password(
    cx: &Cx,
    (tokens, methods): (&Tokens, &SignInMethods),
    visitor: &Visitor,
    address: &CodeAddress,
    password: &Password,
) -> Result<Granted, Error> {
    let checked = check_alone(cx, methods, visitor, address, password).await?;
    cx.db
        .tx("identity.sign_in_with_password", async |tx| {
            let signed_in = prove_password(cx, tx, visitor, address, &checked).await?;
            open_session_on(tx, tokens, &signed_in, visitor).await
        })
        .await
}

/// Counts a try at the password of an address, and compares it.
pub(crate) async fn check_alone(
    cx: &Cx,
    methods: &SignInMethods,
    visitor: &Visitor,
    address: &CodeAddress,
    password: &Password,
) -> Result<Checked, Error> {
    let index = address_index(&cx.keys, address);
    let key = limit_key(&cx.keys, "passwords", &[&index, &visitor.index(&cx.keys)]);
    let found = cx.db.tx("identity.try_password", async |tx| {
        let now = tx.now();
        let tried = count(tx, &key, |tries| tries.try_password(now)).await?;
        tried.map_err(Error::PasswordTooSoon)?;
        stored(&cx.keys, tx, address.channel(), &index).await
    });
    compare(methods, password, found.await?).await
}

/// Who has given the right password.
pub(crate) async fn prove_password(
    cx: &Cx,
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    address: &CodeAddress,
    checked: &Checked,
) -> Result<SignedIn, Error> {
    let index = address_index(&cx.keys, address);
    let account = account_at(tx, address.channel(), &index).await?;
    let account = account.ok_or(Error::PasswordRefused)?;
    if !checked.still_holds(&cx.keys, tx, &account).await? {
        return Err(Error::PasswordRefused);
    }
    // Said only to who knows the password.
    if !checked.stored.as_ref().is_some_and(|(_, stored)| stored.strength == Strength::Alone) {
        return Err(Error::SecondFactorRequired);
    }
    let key = limit_key(&cx.keys, "passwords", &[&index, &visitor.index(&cx.keys)]);
    store::forget_counter(tx, &key).await?;
    let authentication = Authentication::by(Method::Password, tx.now());
    Ok(SignedIn { account, authentication })
}

/// What is stored of the account that an address leads to, opened.
type Stored = Option<(AccountId, StoredPassword, String)>;

async fn stored(
    keys: &Keys,
    tx: &mut Tx<'_>,
    channel: Channel,
    address_index: &[u8],
) -> Result<Stored, Error> {
    let Some(account) = account_at(tx, channel, address_index).await? else { return Ok(None) };
    let Some(stored) = store::password(tx, account.id).await? else { return Ok(None) };
    let phc = keys.open_sealed(tx, &PASSWORD, account.id.uuid(), &stored.phc_sealed).await?;
    let phc = String::from_utf8(phc).map_err(|_| Unsealable)?;
    Ok(Some((account.id, stored, phc)))
}

async fn compare(
    methods: &SignInMethods,
    password: &Password,
    stored: Stored,
) -> Result<Checked, Error> {
    let (stored, phc) = stored.map(|(id, stored, phc)| ((id, stored), phc)).unzip();
    let verdict = methods.hasher.verify(password.clone(), phc).await?;
    let upgraded = match verdict {
        Verdict::Outdated => Some(methods.hasher.hash(password.clone()).await?),
        Verdict::Right | Verdict::Wrong => None,
    };
    Ok(Checked { verdict, stored, upgraded })
}

/// Gives the citizen's account a password, new or in the place of another.
pub(crate) async fn set_password(
    cx: &Cx,
    methods: &SignInMethods,
    citizen: &Citizen,
    password: &Password,
) -> Result<Strength, Error> {
    let judged = cx.db.tx("identity.judge_password", async |tx| {
        let account = require_fresh(tx, citizen).await?;
        let email = email_of(cx, tx, &account).await?;
        strength(password, email.as_str()).ok_or(Error::PasswordCommon)
    });
    let strength = judged.await?;
    let phc = methods.hasher.hash(password.clone()).await?;
    cx.db
        .tx("identity.set_password", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let row = account.id.uuid();
            let phc_sealed = cx.keys.seal(tx, &PASSWORD, row, phc.as_bytes()).await?;
            let new = StoredPassword { phc_sealed, strength };
            store::put_password(tx, account.id, &new).await?;
            tell(cx, tx, &account, Notice::PasswordSet).await?;
            Ok(strength)
        })
        .await
}

/// Takes the password of the citizen's account away, if it has one.
pub(crate) async fn remove_password(cx: &Cx, citizen: &Citizen) -> Result<(), Error> {
    cx.db
        .tx("identity.remove_password", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            if store::delete_password(tx, account.id).await? {
                tell(cx, tx, &account, Notice::PasswordRemoved).await?;
            }
            Ok(())
        })
        .await
}
