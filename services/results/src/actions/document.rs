//! Results on paper and as pictures.

use citygate_identity::RealName;
use citygate_kernel::Locale;
use citygate_paper::{
    pdf::{Column, Document, Printer, Row, Table},
    svg::{Dot, LineChart},
};
use citygate_platform::Cx;

use super::{
    read::{self, Reading},
    trend::Trend,
};
use crate::{
    error::{Error, ReleaseError},
    model::{Flag, ReportId, ReportStatus, StoredObservation},
    rules::flags,
    wire::{flag_text, range_text, unit_text, value_text},
};

/// The version that stands as PDF, while the five minutes after its proof last.
pub(crate) async fn document(
    cx: &Cx,
    printer: &Printer,
    caller: &RealName,
    id: ReportId,
) -> Result<Vec<u8>, Error> {
    let (reading, name) = read::read_for_document(cx, caller, id).await?;
    let printed = printer.print(printed(&reading, &name, cx.locale)).await;
    Ok(printed.map_err(ReleaseError::from)?)
}

/// A report as it is printed.
fn printed(reading: &Reading, name: &str, locale: Locale) -> Document {
    let words = Labels::of(locale);
    let Reading { report, version, agency, city, observations, advice, notes, .. } = reading;
    let local = |at: chrono::DateTime<chrono::Utc>| {
        at.with_timezone(&city.time_zone).format("%Y-%m-%d %H:%M").to_string()
    };
    let fact = |label: &str, value: String| (label.to_owned(), value);
    let mut facts = vec![
        fact(words.name, name.to_owned()),
        fact(words.report_no, report.report_no.as_str().to_owned()),
    ];
    facts.extend(version.content.effective_at.map(|at| fact(words.effective, local(at))));
    facts.push(fact(words.issued, local(version.issued_at)));
    facts.push(fact(words.version, version.number.to_string()));
    facts.push(fact(words.status, words.status_of(version.status).to_owned()));
    let conclusion = version.content.conclusion.as_ref();
    let conclusion = conclusion.map(|text| fact(words.conclusion, text.expose().clone()));
    let notes = notes.iter().filter_map(|event| event.words.clone());
    let notes = notes.map(|text| fact(words.note, text));
    let advice = advice.as_ref().map(|text| fact(words.advice, text.get(locale).to_owned()));
    Document {
        language: locale,
        heading: agency.name.get(locale).to_owned(),
        title: version.content.code.display.clone(),
        banner: words.banner(version.status, version.number),
        facts,
        tables: vec![Table {
            columns: words.columns.map(|(title, width)| Column::new(title, width)).into(),
            rows: observations.iter().map(|item| row(item, locale)).collect(),
        }],
        paragraphs: conclusion.into_iter().chain(notes).chain(advice).collect(),
        footer: format!("{} {}", words.footer, report.id),
    }
}

fn row(item: &StoredObservation, locale: Locale) -> Row {
    let said = &item.said;
    let flag = flags::flag(said).map(flags::Flagged::flag).filter(|flag| *flag != Flag::Normal);
    let note = said.note.as_ref().map(|note| format!("\n{note}")).unwrap_or_default();
    Row {
        cells: vec![
            said.code.display.clone() + &note,
            value_text(&said.value),
            flag.map_or("", |flag| flag_text(flag, locale)).to_owned(),
            range_text(item).unwrap_or_default(),
            unit_text(&said.value).unwrap_or_default().to_owned(),
        ],
        marked: flag.is_some(),
    }
}

/// What is printed beside what a hospital says.
struct Labels {
    locale: Locale,
    name: &'static str,
    report_no: &'static str,
    effective: &'static str,
    issued: &'static str,
    version: &'static str,
    status: &'static str,
    conclusion: &'static str,
    note: &'static str,
    advice: &'static str,
    columns: [(&'static str, u16); 5],
    footer: &'static str,
}

impl Labels {
    fn of(locale: Locale) -> Self {
        match locale {
            Locale::En => Self {
                locale,
                name: "Name",
                report_no: "Report no.",
                effective: "Examined",
                issued: "Issued",
                version: "Version",
                status: "Status",
                conclusion: "Conclusion",
                note: "Clinician's note",
                advice: "Please note",
                columns: [("Item", 37), ("Result", 19), ("Flag", 9), ("Usual", 19), ("Unit", 16)],
                footer: "Made by the city from what the hospital has sent; the hospital's original \
                         prevails. To verify it, give the hospital the number of the report and of \
                         its version. Reference:",
            },
            Locale::ZhCn => Self {
                locale,
                name: "姓名",
                report_no: "报告编号",
                effective: "采样/检查时间",
                issued: "报告时间",
                version: "版本",
                status: "状态",
                conclusion: "结论",
                note: "医生说明",
                advice: "提示",
                columns: [("项目", 37), ("结果", 19), ("提示", 9), ("参考范围", 19), ("单位", 16)],
                footer: "本文件由城市服务平台根据医院上传的数据生成，以医院原件为准。如需核验，请向医院提供报告编号和版本号。编号：",
            },
        }
    }

    fn status_of(&self, status: ReportStatus) -> &'static str {
        let (en, zh) = match status {
            ReportStatus::Registered => ("registered", "已登记"),
            ReportStatus::Partial => ("partial", "部分结果"),
            ReportStatus::Preliminary => ("preliminary", "初步结果"),
            ReportStatus::Final => ("final", "最终结果"),
            ReportStatus::Amended => ("amended", "已修改"),
            ReportStatus::Corrected => ("corrected", "已更正"),
            ReportStatus::Appended => ("appended", "已补充"),
            ReportStatus::Cancelled => ("cancelled", "已取消"),
            ReportStatus::EnteredInError => ("entered in error", "误录"),
        };
        match self.locale {
            Locale::En => en,
            Locale::ZhCn => zh,
        }
    }

    /// In both languages: whoever gets the paper sees it.
    fn banner(&self, status: ReportStatus, version: u32) -> Option<String> {
        match status {
            ReportStatus::Amended | ReportStatus::Corrected | ReportStatus::Appended => {
                Some(format!(
                    "更正 / Corrected：第 {version} 版，此前版本作废 (version {version} replaces \
                     all earlier ones)"
                ))
            }
            ReportStatus::Registered | ReportStatus::Partial | ReportStatus::Preliminary => {
                Some("初步结果 / Preliminary：未经审核 (not verified)".to_owned())
            }
            ReportStatus::Cancelled => Some("已取消 / Cancelled".to_owned()),
            ReportStatus::Final | ReportStatus::EnteredInError => None,
        }
    }
}

/// A trend as a picture: the values in the unit of the report.
pub(crate) fn picture(trend: &Trend, locale: Locale) -> String {
    let day = |at: chrono::DateTime<chrono::Utc>| trend.city.date(at).to_string();
    let series = trend.series.first();
    let points = series.map(|series| series.points.as_slice()).unwrap_or_default();
    let dots: Vec<Dot> = points
        .iter()
        .map(|point| Dot {
            at: point.at.timestamp(),
            day: day(point.at),
            value: point.value,
            label: format!("{}{}", point.comparator.as_deref().unwrap_or_default(), point.value),
            low: point.low,
            high: point.high,
            marked: point.flag.is_some_and(|flagged| flagged.flag() != Flag::Normal),
        })
        .collect();
    let values: Vec<String> = points
        .iter()
        .map(|point| {
            let flag = point.flag.map_or("", |flagged| flag_text(flagged.flag(), locale));
            format!("{} {} {flag}", day(point.at), point.value).trim_end().to_owned()
        })
        .collect();
    let (before, between) = match locale {
        Locale::En => ("Values, oldest first: ", "; "),
        Locale::ZhCn => ("按时间顺序：", "；"),
    };
    let chart = LineChart {
        language: locale,
        title: trend.code.display.clone(),
        description: format!("{before}{}", values.join(between)),
        unit: series.map(|series| series.unit.clone()).unwrap_or_default(),
        dots,
    };
    chart.to_string()
}
