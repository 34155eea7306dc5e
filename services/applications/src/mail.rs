//! The letters about applications. None says what for: anybody may look over a shoulder.

use citygate_kernel::Locale;
use citygate_notify::Mail;

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It is there, and its fee is to be paid.
    ToBePaid,
    /// The agency has it.
    Begun,
    /// Something is asked of the applicant.
    Asked,
    /// What was asked for is there.
    Supplied,
    /// There is a decision.
    Decided,
    /// The outcome is on its way, or there.
    Delivered,
    /// The applicant has taken it back.
    Withdrawn,
    /// The fee was not paid in time.
    Unpaid,
    /// What was missing did not come in time.
    Lapsed,
}

/// A letter about an application, by its number.
pub(crate) fn letter(news: News, agency: &str, case: &str, locale: Locale) -> Mail {
    let (subject, text) = match locale {
        Locale::En => english(news, agency),
        Locale::ZhCn => chinese(news, agency),
    };
    let reference = match locale {
        Locale::En => format!("\n\nApplication {case}\n"),
        Locale::ZhCn => format!("\n\n申请编号：{case}\n"),
    };
    Mail { subject: subject.to_owned(), text: text + &reference }
}

fn english(news: News, agency: &str) -> (&'static str, String) {
    match news {
        News::ToBePaid => (
            "Your application waits for its fee",
            format!("{agency} has your application. Please pay its fee in the app in time."),
        ),
        News::Begun => (
            "Your application is in progress",
            format!("{agency} has your application, and its time runs from today."),
        ),
        News::Asked => (
            "Your application: something is missing",
            format!("{agency} needs something. Please read in the app what, and by when."),
        ),
        News::Supplied => {
            ("Your application goes on", format!("{agency} has what you supplied, and goes on."))
        }
        News::Decided => (
            "Your application was decided",
            format!("{agency} has decided. Please read it in the app."),
        ),
        News::Delivered => (
            "Your application: the outcome is delivered",
            format!("{agency} has delivered the outcome. The app says how."),
        ),
        News::Withdrawn => (
            "Your application was withdrawn",
            format!("{agency} goes on with it no more. What goes back to you, the app says."),
        ),
        News::Unpaid => (
            "Your application has ended",
            format!("Its fee did not reach {agency} in time. You can apply anew in the app."),
        ),
        News::Lapsed => (
            "Your application has ended",
            format!("What {agency} had asked for did not come in time. You can apply anew."),
        ),
    }
}

fn chinese(news: News, agency: &str) -> (&'static str, String) {
    match news {
        News::ToBePaid => {
            ("您的申请待缴费", format!("{agency}已收到您的申请，请在期限内通过应用缴费。"))
        }
        News::Begun => ("您的申请已受理", format!("{agency}已受理您的申请，办理期限自今日起算。")),
        News::Asked => {
            ("您的申请需要补正", format!("{agency}需要您补充材料，请在应用中查看要求和期限。"))
        }
        News::Supplied => ("您的申请继续办理", format!("{agency}已收到您补充的材料，继续办理。")),
        News::Decided => ("您的申请已有决定", format!("{agency}已作出决定，请在应用中查看。")),
        News::Delivered => {
            ("您的申请结果已送达", format!("{agency}已送达办理结果，送达方式请在应用中查看。"))
        }
        News::Withdrawn => {
            ("您的申请已撤回", format!("{agency}已终止办理，退费情况请在应用中查看。"))
        }
        News::Unpaid => {
            ("您的申请已失效", format!("未在期限内向{agency}缴费，申请已失效，您可重新申请。"))
        }
        News::Lapsed => {
            ("您的申请已失效", format!("未在期限内向{agency}补充材料，申请已失效，您可重新申请。"))
        }
    }
}
