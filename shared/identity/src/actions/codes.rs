//! One-time codes: who asks for one, and what a guess is worth.
//!
//! A code belongs to the flow that asked for it, and only who holds the flow's random `challenge`
//! can guess at it. Limits are counted by keyed digests, so that no address stands in the database:
//!
//! | what | limit |
//! |---|---|
//! | guesses at one code | 5 |
//! | guesses at the codes to one address that one client asked for | 10 an hour, 50 a day |
//! | codes to one address | 1 a minute, 5 an hour, 10 a day |
//! | codes that one client asks for, whatever the address | 20 an hour, a setting |
//!
//! A client is an address of a household. One from which an address has signed in within 90 days is
//! *known* to it and has a share of its own in the third limit: what strangers ask for does not
//! count there.

use chrono::TimeDelta;
use citygate_kernel::{CityCode, Locale, wire};
use citygate_notify::{EmailAddress, PhoneNumber, send_mail, send_sms};
use citygate_platform::{
    Cx,
    db::Tx,
    jobs::{Job, JobError, Retries, Task},
    keys::{Keys, Unsealable, random},
};
use serde::{Deserialize, Serialize};

use super::{limits::count, sign_in::account_at};
use crate::{
    error::Error,
    mail,
    methods::SignInMethods,
    model::{AccountId, ChallengeId, CodeAddress, random_id},
    rules::{
        Channel, GUESSES, KNOWN_FOR, Purpose, SENDS, SmsCount, is_served, may_send, prefix,
        sends_of_client,
    },
    sealed::CODE_ADDRESS,
    settings::SignInSettings,
    store::{self, OneTimeCode},
    visitor::Visitor,
};

/// A code is on its way, or looks as if it were.
pub(crate) struct SentCode {
    pub challenge: ChallengeId,
    pub expires_in: TimeDelta,
}

/// Sends a code for signing in to an address, known or not. A mail goes out either way, because
/// signing in for the first time is signing up. A short message goes out, from a job, only where
/// somebody has proven the number before: what a stranger asks for costs nothing.
pub(crate) async fn send_code(
    cx: &Cx,
    methods: &SignInMethods,
    visitor: &Visitor,
    address: &CodeAddress,
    city: CityCode,
) -> Result<SentCode, Error> {
    let asked = Asked { purpose: Purpose::SignIn, address, account: None, city };
    cx.db.tx("identity.send_code", async |tx| ask(cx, tx, methods, visitor, &asked).await).await
}

/// What somebody wants a code for.
pub(super) struct Asked<'a> {
    pub purpose: Purpose,
    pub address: &'a CodeAddress,
    /// Whose number is being added.
    pub account: Option<AccountId>,
    /// The citizen's own city.
    pub city: CityCode,
}

/// Notes a code and has it sent.
pub(super) async fn ask(
    cx: &Cx,
    tx: &mut Tx<'_>,
    methods: &SignInMethods,
    visitor: &Visitor,
    asked: &Asked<'_>,
) -> Result<SentCode, Error> {
    let (keys, now) = (&cx.keys, tx.now());
    if let CodeAddress::Phone(phone) = asked.address {
        check_sms(tx, &methods.settings, phone).await?;
    }
    let address_index = address_index(keys, asked.address);
    let client_index = visitor.index(keys);
    let known = store::client_known_since(tx, &address_index, &client_index).await?;
    let known = known.is_some_and(|since| now < since + KNOWN_FOR);
    let sends: &[&[u8]] = if known { &[&address_index, &client_index] } else { &[&address_index] };
    let to_address = limit_key(keys, "sends", sends);
    let sent = count(tx, &to_address, |sent| sent.count(&SENDS, now)).await?;
    sent.map_err(Error::CodeTooSoon)?;
    let of_client = limit_key(keys, "sends_of_client", &[&client_index]);
    let limit = sends_of_client(methods.settings.codes_per_client_hour);
    let sent = count(tx, &of_client, |sent| sent.count(&limit, now)).await?;
    sent.map_err(Error::CodeTooSoon)?;

    let (challenge, channel) = (random_id(), asked.address.channel());
    let address = asked.address.as_str().as_bytes();
    let address_sealed = keys.seal(tx, &CODE_ADDRESS, challenge.uuid(), address).await?;
    let code = six_digits();
    // The job of a short message makes its code: until then there is none to guess.
    let by_mail = channel == Channel::Mail;
    let new = OneTimeCode {
        id: challenge,
        purpose: asked.purpose,
        channel,
        address_index,
        address_sealed,
        client_index,
        account: asked.account,
        city: asked.city,
        code_digest: by_mail.then(|| code_digest(keys, challenge, &code)),
        attempts: 0,
        created_at: now,
        expires_at: now + channel.code_life(),
        used_at: None,
    };
    store::insert_code(tx, new).await?;
    match asked.address {
        CodeAddress::Mail(email) => {
            send_mail(keys, tx, email, &mail::one_time_code(&code, cx.locale)).await?;
        }
        CodeAddress::Phone(_) => {
            let locale = cx.locale.tag().to_owned();
            SEND_SMS_CODE.enqueue(tx, &SmsCode { challenge, locale }).await?;
        }
    }
    Ok(SentCode { challenge, expires_in: channel.code_life() })
}

/// Refuses early what the job would not send, whoever has the number.
async fn check_sms(
    tx: &mut Tx<'_>,
    settings: &SignInSettings,
    phone: &PhoneNumber,
) -> Result<(), Error> {
    if !is_served(phone, &settings.sms_country_codes) {
        return Err(Error::PhoneCountryRefused);
    }
    let today = tx.now().date_naive();
    let day = store::sms_count(tx, today, "").await?;
    let range = store::sms_count(tx, today, prefix(phone)).await?;
    if may_send(day, range, settings.sms_per_day) { Ok(()) } else { Err(Error::SmsUnavailable) }
}

/// A short message with a code that is yet to be made.
#[derive(Serialize, Deserialize)]
struct SmsCode {
    challenge: ChallengeId,
    locale: String,
}

const SEND_SMS_CODE: Task<SmsCode> = Task::new("identity.send_sms_code");

/// Shorter in all than the code works.
const RETRIES: Retries = Retries::after(&[2, 5, 15, 60]);

/// How a code by short message is made and sent.
pub(crate) fn sms_job(settings: SignInSettings) -> Job {
    SEND_SMS_CODE.done_by(RETRIES, move |cx, job| send_sms_code(settings.clone(), cx, job))
}

async fn send_sms_code(settings: SignInSettings, cx: Cx, job: SmsCode) -> Result<(), JobError> {
    let done = cx.db.tx("identity.send_sms_code", async |tx| {
        let Some(code) = store::lock_code(tx, job.challenge).await? else { return Ok(()) };
        let waits = code.code_digest.is_none() && tx.now() < code.expires_at;
        let wanted = match code.purpose {
            Purpose::AddPhone => true,
            Purpose::SignIn => account_at(tx, Channel::Sms, &code.address_index).await?.is_some(),
        };
        if !waits || !wanted {
            return Ok(());
        }
        let CodeAddress::Phone(phone) = address_of(&cx.keys, tx, &code).await? else {
            return Ok(());
        };
        if !within_budget(tx, &settings, &phone).await? {
            tracing::warn!("a code was not sent: the budget of short messages is spent");
            return Ok(());
        }
        let digits = six_digits();
        let digest = code_digest(&cx.keys, job.challenge, &digits);
        store::set_code_digest(tx, job.challenge, &digest).await?;
        let text = mail::sms_code(&digits, code.purpose, Locale::from_tag(&job.locale));
        Ok::<_, Error>(send_sms(&cx.keys, tx, &phone, &text).await?)
    });
    Ok(done.await?)
}

/// Counts a message, unless it is one too many.
async fn within_budget(
    tx: &mut Tx<'_>,
    settings: &SignInSettings,
    phone: &PhoneNumber,
) -> Result<bool, Error> {
    let (today, none) = (tx.now().date_naive(), SmsCount::default());
    // Locked in this order by everybody, and read before they are raised.
    let day = store::count_sms(tx, today, "", none).await?;
    let range = store::count_sms(tx, today, prefix(phone), none).await?;
    let may = may_send(day, range, settings.sms_per_day);
    if may {
        let one = SmsCount { sent: 1, verified: 0 };
        store::count_sms(tx, today, "", one).await?;
        store::count_sms(tx, today, prefix(phone), one).await?;
    }
    Ok(may)
}

/// A guess at a code, counted before it is compared. `besides` says whether what was given besides
/// is right; a code is used up only when everything is. `None` is a refusal, whatever the reason,
/// and its count has to commit.
pub(super) async fn guess(
    keys: &Keys,
    tx: &mut Tx<'_>,
    (challenge, purpose): (ChallengeId, Purpose),
    digits: &str,
    besides: bool,
) -> Result<Option<OneTimeCode>, Error> {
    let now = tx.now();
    // Whoever floods a code that is over does not wait in line for its row.
    let seen = store::code(tx, challenge).await?;
    if seen.is_none_or(|code| code.state().guess(now).is_none()) {
        return Ok(None);
    }
    let Some(code) = store::lock_code(tx, challenge).await? else { return Ok(None) };
    let Some(state) = code.state().guess(now).filter(|_| code.purpose == purpose) else {
        return Ok(None);
    };
    let budget = limit_key(keys, "guesses", &[&code.address_index, &code.client_index]);
    if count(tx, &budget, |guesses| guesses.count(&GUESSES, now)).await?.is_err() {
        return Ok(None);
    }
    store::set_code_attempts(tx, challenge, state.attempts).await?;
    let digest = code_digest(keys, challenge, digits);
    let right = code.code_digest.as_ref().is_some_and(|right| Keys::same(right, &digest));
    if !(right && besides) {
        return Ok(None);
    }
    store::use_code(tx, challenge).await?;
    if let CodeAddress::Phone(phone) = address_of(keys, tx, &code).await? {
        let (sent_on, one) = (code.created_at.date_naive(), SmsCount { sent: 0, verified: 1 });
        store::count_sms(tx, sent_on, "", one).await?;
        store::count_sms(tx, sent_on, prefix(&phone), one).await?;
    }
    Ok(Some(code))
}

/// Where a code was sent.
pub(super) async fn address_of(
    keys: &Keys,
    tx: &mut Tx<'_>,
    code: &OneTimeCode,
) -> Result<CodeAddress, Error> {
    let address = keys.open_sealed(tx, &CODE_ADDRESS, code.id.uuid(), &code.address_sealed).await?;
    let address = String::from_utf8(address).map_err(|_| Unsealable)?;
    Ok(address.parse().map_err(|_| Unsealable)?)
}

/// How an address is found.
pub(crate) fn address_index(keys: &Keys, address: &CodeAddress) -> Vec<u8> {
    match address {
        CodeAddress::Mail(email) => email_index(keys, email),
        CodeAddress::Phone(phone) => keys.blind_index("phone", phone.as_str()),
    }
}

/// How a mail address is found.
pub(crate) fn email_index(keys: &Keys, email: &EmailAddress) -> Vec<u8> {
    keys.blind_index("email", &email.canonical())
}

/// Under which key something is counted.
pub(super) fn limit_key(keys: &Keys, what: &str, of: &[&[u8]]) -> Vec<u8> {
    let of: Vec<String> = of.iter().map(|index| wire::hex(index)).collect();
    keys.blind_index("identity.limit", &format!("{what}:{}", of.join(":")))
}

/// Bound to the flow, so that a digest says nothing about another's code.
fn code_digest(keys: &Keys, challenge: ChallengeId, code: &str) -> Vec<u8> {
    keys.blind_index("identity.one_time_code", &format!("{challenge}:{code}"))
}

/// Six digits, all equally likely.
pub(super) fn six_digits() -> String {
    const CODES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_be_bytes(random());
        if number < FAIR {
            return format!("{:06}", number % CODES);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_have_six_digits_and_differ() {
        let codes: std::collections::BTreeSet<_> = (0..100).map(|_| super::six_digits()).collect();
        assert!(codes.iter().all(|code| code.len() == 6));
        assert!(codes.len() > 90);
    }
}
