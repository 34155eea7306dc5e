//! What somebody may do for an agency, and for how long.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use serde_json::{Map, Value};

use crate::model::{Level, StaffRole};

/// How long an invitation can be accepted.
pub(crate) const INVITATION_LIFE: TimeDelta = TimeDelta::days(7);
/// How long somebody is staff before another admin has to certify it anew.
pub(crate) const STAFF_TERM: TimeDelta = TimeDelta::days(90);
/// How surely somebody has to have signed in to act in a role: by two factors.
pub(crate) const STAFF_LEVEL: Level = Level::Two;
/// How long after the sign-in, and after what somebody last did, they still act for an agency: a
/// working day, and a desk that was left.
const STAFF_DAY: TimeDelta = TimeDelta::hours(8);
const STAFF_IDLE: TimeDelta = TimeDelta::minutes(15);
/// What is done within a minute of what was noted is not noted again.
const NOTED: TimeDelta = TimeDelta::minutes(1);
/// Invitations of an agency that wait at the same time.
pub(crate) const OPEN_INVITATIONS: i64 = 100;
/// Keys of a client that work at the same time: the one in use, the one that takes its place, and
/// one to spare.
pub(crate) const CLIENT_KEYS: usize = 3;

/// Invites people, ends and certifies roles.
pub(crate) const STAFF_WRITE: &str = "staff:write";
/// Looks after the keys of the agency's systems.
pub(crate) const CLIENTS_WRITE: &str = "clients:write";
/// Looks up citizens; each look-up stands in the citizen's access ledger.
pub(crate) const PEOPLE_READ: &str = "people:read";
/// Decides what people say against strikes; each reading stands in their access ledger.
pub(crate) const STRIKES_DECIDE: &str = "strikes:decide";
/// Answers for results of examinations; each reading stands in the patient's access ledger.
pub(crate) const RESULTS_ACKNOWLEDGE: &str = "results:acknowledge";
/// Decides about messages of the hospital's systems that are held.
pub(crate) const HOLDS_DECIDE: &str = "holds:decide";
/// Decides about what citizens apply for.
pub(crate) const APPLICATIONS_DECIDE: &str = "applications:decide";
/// Registers marriages; each reading stands in the access ledger of both.
pub(crate) const MARRIAGES_REGISTER: &str = "marriages:register";

/// Receives people who have an appointment with a listed service, and looks after its offices.
pub(crate) const APPOINTMENTS_RECEIVE: &str = "appointments:receive";
/// Looks after what citizens ask, report and suggest; each reading stands in their access ledger.
pub(crate) const CASES_HANDLE: &str = "cases:handle";
/// Writes listings, and reviews those that others have written; sees no citizen.
pub(crate) const LISTINGS_WRITE: &str = "listings:write";

/// What each role may do. There is no role that reads any citizen of any agency, and none of whoever
/// runs the city.
const DUTIES: [(StaffRole, &[&str]); 5] = [
    (StaffRole::Admin, &[STAFF_WRITE, CLIENTS_WRITE]),
    (
        StaffRole::Clerk,
        &[
            PEOPLE_READ,
            STRIKES_DECIDE,
            HOLDS_DECIDE,
            APPLICATIONS_DECIDE,
            APPOINTMENTS_RECEIVE,
            CASES_HANDLE,
        ],
    ),
    (StaffRole::Clinician, &[RESULTS_ACKNOWLEDGE]),
    (StaffRole::Registrar, &[MARRIAGES_REGISTER]),
    (StaffRole::Editor, &[LISTINGS_WRITE]),
];

/// Whether a role has a duty.
pub(crate) fn may(role: StaffRole, duty: &str) -> bool {
    DUTIES.iter().any(|(of, duties)| *of == role && duties.contains(&duty))
}

/// A sign-in of somebody who acts for an agency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk {
    pub signed_in_at: DateTime<Utc>,
    /// When they last acted for an agency in this session.
    pub acted_at: Option<DateTime<Utc>>,
}

impl Desk {
    /// Whether somebody may go on acting without signing in anew.
    pub(crate) fn is_open(self, now: DateTime<Utc>) -> bool {
        let last = self.acted_at.map_or(self.signed_in_at, |acted| acted.max(self.signed_in_at));
        now < self.signed_in_at + STAFF_DAY && now < last + STAFF_IDLE
    }

    /// Whether what is done now has to be noted.
    pub(crate) fn is_news(self, now: DateTime<Utc>) -> bool {
        self.acted_at.is_none_or(|acted| now >= acted + NOTED)
    }
}

/// The longest time since the sign-in, in seconds, that is never too long (RFC 9470, 4).
pub(crate) const fn fresh_enough_seconds() -> i64 {
    STAFF_IDLE.num_seconds()
}

/// Until when somebody is staff who is certified now.
pub(crate) fn term_from(now: DateTime<Utc>) -> DateTime<Utc> {
    now + STAFF_TERM
}

/// Members that only the owner of a key pair may know (RFC 7518, 6.2.2, 6.3.2 and 6.4).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The key of a JWK, or why it is no public one.
pub(crate) fn public_key(jwk: &Map<String, Value>) -> Result<Jwk, &'static str> {
    if SECRET.iter().any(|member| jwk.contains_key(*member)) {
        return Err("it holds a secret: make a new pair, and keep that one");
    }
    serde_json::from_value(jwk.clone().into())
        .map_err(|_| "it is no JWK of a kind that is known here")
}

/// Whether a key is for signatures by ES256 (RFC 7518, 3.4).
pub(crate) fn is_for_es256(key: &Jwk) -> bool {
    let p256 = matches!(&key.algorithm,
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256);
    let said = &key.common;
    p256 && matches!(said.key_algorithm, None | Some(KeyAlgorithm::ES256))
        && matches!(said.public_key_use, None | Some(PublicKeyUse::Signature))
}

/// Why a key cannot be registered; for the developer of the agency's system.
pub(crate) fn unusable(key: &Jwk) -> Option<&'static str> {
    /// The modulus of 2,048 bits in base64url.
    const RSA_2048: usize = 342;
    let kid = key.common.key_id.as_deref().unwrap_or_default();
    if !(1..=128).contains(&kid.len()) || !kid.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("kid is 1 to 128 visible ASCII characters");
    }
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
            EllipticCurve::P256 | EllipticCurve::P384 => None,
            _ => Some("crv is P-256 or P-384"),
        },
        AlgorithmParameters::RSA(rsa) if rsa.n.len() < RSA_2048 => Some("n has at least 2048 bits"),
        AlgorithmParameters::RSA(_) => None,
        AlgorithmParameters::OctetKeyPair(_) => None,
        _ => Some("kty is EC, RSA or OKP: a shared secret is no proof of who signed"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_role_has_duties_and_no_duty_has_two_roles() {
        for role in StaffRole::ALL {
            let duties = DUTIES.iter().filter(|(of, _)| *of == role).map(|(_, duties)| *duties);
            let duties: Vec<_> = duties.flatten().collect();
            assert!(!duties.is_empty(), "{role:?}");
            for duty in duties {
                assert_eq!(
                    StaffRole::ALL.into_iter().filter(|r| may(*r, duty)).count(),
                    1,
                    "{duty}"
                );
            }
        }
        assert!(!may(StaffRole::Admin, PEOPLE_READ), "who gives roles reads no citizen");
        assert!(!may(StaffRole::Clerk, STAFF_WRITE));
        assert!(!may(StaffRole::Clerk, ""));
    }

    #[test]
    fn a_desk_closes_when_it_is_left_and_at_the_end_of_the_day() {
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        for (signed_in, acted, now, open) in [
            (0, None, 14, true),
            (0, None, 15, false),
            (0, Some(14), 28, true),
            (0, Some(14), 29, false),
            (0, Some(470), 479, true),
            (0, Some(479), 480, false),
            // Whoever has signed in anew begins anew.
            (480, Some(400), 494, true),
            (480, Some(400), 495, false),
        ] {
            let desk = Desk { signed_in_at: at(signed_in), acted_at: acted.map(at) };
            assert_eq!(desk.is_open(at(now)), open, "{signed_in} {acted:?} {now}");
        }
        let desk = |acted: Option<i64>| Desk { signed_in_at: at(0), acted_at: acted.map(at) };
        assert!(desk(None).is_news(at(0)) && desk(Some(3)).is_news(at(4)));
        assert!(!desk(Some(3)).is_news(at(4) - TimeDelta::seconds(1)));
    }

    #[test]
    fn only_public_keys_that_can_prove_something_are_registered() {
        let p256 = json!({"kty": "EC", "crv": "P-256", "kid": "a",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"});
        let with = |name: &str, value: serde_json::Value| {
            let mut key = p256.clone();
            key[name] = value;
            key
        };
        for (key, usable) in [
            (p256.clone(), true),
            (with("kid", json!("")), false),
            (with("kid", json!("a b")), false),
            (with("kid", json!("k".repeat(129))), false),
            (json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}), false),
            (json!({"kty": "RSA", "n": "q".repeat(342), "e": "AQAB", "kid": "a"}), true),
            (json!({"kty": "RSA", "n": "q".repeat(341), "e": "AQAB", "kid": "a"}), false),
        ] {
            let parsed: Jwk = serde_json::from_value(key.clone()).unwrap();
            assert_eq!(unusable(&parsed).is_none(), usable, "{key}");
        }
        for (key, es256) in [
            (p256.clone(), true),
            (with("alg", json!("ES256")), true),
            (with("use", json!("sig")), true),
            (with("alg", json!("ES384")), false),
            (with("use", json!("enc")), false),
            (with("crv", json!("P-384")), false),
            (json!({"kty": "RSA", "n": "q".repeat(342), "e": "AQAB", "kid": "a"}), false),
        ] {
            let parsed: Jwk = serde_json::from_value(key.clone()).unwrap();
            assert_eq!(is_for_es256(&parsed), es256, "{key}");
        }
        for (key, public) in [
            (p256.clone(), true),
            (with("d", json!("c2VjcmV0")), false),
            (with("p", json!("c2VjcmV0")), false),
            (json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}), false),
            (with("x5t", json!(1)), false),
        ] {
            let members = key.as_object().unwrap();
            assert_eq!(public_key(members).is_ok(), public, "{key}");
        }
    }
}
