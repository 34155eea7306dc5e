//! The signature of Standard Webhooks: a keyed digest over id, time and body.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use citygate_kernel::Masked;
use citygate_platform::keys;

const PREFIX: &str = "whsec_";

/// The text is not a webhook secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and base64")]
pub struct InvalidSecret;

/// A fresh secret.
pub(super) fn new_secret() -> Masked<String> {
    Masked::new(format!("{PREFIX}{}", STANDARD.encode(keys::random::<32>())))
}

/// The value of `webhook-signature` for one attempt; `timestamp` is in Unix seconds.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Result<String, InvalidSecret> {
    let key = secret.strip_prefix(PREFIX).ok_or(InvalidSecret)?;
    let key = STANDARD.decode(key).map_err(|_| InvalidSecret)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_fresh_and_usable() {
        let secret = new_secret();
        assert_ne!(secret, new_secret());
        assert!(sign(secret.expose(), "msg_1", 0, "{}").is_ok());
        for wrong in ["", "whsec_*", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(sign(wrong, "msg_1", 0, "{}"), Err(InvalidSecret), "{wrong}");
        }
    }
}
