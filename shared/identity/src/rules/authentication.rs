//! How far a sign-in can be relied on.

use crate::model::{Authentication, Level, Method};

/// The level of a sign-in. A passkey with verification of its user is two factors in one. A code by
/// mail is never the second factor of a password: whoever has the mailbox can often set the
/// password (OWASP ASVS 5.0, 6.3.6). A real name does not raise the level: it says who somebody is,
/// not that they are here.
pub(crate) fn level(authentication: &Authentication) -> Level {
    let with = |method| authentication.methods.contains(&method);
    let two = with(Method::Passkey) || (with(Method::Password) && with(Method::SmsCode));
    if two { Level::Two } else { Level::One }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_level_of_every_set_of_methods_and_its_amr() {
        use Method::{EmailCode, Passkey, Password, SmsCode};
        for (methods, expected, amr) in [
            (vec![EmailCode], Level::One, "otp"),
            (vec![SmsCode], Level::One, "otp sms"),
            (vec![Password], Level::One, "pwd"),
            (vec![Passkey], Level::Two, "hwk user"),
            (vec![Password, EmailCode], Level::One, "mfa otp pwd"),
            (vec![EmailCode, SmsCode], Level::One, "mfa otp sms"),
            (vec![Password, SmsCode], Level::Two, "mfa otp pwd sms"),
            (vec![SmsCode, Passkey], Level::Two, "hwk mfa otp sms user"),
        ] {
            let authentication = Authentication { methods, at: DateTime::UNIX_EPOCH };
            let found = (level(&authentication), authentication.amr().join(" "));
            assert_eq!(found, (expected, amr.to_owned()), "{authentication:?}");
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for method in Method::ALL {
            assert_eq!(Method::from_name(method.name()), Some(method));
        }
        for level in Level::ALL {
            assert_eq!(Level::from_acr(level.acr()), Some(level));
        }
    }
}
