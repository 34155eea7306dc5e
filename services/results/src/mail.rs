//! The letters about results. None says what was examined or found: anybody may look over a shoulder.

use citygate_kernel::Locale;
use citygate_notify::Mail;

use crate::model::ReleaseState;

fn mail(subject: &str, text: String) -> Mail {
    Mail { subject: subject.to_owned(), text }
}

/// There is a result.
pub(crate) fn result(hospital: &str, locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "A result is there",
            format!(
                "{hospital} has sent a result of yours. You can read it in the app, after proving \
                 who you are.\n"
            ),
        ),
        Locale::ZhCn => mail(
            "您有新的检查检验结果",
            format!("{hospital}已出具您的检查检验结果，请在应用中验证身份后查看。\n"),
        ),
    }
}

/// What the person has seen is not what stands.
pub(crate) fn corrected(hospital: &str, state: ReleaseState, locale: Locale) -> Mail {
    let subject = match locale {
        Locale::En => "A result that you have read has changed",
        Locale::ZhCn => "您查看过的检查检验结果已变更",
    };
    let text = match (state, locale) {
        (ReleaseState::Withdrawn, Locale::En) => format!(
            "{hospital} has withdrawn a result that you have read. Do not rely on it; ask the \
             hospital if you have questions.\n"
        ),
        (ReleaseState::Withdrawn, Locale::ZhCn) => {
            format!("{hospital}已撤回您查看过的一份结果，请勿以其为依据；如有疑问，请咨询医院。\n")
        }
        (ReleaseState::Released | ReleaseState::Viewed, Locale::En) => format!(
            "{hospital} has corrected a result that you have read. Please read the corrected one \
             in the app; do not rely on the earlier one.\n"
        ),
        (ReleaseState::Released | ReleaseState::Viewed, Locale::ZhCn) => format!(
            "{hospital}已更正您查看过的一份结果，请在应用中查看更正后的结果，勿以原结果为依据。\n"
        ),
        (
            ReleaseState::NotFinal
            | ReleaseState::InPerson
            | ReleaseState::Acknowledgement
            | ReleaseState::Note,
            Locale::En,
        ) => format!(
            "{hospital} has corrected a result that you have read. Please do not rely on the \
             earlier one, and ask the hospital about it.\n"
        ),
        (
            ReleaseState::NotFinal
            | ReleaseState::InPerson
            | ReleaseState::Acknowledgement
            | ReleaseState::Note,
            Locale::ZhCn,
        ) => {
            format!("{hospital}已更正您查看过的一份结果，请勿以原结果为依据，并向医院咨询。\n")
        }
    };
    mail(subject, text)
}

/// What somebody at the hospital has seen is not what stands.
pub(crate) fn corrected_for_staff(report_no: &str, withdrawn: bool, locale: Locale) -> Mail {
    match (locale, withdrawn) {
        (Locale::En, false) => mail(
            "A report that you have read was corrected",
            format!("Report {report_no} has another version. Please read it.\n"),
        ),
        (Locale::En, true) => mail(
            "A report that you have read was withdrawn",
            format!("Report {report_no} should never have been sent.\n"),
        ),
        (Locale::ZhCn, false) => {
            mail("您查看过的报告已更正", format!("报告 {report_no} 已有新版本，请及时查看。\n"))
        }
        (Locale::ZhCn, true) => {
            mail("您查看过的报告已撤回", format!("报告 {report_no} 系误发，已撤回。\n"))
        }
    }
}

/// Something critical waits.
pub(crate) fn alert(report_no: &str, by: &str, locale: Locale) -> Mail {
    match locale {
        Locale::En => mail(
            "Critical result: please acknowledge",
            format!(
                "Report {report_no} holds a critical result. Read it, read it back, and \
                 acknowledge it by {by}.\n"
            ),
        ),
        Locale::ZhCn => mail(
            "危急值待确认",
            format!("报告 {report_no} 含危急值，请于 {by} 前查看、复述并确认。\n"),
        ),
    }
}
