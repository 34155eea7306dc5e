//! The letters of marriage registration. None names anybody: others may look over a shoulder, and an
//! address may be wrong.

use chrono::{DateTime, SecondsFormat, Utc};
use citygate_kernel::Locale;
use citygate_notify::Mail;

fn mail(subject: &str, text: impl Into<String>) -> Mail {
    Mail { subject: subject.to_owned(), text: text.into() }
}

/// Somebody gave this address. It says neither who nor what for.
pub(crate) fn invitation(token: &str, until: DateTime<Utc>, locale: Locale) -> Mail {
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    match locale {
        Locale::En => mail(
            "An invitation in your city's app",
            format!(
                "Somebody who knows this address invites you to take part in a matter before an \
                 office. To see who and what, sign in to the city's app with your real name and \
                 enter this code by {until}:\n\n{token}\n\nIf you do not expect it, do nothing. \
                 Nobody is told whether you have read this.\n"
            ),
        ),
        Locale::ZhCn => mail(
            "城市服务应用邀请",
            format!(
                "有人使用此邮箱邀请您共同办理一项事务。如需查看，请使用实名账户登录城市服务应用，并于 \
                 {until} 前输入以下代码：\n\n{token}\n\n如与您无关，请忽略本邮件，任何人都不会知道您是否已读。\n"
            ),
        ),
    }
}

/// The other has confirmed.
pub(crate) fn confirmed(locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "Your invitation was answered",
            "The other has confirmed. Each of you can sign the statement in the app now; then you \
             can book an appointment.\n",
        ),
        Locale::ZhCn => {
            mail("您的邀请已获确认", "对方已确认。请双方在应用中分别签署声明，之后即可预约。\n")
        }
    }
}

/// Nobody has answered.
pub(crate) fn unanswered(locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "Your invitation is over",
            "It was not answered in time, and its code is gone. You can begin anew in the app.\n",
        ),
        Locale::ZhCn => {
            mail("您的邀请已过期", "邀请未在期限内得到答复，代码已删除。您可在应用中重新发起。\n")
        }
    }
}

/// The case has ended by itself.
pub(crate) fn lapsed(locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "Your case has ended",
            "Nothing happened in a case of yours for as long as the rule allows, and it has ended. \
             You can begin anew in the app.\n",
        ),
        Locale::ZhCn => mail(
            "您的办理事项已结束",
            "您的一项办理事项长期未继续办理，现已结束。您可在应用中重新发起。\n",
        ),
    }
}

/// The other has ended the case.
pub(crate) fn ended(locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "A case of yours was ended",
            "A case that you had confirmed was ended. See the app.\n",
        ),
        Locale::ZhCn => {
            mail("您的办理事项已被终止", "您确认过的一项办理事项已被终止，请在应用中查看。\n")
        }
    }
}

/// The appointment is near.
pub(crate) fn reminder((when, office, address): (&str, &str, &str), locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "Your appointment is near",
            format!(
                "When        {when}\nWhere       {office}, {address}\n\nCome in person, with the \
                 papers that the pre-check in the app lists.\n"
            ),
        ),
        Locale::ZhCn => mail(
            "您的预约即将到来",
            format!(
                "时　　间：{when}\n地　　点：{office}，{address}\n\n请携带应用预检清单所列证件、材料亲自到场。\n"
            ),
        ),
    }
}

/// The marriage is registered.
pub(crate) fn registered(number: &str, locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "It is registered",
            format!("The registry has registered it. Your certificate {number} is in the app.\n"),
        ),
        Locale::ZhCn => mail(
            "登记已办结",
            format!("婚姻登记机关已予以登记，证明编号 {number}，可在应用中查看。\n"),
        ),
    }
}

/// The registry has refused.
pub(crate) fn refused(locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "The registry could not register it",
            "The app says why, by which article of law, and what can be done about it.\n",
        ),
        Locale::ZhCn => {
            mail("未予登记通知", "不予登记的理由、法律依据及可采取的措施，请在应用中查看。\n")
        }
    }
}

/// What was registered has changed.
pub(crate) fn changed(annulled: bool, locale: Locale) -> Mail {
    match (annulled, locale) {
        (false, Locale::En) => mail(
            "A registration was corrected",
            "A registration of yours was corrected. A new certificate takes the place of the old \
             one; see the app.\n",
        ),
        (false, Locale::ZhCn) => {
            mail("登记信息已更正", "您的一项登记信息已更正，新证明取代原证明，请在应用中查看。\n")
        }
        (true, Locale::En) => mail(
            "A court's judgment was entered",
            "A court's judgment about a registration of yours was entered. Its certificate holds \
             no longer; see the app.\n",
        ),
        (true, Locale::ZhCn) => mail(
            "法院裁判结果已登记",
            "与您一项登记有关的法院裁判已登记，原证明不再有效，请在应用中查看。\n",
        ),
    }
}
