use chrono::TimeDelta;
use citygate_kernel::Clock;

use super::*;

fn claims(tokens: &Tokens, now: DateTime<Utc>) -> Claims {
    Claims {
        iss: tokens.issuer().to_owned(),
        aud: Audience::of_scopes(&["traffic.decisions:read".to_owned()]),
        sub: "acct_1".to_owned(),
        exp: (now + TimeDelta::seconds(600)).timestamp(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        jti: "1".to_owned(),
        client_id: "app".to_owned(),
        scope: String::new(),
        caller: Caller::Partner { agency: uuid::Uuid::nil(), city: "330100".to_owned() },
    }
}

#[test]
fn only_our_own_tokens_of_now_are_read() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tokens = Tokens::open(ours.path(), "https://city.example").unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let token = tokens.sign(&claims(&tokens, now), now).unwrap();
    assert!(tokens.verify(&token, now).is_ok());
    assert!(tokens.verify(&token, now + TimeDelta::seconds(629)).is_ok(), "leeway");
    assert!(tokens.verify(&token, now + TimeDelta::seconds(630)).is_err());
    assert!(tokens.verify(&token, now - TimeDelta::seconds(31)).is_err());

    let again = Tokens::open(ours.path(), "https://city.example").unwrap();
    assert!(again.verify(&token, now).is_ok(), "the key outlives the process");
    let other = Tokens::open(theirs.path(), "https://city.example").unwrap();
    assert!(other.verify(&token, now).is_err());
    let elsewhere = Tokens::open(ours.path(), "https://town.example").unwrap();
    assert!(elsewhere.verify(&token, now).is_err());
}

#[test]
fn forgeries_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let good = tokens.sign(&claims(&tokens, now), now).unwrap();
    let [head, body, tail] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let flipped = if tail.starts_with('A') { "B" } else { "A" };
    let id_token = tokens.sign_as(TokenType::Id, &claims(&tokens, now), now).unwrap();
    let string_exp = {
        let mut value = serde_json::to_value(claims(&tokens, now)).unwrap();
        value["exp"] = "9999999999".into();
        tokens.sign_as(TokenType::Access, &value, now).unwrap()
    };
    let without = |claim: &str| {
        let mut value = serde_json::to_value(claims(&tokens, now)).unwrap();
        value.as_object_mut().unwrap().remove(claim);
        tokens.sign_as(TokenType::Access, &value, now).unwrap()
    };
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    for forged in [
        format!("{head}.{body}.{flipped}{}", &tail[1..]),
        format!("{head}.{body}."),
        format!("{unsigned}.{body}."),
        id_token,
        string_exp,
        without("iss"),
        without("aud"),
        without("sub"),
        without("exp"),
        format!("{body}.{tail}"),
        format!("{head}.{head}.{body}.{tail}"),
        String::new(),
        "a.b.c".to_owned(),
    ] {
        assert!(tokens.verify(&forged, now).is_err(), "{forged}");
    }
}

#[test]
fn a_hint_may_be_old_but_is_our_own() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let hint = IdToken {
        iss: tokens.issuer().to_owned(),
        aud: "app".to_owned(),
        sub: "acct_1".to_owned(),
        exp: now.timestamp(),
        iat: now.timestamp(),
        nonce: None,
        sign_in: SignIn {
            sid: "sess_1".to_owned(),
            auth_time: now.timestamp(),
            acr: "1".to_owned(),
            amr: Vec::new(),
        },
    };
    let hint = tokens.sign_id(&hint, now).unwrap();
    let later = now + TimeDelta::days(400);
    assert_eq!(tokens.read_id_hint(&hint, later).unwrap().sub, "acct_1");
    let elsewhere = Tokens::open(folder.path(), "https://town.example").unwrap();
    assert!(elsewhere.read_id_hint(&hint, now).is_none());
    let access = tokens.sign(&claims(&tokens, now), now).unwrap();
    assert!(tokens.read_id_hint(&access, now).is_none(), "of another type");
}

fn is_remembered(tokens: &Tokens, token: &str, now: DateTime<Utc>) -> bool {
    let (one, other) = (tokens.verify(token, now).unwrap(), tokens.verify(token, now).unwrap());
    Arc::ptr_eq(&one, &other)
}

#[test]
fn a_remembered_token_vouches_for_no_variant_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let good = tokens.sign(&claims(&tokens, now), now).unwrap();
    assert!(is_remembered(&tokens, &good, now));
    for at in 0..good.len() {
        let flipped = if good.as_bytes()[at] == b'A' { "z" } else { "A" };
        let forged = format!("{}{flipped}{}", &good[..at], &good[at + 1..]);
        assert!(tokens.verify(&forged, now).is_err(), "character {at}");
    }
    for forged in [&good[1..], &good[..good.len() - 1], &format!("{good}A"), &format!("{good} ")] {
        assert!(tokens.verify(forged, now).is_err(), "{forged}");
    }
    assert_eq!(tokens.0.verified.len(), 1, "what fails is not remembered");
}

#[test]
fn a_remembered_token_ends_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
    let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let token = tokens.sign(&claims(&tokens, clock.now()), clock.now()).unwrap();
    let early = clock.now() - TimeDelta::seconds(31);
    assert!(tokens.verify(&token, early).is_err());
    assert_eq!(tokens.0.verified.len(), 0, "what is not valid yet is not remembered");
    assert!(is_remembered(&tokens, &token, clock.now()));
    assert!(tokens.verify(&token, early).is_err());
    clock.advance(TimeDelta::seconds(629));
    assert!(is_remembered(&tokens, &token, clock.now()));
    clock.advance(TimeDelta::seconds(1));
    assert!(tokens.verify(&token, clock.now()).is_err());
}

#[test]
fn no_more_tokens_are_remembered_than_there_is_room_for() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(folder.path(), "https://city.example").unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let any = Arc::new(claims(&tokens, now));
    for n in 0..2 * REMEMBERED {
        let key = digest::digest(&digest::SHA256, &n.to_be_bytes());
        tokens.0.verified.insert(key.as_ref().to_vec(), Arc::clone(&any));
    }
    let full = tokens.0.verified.len();
    assert!((REMEMBERED / 2..=REMEMBERED).contains(&full), "{full} are remembered");
    let token = tokens.sign(&claims(&tokens, now), now).unwrap();
    assert!(is_remembered(&tokens, &token, now), "a full memory takes the next one");
    assert!(tokens.0.verified.len() <= REMEMBERED);
}
