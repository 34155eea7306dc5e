//! A certificate as others read it without asking the city: a W3C Verifiable Credential 2.0, secured
//! as a JWT (Securing Verifiable Credentials using JOSE and COSE, 3.1).
//!
//! The issuer is a name, `urn:citygate:agency:…`, because addresses of cities change. A verifier
//! knows from elsewhere where the keys of the city are, and finds the one of `kid` there.

use chrono::{Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use citygate_catalogue::{Agency, City};
use citygate_kernel::Text;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::{
    error::Error,
    model::{Certificate, Statement},
};

const TYPE: &str = "vc+jwt";
/// The model's own terms, and the context of what has no vocabulary of its own, which comes last.
const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
];

/// What signs.
pub(crate) struct Signer {
    pub kid: String,
    pub key: EncodingKey,
}

/// Signs a certificate. The result is a compact JWS.
pub(crate) fn signed(
    signer: &Signer,
    certificate: &Certificate,
    (city, agency): (&City, &Agency),
    statements: &[Statement],
) -> Result<String, Error> {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some(TYPE.to_owned());
    header.cty = Some("vc".to_owned());
    header.kid = Some(signer.kid.clone());
    let credential = credential(certificate, (city, agency), statements);
    Ok(encode(&header, &credential, &signer.key)?)
}

fn credential(
    certificate: &Certificate,
    (city, agency): (&City, &Agency),
    statements: &[Statement],
) -> Value {
    let said: Vec<Value> = statements
        .iter()
        .map(|said| json!({"name": both(&said.name), "value": said.value}))
        .collect();
    let mut credential = json!({
        "@context": CONTEXTS,
        "id": format!("urn:uuid:{}", certificate.id.uuid()),
        "type": ["VerifiableCredential", type_of(&certificate.kind)],
        "issuer": {
            "id": format!("urn:citygate:agency:{}", agency.id),
            "name": both(&agency.name),
        },
        "name": both(&certificate.title),
        "validFrom": certificate.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "credentialSubject": {
            "certificateNumber": certificate.number.as_str(),
            "statements": said,
        },
    });
    if let (Some(credential), Some(until)) =
        (credential.as_object_mut(), certificate.valid_until.and_then(|last| end_of(last, city)))
    {
        credential.insert("validUntil".to_owned(), until.into());
    }
    credential
}

/// The last second of a day in a city, as an instant.
fn end_of(last: NaiveDate, city: &City) -> Option<String> {
    let midnight = last.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    let end = city.time_zone.from_local_datetime(&midnight).earliest()?.with_timezone(&Utc);
    let end = end - TimeDelta::seconds(1);
    Some(end.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// A text in both languages, as JSON-LD has it.
fn both(text: &Text) -> Value {
    json!([
        {"@value": text.zh, "@language": "zh-CN"},
        {"@value": text.en, "@language": "en"},
    ])
}

/// `marriage.registration` as the name of a class: `MarriageRegistration`.
fn type_of(kind: &str) -> String {
    let words = kind.split(['.', '_']).map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use citygate_kernel::CityCode;

    use super::*;

    #[test]
    fn a_kind_is_a_class() {
        for (kind, class) in [
            ("marriage.registration", "MarriageRegistration"),
            ("provident_fund.contributions", "ProvidentFundContributions"),
        ] {
            assert_eq!(type_of(kind), class);
        }
    }

    #[test]
    fn a_last_day_ends_at_midnight_in_the_city() {
        let city = City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州"),
            time_zone: chrono_tz::Asia::Shanghai,
            sandbox: false,
        };
        let end = end_of("2026-12-31".parse().unwrap(), &city);
        assert_eq!(end.as_deref(), Some("2026-12-31T15:59:59Z"));
        assert_eq!(end_of(NaiveDate::MAX, &city), None);
    }
}
