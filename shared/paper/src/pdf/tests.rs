use super::*;

fn row<const N: usize>(cells: [&str; N], marked: bool) -> Row {
    Row { cells: cells.map(str::to_owned).into(), marked }
}

fn columns() -> Vec<Column> {
    let columns = [("项目", 37), ("结果", 19), ("提示", 9), ("参考范围", 19), ("单位", 16)];
    columns.map(|(title, width)| Column::new(title, width)).into()
}

fn document() -> Document {
    let mut rows = vec![
        row(["钾 (K)", "6.5", "偏高↑", "3.5–5.3", "mmol/L"], true),
        row(["钠 (Na)", "140", "", "137–147", "mmol/L"], false),
        row(
            [
                "估算肾小球滤过率（CKD-EPI公式，按体表面积标准化）",
                ">90",
                "",
                "≥90",
                "mL/min/1.73m²",
            ],
            false,
        ),
    ];
    rows.extend((1..=40).map(|n| row([&format!("项目 {n}"), "1.0", "", "0–2", "10⁹/L"], false)));
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Document {
        language: Locale::ZhCn,
        heading: "杭州市第一人民医院".into(),
        title: "电解质、肾功能 检验报告".into(),
        banner: Some("更正 Corrected：本报告为第 2 版，此前版本作废。".into()),
        facts: vec![
            fact("姓名", "王**"),
            fact("报告编号", "LAB-20261122-0001"),
            fact("采样时间", "2026-11-22 08:10"),
            fact("报告时间", "2026-11-22 10:30"),
            fact("版本", "2（更正）"),
        ],
        tables: vec![Table { columns: columns(), rows }],
        paragraphs: vec![
            fact("结论", "血钾升高，请结合临床。龘字不在字库中。"),
            fact(
                "提示",
                "部分指标超出参考范围。单项异常不等于患病，请咨询医生；如有不适，请及时就诊。",
            ),
        ],
        footer:
            "本文件由城市服务平台根据医院上传的数据生成，以医院原件为准。报告编号可在医院核验。"
                .into(),
    }
}

#[test]
fn a_report_of_two_pages_is_small_and_has_its_font_in_it() {
    let pdf = render(&document()).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(pdf.len() < 150_000, "{} bytes", pdf.len());
    let has = |needle: &[u8]| pdf.windows(needle.len()).filter(|part| *part == needle).count();
    assert_eq!(has(b"/Type /Page\n"), 2);
    assert_eq!(has(b"/CIDFontType0C"), 1);
    if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
        std::fs::write(format!("{folder}/report.pdf"), &pdf).unwrap();
    }
}

#[test]
fn what_the_font_lacks_is_seen() {
    let font = PARSED.as_ref().unwrap();
    let glyphs = font.glyphs("龘\u{202E}王");
    assert_eq!(glyphs[0].id, font.glyphs("□")[0].id);
    assert_eq!(glyphs[1].character, ' ', "nothing turns the text around");
    assert_ne!(glyphs[2].id, glyphs[0].id);
}

#[test]
fn people_are_printed_by_their_names() {
    // All of the table by which children are named, and not of GB 2312.
    let missing = PARSED.as_ref().unwrap().glyphs("□")[0].id;
    for glyph in PARSED.as_ref().unwrap().glyphs("喆堃玥瑄珺翀镕赟祎𬭎㛃") {
        assert_ne!(glyph.id, missing, "{}", glyph.character);
    }
}

#[test]
fn what_is_too_long_or_uneven_is_refused() {
    let table = |columns, rows| Document { tables: vec![Table { columns, rows }], ..document() };
    let cells = vec![String::new(); 5];
    let rows = |count| vec![Row { cells: cells.clone(), marked: false }; count];
    assert!(render(&table(columns(), rows(ROWS - 1))).is_ok());
    for (document, fault) in [
        (table(columns(), rows(ROWS)), PdfError::TooLong),
        (table(vec![Column::new("x", 1); COLUMNS + 1], Vec::new()), PdfError::TooLong),
        (Document { footer: "长".repeat(BYTES / 3 + 1), ..Document::default() }, PdfError::TooLong),
        (table(columns(), vec![row(["1", "2", "3", "4"], false)]), PdfError::Uneven),
        (table(columns(), vec![row(["1"; 6], false)]), PdfError::Uneven),
    ] {
        assert_eq!(render(&document), Err(fault));
    }
}

/// The texts of all pages, with where they begin and end.
fn texts(document: &Document) -> Vec<(String, i32, i32, i32)> {
    let pages = layout::pages(document, PARSED.as_ref().unwrap());
    let text = |mark: &layout::Mark| {
        let layout::Mark::Text { x, y, size, glyphs, .. } = mark else { return None };
        let width: i32 = glyphs.iter().map(|glyph| i32::from(glyph.width) * size / 1_000).sum();
        Some((glyphs.iter().map(|glyph| glyph.character).collect(), *x, x + width, *y))
    };
    pages.iter().flatten().filter_map(text).collect()
}

#[test]
fn any_text_is_printed_within_the_page() {
    let wide = "W".repeat(500);
    for columns in [
        columns(),
        vec![Column::numeric("W".repeat(90), u16::MAX), Column::new("", 0)],
        vec![Column::new("字", 0); COLUMNS],
    ] {
        let row = Row { cells: vec![wide.clone(); columns.len()], marked: true };
        let odd = Document {
            tables: vec![Table { columns, rows: vec![row; 20] }; 2],
            heading: wide.clone(),
            facts: vec![(wide.clone(), "字".repeat(5_000)); 3],
            paragraphs: vec![(wide.clone(), wide.clone())],
            ..document()
        };
        for (text, _, end, y) in texts(&odd) {
            // A column that has no width shows one character in each line.
            let one = text.chars().count() == 1;
            assert!((end <= layout::PAGE.0 || one) && y <= layout::PAGE.1, "{text} {end} {y}");
        }
    }
}

#[test]
fn numbers_stand_under_each_other_and_columns_keep_their_shares() {
    let columns = vec![Column::new("月份", 2), Column::numeric("金额", 1), Column::new("单位", 1)];
    let rows =
        vec![row(["2026-01", "9.50", "某某"], false), row(["2026-02", "1234.50", ""], false)];
    let texts = texts(&Document { tables: vec![Table { columns, rows }], ..Document::default() });
    let find = |wanted: &str| texts.iter().find(|(text, ..)| text == wanted).unwrap();
    let ((_, short, end, _), (_, long, other, _)) = (find("9.50"), find("1234.50"));
    assert!((end - other).abs() <= 10, "flush right: {end} {other}");
    assert!(short > long);
    let (left, middle, right) = (find("月份").1, find("金额").2, find("单位").1);
    assert!(left < middle && middle < right);
    assert_eq!(find("某某").1, right);
}
