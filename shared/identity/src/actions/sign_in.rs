//! Signing in with a one-time code, a password, or both. The first time is signing up.

use citygate_kernel::{CityCode, Clock};
use citygate_notify::EmailAddress;
use citygate_platform::{Cx, db::Tx, keys::Unsealable};

use super::{
    codes::{address_of, email_index, guess},
    issue::Granted,
    passwords::{Checked, check_beside},
    sessions::open_session,
};
use crate::{
    error::Error,
    methods::SignInMethods,
    model::{Account, AccountId, Authentication, ChallengeId, CodeAddress, Method, SignedIn},
    rules::{Channel, Password, Purpose},
    sealed::EMAIL,
    store,
    tokens::Tokens,
    visitor::Visitor,
};

/// What somebody gives to sign in with a code.
pub(crate) struct CodeProof<'a> {
    pub challenge: ChallengeId,
    /// Six digits.
    pub code: &'a str,
    /// The second factor, where the citizen gives one.
    pub password: Option<&'a Password>,
}

/// Exchanges a code for a session of the city's own app.
pub(crate) async fn sign_in(
    cx: &Cx,
    (tokens, methods): (&Tokens, &SignInMethods),
    visitor: &Visitor,
    proof: &CodeProof<'_>,
) -> Result<Granted, Error> {
    let checked = check_beside(cx, methods, proof).await?;
    cx.db
        .tx("identity.sign_in", async |tx| {
            let proven = prove_code(cx, tx, visitor, proof, checked.as_ref()).await?;
            let Some(signed_in) = proven else { return Ok(None) };
            open_session_on(tx, tokens, &signed_in, visitor).await.map(Some)
        })
        .await?
        .ok_or(Error::CodeRefused)
}

/// Who has given the right code, and the right password if one was given. `None` is a refusal whose
/// count has to commit.
pub(crate) async fn prove_code(
    cx: &Cx,
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    proof: &CodeProof<'_>,
    checked: Option<&Checked>,
) -> Result<Option<SignedIn>, Error> {
    let besides = checked.is_none_or(Checked::is_right);
    let wanted = (proof.challenge, Purpose::SignIn);
    let Some(code) = guess(&cx.keys, tx, wanted, proof.code, besides).await? else {
        return Ok(None);
    };
    let account = match address_of(&cx.keys, tx, &code).await? {
        CodeAddress::Mail(email) => Some(account_for(cx, tx, &email, code.city).await?),
        CodeAddress::Phone(_) => account_at(tx, Channel::Sms, &code.address_index).await?,
    };
    // The number may have gone to somebody else since, and the password been changed.
    let Some(account) = account else { return Ok(None) };
    let mut methods = vec![match code.channel {
        Channel::Mail => Method::EmailCode,
        Channel::Sms => Method::SmsCode,
    }];
    if let Some(checked) = checked {
        if !checked.still_holds(&cx.keys, tx, &account).await? {
            return Ok(None);
        }
        methods.push(Method::Password);
    }
    store::know_client(tx, &code.address_index, &visitor.index(&cx.keys)).await?;
    let authentication = Authentication { methods, at: tx.now() };
    Ok(Some(SignedIn { account, authentication }))
}

/// Begins a session of the city's own app on the visitor's device.
pub(super) async fn open_session_on(
    tx: &mut Tx<'_>,
    tokens: &Tokens,
    signed_in: &SignedIn,
    visitor: &Visitor,
) -> Result<Granted, Error> {
    let device = visitor.device.as_deref();
    open_session(tx, tokens, &signed_in.account, &signed_in.authentication, device).await
}

/// The account that an address leads to, where there is one.
pub(super) async fn account_at(
    tx: &mut Tx<'_>,
    channel: Channel,
    address_index: &[u8],
) -> Result<Option<Account>, Error> {
    match channel {
        Channel::Mail => store::account_by_email(tx, address_index).await,
        Channel::Sms => match store::account_of_phone(tx, address_index).await? {
            Some(id) => store::account(tx, id).await,
            None => Ok(None),
        },
    }
}

/// The account of a mail address, opened where there is none.
pub(crate) async fn account_for(
    cx: &Cx,
    tx: &mut Tx<'_>,
    email: &EmailAddress,
    city: CityCode,
) -> Result<Account, Error> {
    let index = email_index(&cx.keys, email);
    if let Some(account) = store::account_by_email(tx, &index).await? {
        return Ok(account);
    }
    let id = AccountId::new(&Clock::manual(tx.now()));
    let account = Account {
        id,
        city,
        email_sealed: cx.keys.seal(tx, &EMAIL, id.uuid(), email.as_str().as_bytes()).await?,
        locale: cx.locale,
        person: None,
        created_at: tx.now(),
    };
    store::insert_account(tx, &account, &index).await?;
    Ok(account)
}

/// The mail address of an account.
pub(super) async fn email_of(
    cx: &Cx,
    tx: &mut Tx<'_>,
    account: &Account,
) -> Result<EmailAddress, Error> {
    let email = cx.keys.open_sealed(tx, &EMAIL, account.id.uuid(), &account.email_sealed).await?;
    let email = String::from_utf8(email).map_err(|_| Unsealable)?;
    Ok(email.parse().map_err(|_| Unsealable)?)
}
