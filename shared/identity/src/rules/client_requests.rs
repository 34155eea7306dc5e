//! Who may have a system registered, and for what.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};

use crate::{
    model::{AccountId, ClientRequest},
    scopes::OF_PEOPLE,
};

/// How long another admin has to agree.
pub(crate) const CLIENT_REQUEST_LIFE: TimeDelta = TimeDelta::days(7);
/// Requests of an agency that wait at the same time.
pub(crate) const OPEN_CLIENT_REQUESTS: i64 = 20;
/// A client that has not proven itself for so long is disabled.
pub(crate) const UNUSED_CLIENT: TimeDelta = TimeDelta::days(90);

/// What becomes of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    Given,
    /// It was approved before.
    GivenBefore,
    /// The request was withdrawn, or its time is over.
    Over,
    /// Nobody agrees to what they have asked for themselves.
    OwnRequest,
    /// The key is another than the one that was read out.
    OtherKey,
}

pub(crate) fn approval(
    request: &ClientRequest,
    by: AccountId,
    fingerprints: (&str, &str),
    now: DateTime<Utc>,
) -> Approval {
    if request.withdrawn_at.is_some() {
        Approval::Over
    } else if request.client.is_some() {
        Approval::GivenBefore
    } else if now >= request.expires_at {
        Approval::Over
    } else if request.requested_by.1 == by {
        Approval::OwnRequest
    } else if fingerprints.0 != fingerprints.1 {
        Approval::OtherKey
    } else {
        Approval::Given
    }
}

/// The thumbprint of a key by SHA-256 (RFC 7638), as people compare it. It says nothing of the kid.
pub(crate) fn fingerprint(key: &Jwk) -> Result<String, jsonwebtoken::errors::Error> {
    key.thumbprint(ThumbprintHash::SHA256)
}

/// Whether a scope is one of SMART App Launch for systems, in its first or second form:
/// `system/Slot.read`, `system/*.write`, `system/DiagnosticReport.cud`.
pub(crate) fn is_smart_scope(scope: &str) -> bool {
    let parts = scope.strip_prefix("system/").and_then(|rest| rest.split_once('.'));
    let Some((kind, access)) = parts else { return false };
    let letters = kind.len() <= 64 && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    let named = letters && kind.starts_with(|first: char| first.is_ascii_uppercase());
    (kind == "*" || named) && (matches!(access, "read" | "write" | "*") || is_in_order(access))
}

/// Some of `cruds`, in this order.
fn is_in_order(access: &str) -> bool {
    let mut left = "cruds".chars();
    !access.is_empty() && access.chars().all(|one| left.any(|next| next == one))
}

/// Whether a scope is for systems at all. People's are given by people.
pub(crate) fn is_for_systems(scope: &str, known: impl Fn(&str) -> bool) -> bool {
    !OF_PEOPLE.contains(&scope) && (known(scope) || is_smart_scope(scope))
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_kernel::{CityCode, Clock};
    use citygate_testkit::monday_morning;
    use serde_json::json;

    use super::*;
    use crate::model::{ClientId, ClientRequestId, StaffId};

    #[test]
    fn a_request_is_approved_by_another_account_in_time_with_the_same_key() {
        let now = monday_morning();
        let clock = Clock::manual(now);
        let city = CityCode::HANGZHOU;
        let (one, other) = (AccountId::new(&clock), AccountId::new(&clock));
        let open = ClientRequest {
            id: ClientRequestId::new(city, &clock),
            agency: AgencyId::new(city, &clock),
            name: "laboratory".to_owned(),
            scopes: vec!["system/*.write".to_owned()],
            jwk: json!({}),
            requested_by: (StaffId::new(city, &clock), one),
            created_at: now,
            expires_at: now + CLIENT_REQUEST_LIFE,
            client: None,
            withdrawn_at: None,
        };
        let done = ClientRequest { client: Some(ClientId::new(&clock)), ..open.clone() };
        let withdrawn = ClientRequest { withdrawn_at: Some(now), ..open.clone() };
        let end = open.expires_at;
        let (same, differs) = (("a", "a"), ("a", "b"));
        let last = end - TimeDelta::microseconds(1);
        for (request, by, fingerprints, at, expected) in [
            (&open, other, same, now, Approval::Given),
            (&open, other, same, last, Approval::Given),
            (&open, other, same, end, Approval::Over),
            (&open, one, same, now, Approval::OwnRequest),
            (&open, one, differs, now, Approval::OwnRequest),
            (&open, other, differs, now, Approval::OtherKey),
            (&done, other, same, end, Approval::GivenBefore),
            (&withdrawn, other, same, now, Approval::Over),
        ] {
            assert_eq!(approval(request, by, fingerprints, at), expected, "{request:?} {at}");
        }
    }

    #[test]
    fn the_fingerprint_is_that_of_the_standard() {
        // RFC 7638, 3.1: the example, whose other members do not count.
        let key = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": concat!(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1",
                "L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4",
                "QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO",
                "pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF",
                "Cur-kEgU8awapJzKnqDKgw",
            ),
        });
        let key: Jwk = serde_json::from_value(key).unwrap();
        assert_eq!(fingerprint(&key).unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn scopes_of_smart_have_two_forms() {
        for scope in
            ["system/*.read", "system/*.write", "system/*.*", "system/Slot.rs", "system/*.cruds"]
        {
            assert!(is_smart_scope(scope), "{scope}");
        }
        for scope in [
            "system/",
            "system/*",
            "system/*.",
            "system/.read",
            "system/slot.read",
            "user/*.read",
            "system/*.sr",
            "system/*.rr",
            "system/Slot.reads",
            "system/Slot.read ",
            "system/Sl*t.rs",
        ] {
            assert!(!is_smart_scope(scope), "{scope}");
        }
        assert!(!is_for_systems("citizen", |_| true));
        assert!(is_for_systems("traffic.decisions:read", |scope| scope.starts_with("traffic.")));
        assert!(!is_for_systems("traffic.decisions:read", |_| false));
    }
}
