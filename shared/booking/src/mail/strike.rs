//! What somebody is told who has objected to a strike.

use citygate_kernel::{Locale, Text};
use citygate_notify::Mail;

use crate::model::Strike;

/// What was decided, and why.
pub(crate) fn decision(
    strike: &Strike,
    agency: &Text,
    upheld: bool,
    answer: &str,
    locale: Locale,
) -> Mail {
    let (agency, day) = (agency.get(locale), strike.struck_on);
    match (locale, upheld) {
        (Locale::En, true) => Mail {
            subject: "Your objection was upheld".to_owned(),
            text: format!(
                "{agency} has annulled what was recorded for {day}. It counts no more.\n\n{answer}\n"
            ),
        },
        (Locale::En, false) => Mail {
            subject: "Your objection was rejected".to_owned(),
            text: format!(
                "{agency} keeps what was recorded for {day}. It counts until {}.\n\n{answer}\n",
                strike.expires_on
            ),
        },
        (Locale::ZhCn, true) => Mail {
            subject: "您的异议已成立".to_owned(),
            text: format!("{agency}已撤销{day}的爽约记录，该记录不再计入。\n\n{answer}\n"),
        },
        (Locale::ZhCn, false) => Mail {
            subject: "您的异议未成立".to_owned(),
            text: format!(
                "{agency}维持{day}的爽约记录，有效期至{}。\n\n{answer}\n",
                strike.expires_on
            ),
        },
    }
}
