//! Passkeys: WebAuthn credentials that their authenticator can find by itself, with verification of
//! their user.
//!
//! What the server has to remember of a ceremony stands in the database for five minutes, and is
//! taken out by its answer, right or wrong: a challenge is answered once, on whichever process.

use chrono::TimeDelta;
use citygate_kernel::{Clock, Words};
use citygate_platform::{Cx, db::Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn,
};

use super::{
    authorization::{Cookie, Next, enter},
    devices::require_fresh,
    issue::Granted,
    notices::{Notice, tell},
    sign_in::{email_of, open_session_on},
};
use crate::{
    caller::Citizen,
    error::Error,
    methods::SignInMethods,
    model::{AccountId, Authentication, CeremonyId, Method, PasskeyId, SignedIn, random_id},
    oauth::AuthorizationParameters,
    rules::mask_email,
    store::{self, PasskeyFacts},
    tokens::Tokens,
    visitor::Visitor,
};

/// How long an authenticator may take (WebAuthn Level 3, 5.4).
const CEREMONY_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How many passkeys an account has at most.
const MOST: usize = 20;

/// A ceremony that has begun, and what the browser is to be asked.
pub(crate) struct Ceremony {
    pub id: CeremonyId,
    /// The options of the standard, as JSON.
    pub public_key: Value,
}

/// Begins to make a passkey for the citizen's account.
pub(crate) async fn begin_registration(
    cx: &Cx,
    methods: &SignInMethods,
    citizen: &Citizen,
) -> Result<Ceremony, Error> {
    let webauthn = methods.webauthn()?;
    cx.db
        .tx("identity.begin_passkey_registration", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let known = store::credential_ids(tx, account.id).await?;
            if known.len() >= MOST {
                return Err(Error::PasskeysTooMany);
            }
            // What the authenticator shows when there are several.
            let name = mask_email(email_of(cx, tx, &account).await?.as_str());
            let (options, state) = webauthn
                .start_passkey_registration(account.id.uuid(), &name, &name, Some(known))
                .map_err(refused)?;
            let mut public_key = json(&options.public_key)?;
            let selection = public_key.pointer_mut("/authenticatorSelection");
            if let Some(Value::Object(selection)) = selection {
                // Without it, nobody could sign in who has not said who they are.
                selection.insert("residentKey".to_owned(), "required".into());
                selection.insert("requireResidentKey".to_owned(), true.into());
            }
            begin(tx, Some(account.id), public_key, &json(&state)?).await
        })
        .await
}

/// Adds the passkey that an authenticator has made.
pub(crate) async fn add_passkey(
    cx: &Cx,
    methods: &SignInMethods,
    citizen: &Citizen,
    (ceremony, credential): (CeremonyId, &RegisterPublicKeyCredential),
    name: &Words<64>,
) -> Result<PasskeyFacts, Error> {
    let webauthn = methods.webauthn()?;
    cx.db
        .tx("identity.add_passkey", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let Some(state) = store::take_ceremony(tx, ceremony, Some(account.id)).await? else {
                return Ok::<_, Error>(None);
            };
            let state: PasskeyRegistration = read(state)?;
            let Ok(passkey) = webauthn.finish_passkey_registration(credential, &state) else {
                return Ok(None);
            };
            let id = PasskeyId::new(&Clock::manual(tx.now()));
            let stored = json(&passkey)?;
            let stored = (passkey.cred_id().as_ref(), &stored);
            store::insert_passkey(tx, id, account.id, stored, name.as_str()).await?;
            tell(cx, tx, &account, Notice::PasskeyAdded).await?;
            let (name, created_at) = (name.as_str().to_owned(), tx.now());
            Ok(Some(PasskeyFacts { id, name, created_at, last_used_at: None }))
        })
        .await?
        .ok_or(Error::PasskeyRefused)
}

/// Begins to sign somebody in, whoever it is: the authenticator will say.
pub(crate) async fn begin_sign_in(cx: &Cx, methods: &SignInMethods) -> Result<Ceremony, Error> {
    let (options, state) =
        methods.webauthn()?.start_discoverable_authentication().map_err(refused)?;
    let (public_key, state) = (json(&options.public_key)?, json(&state)?);
    cx.db
        .tx("identity.begin_passkey_sign_in", async |tx| {
            begin(tx, None, public_key.clone(), &state).await
        })
        .await
}

/// Exchanges the answer of an authenticator for a session.
pub(crate) async fn sign_in_with_passkey(
    cx: &Cx,
    (tokens, methods): (&Tokens, &SignInMethods),
    visitor: &Visitor,
    ceremony: CeremonyId,
    credential: &PublicKeyCredential,
) -> Result<Granted, Error> {
    let webauthn = methods.webauthn()?;
    cx.db
        .tx("identity.sign_in_with_passkey", async |tx| {
            let proven = prove_passkey(tx, webauthn, ceremony, credential).await?;
            let Some(signed_in) = proven else { return Ok(None) };
            open_session_on(tx, tokens, &signed_in, visitor).await.map(Some)
        })
        .await?
        .ok_or(Error::PasskeyRefused)
}

/// Signs a browser in for the request of a client. `None` where the answer is refused.
pub(crate) async fn sign_in_browser_with_passkey(
    cx: &Cx,
    (tokens, methods): (&Tokens, &SignInMethods),
    said: &AuthorizationParameters,
    visitor: &Visitor,
    (ceremony, credential): (CeremonyId, &PublicKeyCredential),
) -> Result<Option<(Cookie, Next)>, Error> {
    let webauthn = methods.webauthn()?;
    cx.db
        .tx("identity.sign_in_browser_with_passkey", async |tx| {
            let proven = prove_passkey(tx, webauthn, ceremony, credential).await?;
            let Some(proven) = proven else { return Ok(None) };
            enter(cx, tx, tokens, said, visitor, &proven).await.map(Some)
        })
        .await
}

/// Who has answered with the right passkey. `None` is a refusal, and has to commit: the ceremony is
/// over.
async fn prove_passkey(
    tx: &mut Tx<'_>,
    webauthn: &Webauthn,
    ceremony: CeremonyId,
    credential: &PublicKeyCredential,
) -> Result<Option<SignedIn>, Error> {
    let Some(state) = store::take_ceremony(tx, ceremony, None).await? else { return Ok(None) };
    let state: DiscoverableAuthentication = read(state)?;
    let Ok((user, id)) = webauthn.identify_discoverable_authentication(credential) else {
        return Ok(None);
    };
    let Some((passkey_id, owner, stored)) = store::lock_passkey(tx, id).await? else {
        return Ok(None);
    };
    if owner != AccountId::from_uuid(user) {
        return Ok(None);
    }
    let mut passkey: Passkey = read(stored)?;
    // A signature counter that goes backwards is refused in here, too.
    let result = match webauthn.finish_discoverable_authentication_v2(credential, state, &passkey) {
        Ok(result) if result.user_verified() => result,
        _ => {
            tracing::warn!(passkey = %passkey_id, "a passkey was refused");
            return Ok(None);
        }
    };
    passkey.update_credential(&result);
    store::use_passkey(tx, passkey_id, &json(&passkey)?).await?;
    let account = store::account(tx, owner).await?.ok_or(Error::AccountUnknown)?;
    let authentication = Authentication::by(Method::Passkey, tx.now());
    Ok(Some(SignedIn { account, authentication }))
}

/// The citizen's passkeys, oldest first.
pub(crate) async fn passkeys(cx: &Cx, citizen: &Citizen) -> Result<Vec<PasskeyFacts>, Error> {
    cx.db.read("identity.passkeys", async |tx| store::passkeys(tx, citizen.account).await).await
}

/// Gives one of the citizen's passkeys another name. False where there is none.
pub(crate) async fn rename_passkey(
    cx: &Cx,
    citizen: &Citizen,
    id: PasskeyId,
    name: &Words<64>,
) -> Result<bool, Error> {
    cx.db
        .tx("identity.rename_passkey", async |tx| {
            store::rename_passkey(tx, citizen.account, id, name.as_str()).await
        })
        .await
}

/// Takes one of the citizen's passkeys away. False where there is none.
pub(crate) async fn remove_passkey(
    cx: &Cx,
    citizen: &Citizen,
    id: PasskeyId,
) -> Result<bool, Error> {
    cx.db
        .tx("identity.remove_passkey", async |tx| {
            let account = require_fresh(tx, citizen).await?;
            let removed = store::delete_passkey(tx, account.id, id).await?;
            if removed {
                tell(cx, tx, &account, Notice::PasskeyRemoved).await?;
            }
            Ok(removed)
        })
        .await
}

async fn begin(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    public_key: Value,
    state: &Value,
) -> Result<Ceremony, Error> {
    let (id, ends) = (random_id(), tx.now() + CEREMONY_LIFE);
    store::insert_ceremony(tx, id, account, state, ends).await?;
    Ok(Ceremony { id, public_key })
}

fn refused(error: webauthn_rs::prelude::WebauthnError) -> Error {
    tracing::warn!(%error, "a passkey ceremony did not begin");
    Error::PasskeyRefused
}

fn json(value: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(value)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()).into())
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value)
        .map_err(|error| diesel::result::Error::DeserializationError(error.into()).into())
}
