//! Yearly statements on paper.

use citygate_identity::StepUp;
use citygate_kernel::Locale;
use citygate_paper::pdf::{Column, Document, Printer, Row, Table};
use citygate_platform::Cx;

use super::{StatementView, read};
use crate::{
    actions::balance::FundRead,
    error::Error,
    model::{AccountId, StatementYear},
    wire::balance::masked,
};

/// The statement of the caller's account for a year as PDF. It uses the proof up.
pub(crate) async fn document(
    cx: &Cx,
    printer: &Printer,
    proof: &StepUp<FundRead>,
    of: (AccountId, StatementYear),
) -> Result<Vec<u8>, Error> {
    let view = read(cx, proof, of).await?;
    Ok(printer.print(printed(&view, cx.locale)).await?)
}

/// A statement as it is printed.
fn printed(view: &StatementView, locale: Locale) -> Document {
    let StatementView { statement, year, account, agency, name } = view;
    let words = Labels::of(locale);
    let fact = |label: &str, value: String| (label.to_owned(), value);
    let mut facts = Vec::new();
    facts.extend(name.clone().map(|name| fact(words.name, name)));
    facts.push(fact(words.account_no, masked(&account.number)));
    facts.push(fact(words.year, format!("{} – {}", year.first, year.last)));
    facts.push(fact(words.months, statement.months.to_string()));
    let amounts = [
        statement.opening,
        statement.own,
        statement.employer,
        statement.interest,
        statement.withdrawn,
        statement.transferred,
        statement.corrected,
        statement.closing,
    ];
    let ends = [0, amounts.len() - 1];
    let rows = words.lines.iter().zip(amounts).enumerate().map(|(n, (line, amount))| Row {
        cells: vec![(*line).to_owned(), amount.to_string()],
        marked: ends.contains(&n),
    });
    Document {
        language: locale,
        heading: agency.name.get(locale).to_owned(),
        title: words.title.to_owned(),
        banner: None,
        facts,
        tables: vec![Table {
            columns: vec![Column::new(words.item, 60), Column::numeric(words.amount, 40)],
            rows: rows.collect(),
        }],
        paragraphs: vec![fact(words.dispute, words.how.to_owned())],
        footer: format!("{} {}", words.footer, account.id),
    }
}

/// What is printed beside the figures.
struct Labels {
    title: &'static str,
    name: &'static str,
    account_no: &'static str,
    year: &'static str,
    months: &'static str,
    item: &'static str,
    amount: &'static str,
    lines: [&'static str; 8],
    dispute: &'static str,
    how: &'static str,
    footer: &'static str,
}

impl Labels {
    fn of(locale: Locale) -> Self {
        match locale {
            Locale::En => Self {
                title: "Housing provident fund: statement of the year",
                name: "Name",
                account_no: "Account",
                year: "Year",
                months: "Months paid",
                item: "Item",
                amount: "Amount",
                lines: [
                    "Balance at the beginning",
                    "Paid in by you",
                    "Paid in by employers",
                    "Interest",
                    "Withdrawn",
                    "Transferred, and brought forward",
                    "Corrected",
                    "Balance at the end",
                ],
                dispute: "If something is wrong",
                how: "You can dispute it in the app: the bank answers within five days, and then the \
                      centre, if you ask for it (Regulation on the Management of the Housing \
                      Provident Fund, article 36).",
                footer: "Made by the city from what the centre has booked. Account:",
            },
            Locale::ZhCn => Self {
                title: "住房公积金年度对账单",
                name: "姓名",
                account_no: "个人账号",
                year: "结息年度",
                months: "缴存月数",
                item: "项目",
                amount: "金额",
                lines: [
                    "期初余额",
                    "个人缴存",
                    "单位缴存",
                    "结息",
                    "提取",
                    "转移及期初结转",
                    "更正",
                    "期末余额",
                ],
                dispute: "如有异议",
                how: "您可以在应用中申请受委托银行复核，对复核结果有异议的，可以申请住房公积金管理中心重新复核；银行和中心应当自收到申请之日起五日内书面答复（《住房公积金管理条例》第三十六条）。",
                footer: "根据住房公积金管理中心的入账记录生成。账户：",
            },
        }
    }
}
