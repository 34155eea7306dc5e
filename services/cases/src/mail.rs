//! The letters of cases. None says what a case is about: others may look over a shoulder.

use chrono::NaiveDate;
use citygate_kernel::Locale;
use citygate_notify::Mail;

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letter {
    /// It was filed, and is answered by then.
    Received(NaiveDate),
    /// A desk works on it.
    Accepted,
    /// The answer takes longer, until then.
    Extended(NaiveDate),
    /// There is an answer; whether it helps is asked until then.
    Replied(NaiveDate),
    /// It is over.
    Closed,
    /// A case that somebody follows goes on.
    Followed,
}

impl Letter {
    pub(crate) fn mail(self, no: &str, locale: Locale) -> Mail {
        let (subject, text) = match locale {
            Locale::En => self.english(),
            Locale::ZhCn => self.chinese(),
        };
        let no = match locale {
            Locale::En => format!("Number: {no}\n"),
            Locale::ZhCn => format!("编号：{no}\n"),
        };
        Mail { subject: subject.to_owned(), text: format!("{text}\n\n{no}") }
    }

    fn english(self) -> (&'static str, String) {
        match self {
            Self::Received(until) => (
                "Your case was received",
                format!("It is with a desk, which answers by {until}. See the app."),
            ),
            Self::Accepted => {
                ("Your case is being worked on", "A desk has taken your case on.".to_owned())
            }
            Self::Extended(until) => (
                "The answer to your case takes longer",
                format!("It comes by {until}. Why, the app says."),
            ),
            Self::Replied(until) => (
                "Your case was answered",
                format!("Read the answer in the app, and say there by {until} whether it helped."),
            ),
            Self::Closed => (
                "Your case is closed",
                "The app says how it ended, and what you can do.".to_owned(),
            ),
            Self::Followed => (
                "A case that you follow goes on",
                "There is news of a case that you follow; see the app.".to_owned(),
            ),
        }
    }

    fn chinese(self) -> (&'static str, String) {
        match self {
            Self::Received(until) => (
                "您的诉求已受理",
                format!("诉求已派至承办岗位，将于{until}前答复。详情请在应用中查看。"),
            ),
            Self::Accepted => ("您的诉求正在办理", "承办岗位已接收您的诉求。".to_owned()),
            Self::Extended(until) => {
                ("您的诉求办理期限已延长", format!("将于{until}前答复，延长理由请在应用中查看。"))
            }
            Self::Replied(until) => {
                ("您的诉求已答复", format!("请在应用中查看答复，并于{until}前评价问题是否解决。"))
            }
            Self::Closed => ("您的诉求已办结", "办理结果及后续救济途径请在应用中查看。".to_owned()),
            Self::Followed => {
                ("您关注的诉求有新进展", "您关注的诉求有新进展，请在应用中查看。".to_owned())
            }
        }
    }
}
