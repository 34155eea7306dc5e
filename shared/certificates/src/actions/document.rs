//! A certificate on paper.

use citygate_identity::RealName;
use citygate_kernel::Locale;
use citygate_paper::pdf::{Column, Document, Printer, Row, Table};
use citygate_platform::Cx;

use super::read::{Reading, read};
use crate::{
    error::Error,
    model::{CertificateId, CertificateStatus, Statement, VerificationCode},
};

/// A certificate of the caller's as PDF, in the language of the caller. The reading is noted.
pub(crate) async fn document(
    cx: &Cx,
    printer: &Printer,
    caller: &RealName,
    id: CertificateId,
) -> Result<Vec<u8>, Error> {
    let reading = read(cx, caller, id).await?;
    Ok(printer.print(printed(&reading, cx.locale)?).await?)
}

fn printed(reading: &Reading, locale: Locale) -> Result<Document, Error> {
    let words = Labels::of(locale);
    let Reading { listed, content } = reading;
    let certificate = &listed.certificate;
    let code: VerificationCode = content.code.parse().map_err(|_| Error::Damaged("code"))?;
    let fact = |label: &str, value: String| (label.to_owned(), value);
    let mut facts = vec![
        fact(words.number, certificate.number.to_string()),
        fact(words.code, code.grouped()),
        fact(words.issued_on, certificate.issued_on.to_string()),
    ];
    facts.extend(certificate.valid_until.map(|last| fact(words.valid_until, last.to_string())));
    let row = |said: &Statement| Row {
        cells: vec![said.name.get(locale).to_owned(), said.value.clone()],
        marked: false,
    };
    Ok(Document {
        language: locale,
        heading: listed.agency.name.get(locale).to_owned(),
        title: certificate.title.get(locale).to_owned(),
        banner: banner(listed.status),
        facts,
        tables: vec![Table {
            columns: vec![Column::new(words.item, 32), Column::new(words.content, 68)],
            rows: content.statements.iter().map(row).collect(),
        }],
        paragraphs: vec![fact(words.verifying, words.how.to_owned())],
        footer: words.footer.to_owned(),
    })
}

/// In both languages: whoever gets the paper sees it.
fn banner(status: CertificateStatus) -> Option<String> {
    let name = status.name();
    let shown = format!("{} / {}", name.zh, name.en);
    match status {
        CertificateStatus::Valid => None,
        CertificateStatus::Revoked | CertificateStatus::Replaced | CertificateStatus::Expired => {
            Some(shown)
        }
    }
}

/// What is printed beside what an agency says.
struct Labels {
    number: &'static str,
    code: &'static str,
    issued_on: &'static str,
    valid_until: &'static str,
    item: &'static str,
    content: &'static str,
    verifying: &'static str,
    how: &'static str,
    footer: &'static str,
}

impl Labels {
    fn of(locale: Locale) -> Self {
        match locale {
            Locale::En => Self {
                number: "Number",
                code: "Code",
                issued_on: "Issued on",
                valid_until: "Valid until",
                item: "Item",
                content: "Content",
                verifying: "How to verify it",
                how: "Anybody can verify this certificate with its number and code, on the city's \
                      app under “Verify a certificate”, or by POST /v1/certificate-verifications. \
                      What is shown there prevails over this paper. Give the code only to those \
                      who should see the certificate.",
                footer: "Issued by the city's service platform for the agency named above. What is \
                         printed here is as it was on the day of printing.",
            },
            Locale::ZhCn => Self {
                number: "证明编号",
                code: "验证码",
                issued_on: "出具日期",
                valid_until: "有效期至",
                item: "项目",
                content: "内容",
                verifying: "核验方式",
                how: "任何人均可凭证明编号和验证码，在城市服务平台“证明核验”处（接口：\
                      POST /v1/certificate-verifications）核验本证明。核验结果与本件不一致的，\
                      以核验结果为准。验证码请仅提供给需要查验本证明的单位或者个人。",
                footer: "本证明由城市服务平台受上列机构委托出具，所载内容以打印之日的状态为准。",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use citygate_catalogue::{Agency, AgencyId};
    use citygate_kernel::{CityCode, Text};
    use citygate_paper::pdf::render;
    use uuid::Uuid;

    use super::*;
    use crate::{
        actions::Listed,
        model::{Certificate, CertificateState, Content},
    };

    fn reading(status: CertificateStatus) -> Reading {
        let (city, day) = (CityCode::HANGZHOU, "2026-11-23".parse().unwrap());
        let agency = AgencyId::from_parts(city, Uuid::nil());
        let certificate = Certificate {
            id: CertificateId::from_parts(city, Uuid::nil()),
            agency,
            kind: "provident_fund.contributions".into(),
            number: "330100-20261123-7K3M9QX2VD".parse().unwrap(),
            case: "case".into(),
            title: Text::new("Certificate of contributions", "住房公积金缴存证明"),
            issued_at: DateTime::UNIX_EPOCH,
            issued_on: day,
            valid_until: "2027-02-23".parse().ok(),
            state: CertificateState::Valid,
            replaced_by: None,
        };
        let said = |en: &str, zh: &str, value: &str| Statement {
            name: Text::new(en, zh),
            value: value.into(),
            public: false,
        };
        let statements = vec![
            said("Name", "姓名", "李玥翀"),
            said("Identity number", "证件号码", "330102199003078512"),
            said("Employer", "缴存单位", "杭州某某信息技术有限公司"),
            said(
                "Monthly contribution",
                "月缴存额",
                "2500.50 元（个人 1250.25 元，单位 1250.25 元）",
            ),
            said("Months paid", "累计缴存月数", "134"),
            said("Balance", "账户余额", "186234.17 元（截至 2026-11-22）"),
            said("Remark", "说明", &"本人名下无未结清公积金贷款。".repeat(8)),
        ];
        let name = Text::new("Provident Fund Centre", "杭州住房公积金管理中心");
        let (code, credential) = ("7K3M9QX2VD4T0HPB".to_owned(), String::new());
        Reading {
            listed: Listed { certificate, agency: Agency { id: agency, name }, status },
            content: Content { statements, code, credential },
        }
    }

    #[test]
    fn all_of_it_is_printed_in_both_languages() {
        for (locale, name) in [(Locale::ZhCn, "zh"), (Locale::En, "en")] {
            let document = printed(&reading(CertificateStatus::Valid), locale).unwrap();
            assert_eq!(document.banner, None);
            let cells: Vec<_> =
                document.tables[0].rows.iter().map(|row| row.cells[1].as_str()).collect();
            assert_eq!(cells[..2], ["李玥翀", "330102199003078512"]);
            let values: Vec<_> = document.facts.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(
                values,
                ["330100-20261123-7K3M9QX2VD", "7K3M-9QX2-VD4T-0HPB", "2026-11-23", "2027-02-23"]
            );
            let pdf = render(&document).unwrap();
            if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
                std::fs::write(format!("{folder}/certificate-{name}.pdf"), pdf).unwrap();
            }
        }
    }

    #[test]
    fn one_that_does_not_hold_says_so_first() {
        for status in CertificateStatus::ALL {
            let document = printed(&reading(*status), Locale::ZhCn).unwrap();
            let shown = document.banner.is_some_and(|banner| banner.contains(&status.name().zh));
            assert_eq!(shown, *status != CertificateStatus::Valid, "{status:?}");
        }
    }
}
