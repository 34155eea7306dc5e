//! The letters about applications. None says what for or how much: anybody may look over a shoulder.

use citygate_kernel::Locale;
use citygate_notify::Mail;

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// There is a decision or an answer.
    Decided,
    /// Something is asked of the person.
    Asked,
    /// The money is on its way.
    Paid,
    /// The centre is late.
    Overdue,
    /// The time to bring something is over.
    Lapsed,
    /// The statement of a year.
    Statement(i16),
}

/// A letter from a centre about an application, by its number; a statement has none.
pub(crate) fn letter(news: News, centre: &str, case: &str, locale: Locale) -> Mail {
    let (subject, text) = match locale {
        Locale::En => english(news, centre, case),
        Locale::ZhCn => chinese(news, centre, case),
    };
    Mail { subject: subject.to_owned(), text }
}

fn english(news: News, centre: &str, case: &str) -> (&'static str, String) {
    match news {
        News::Decided => (
            "Your housing provident fund: there is a decision",
            format!("{centre} has decided about {case}. Please read it in the app.\n"),
        ),
        News::Asked => (
            "Your housing provident fund: something is missing",
            format!(
                "{centre} needs something for {case}. Please read in the app what, and by when.\n"
            ),
        ),
        News::Paid => {
            ("Your housing provident fund: booked", format!("{centre} has booked {case}.\n"))
        }
        News::Overdue => (
            "Your housing provident fund: the decision is late",
            format!(
                "{centre} had to decide about {case} by now, and has not. It has been reminded; \
                 you can ask it, or its supervisor.\n"
            ),
        ),
        News::Lapsed => (
            "Your housing provident fund: an application has ended",
            format!(
                "What {centre} had asked for {case} did not come in time. You can apply anew.\n"
            ),
        ),
        News::Statement(year) => (
            "Your housing provident fund: the statement of the year",
            format!(
                "The statement of {centre} for the year to 30 June {year} is there. You can read it \
                 in the app, after proving who you are.\n"
            ),
        ),
    }
}

fn chinese(news: News, centre: &str, case: &str) -> (&'static str, String) {
    match news {
        News::Decided => (
            "住房公积金业务已有办理结果",
            format!("{centre}已就您的申请（{case}）作出决定或答复，请在应用中查看。\n"),
        ),
        News::Asked => (
            "住房公积金申请需要补正",
            format!("{centre}需要您补充申请（{case}）的材料，请在应用中查看要求和期限。\n"),
        ),
        News::Paid => ("住房公积金业务已入账", format!("{centre}已办结您的申请（{case}）。\n")),
        News::Overdue => (
            "住房公积金申请超期未办结",
            format!(
                "{centre}未在规定期限内就您的申请（{case}）作出决定，系统已催办。您可以向该中心或其监管部门反映。\n"
            ),
        ),
        News::Lapsed => (
            "住房公积金申请已终止",
            format!("您未在期限内按{centre}的要求补充申请（{case}）的材料，可以重新申请。\n"),
        ),
        News::Statement(year) => (
            "住房公积金年度对账单",
            format!("{centre}截至{year}年6月30日的年度对账单已生成，请在应用中验证身份后查看。\n"),
        ),
    }
}
