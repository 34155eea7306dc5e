use super::*;

fn document() -> Document {
    let row = |cells: [&str; 5], marked| Row { cells: cells.map(str::to_owned), marked };
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
        language: "zh-CN",
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
        columns: ["项目", "结果", "提示", "参考范围", "单位"].map(str::to_owned),
        rows,
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
        page: "第 {page} 页，共 {pages} 页".into(),
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
fn what_is_too_long_is_refused() {
    let long = Document { rows: vec![Row::default(); ROWS + 1], ..document() };
    assert_eq!(render(&long), Err(PdfError::TooLong));
    let long =
        Document { paragraphs: vec![(String::new(), "长".repeat(CHARACTERS))], ..document() };
    assert_eq!(render(&long), Err(PdfError::TooLong));
}

#[test]
fn any_text_is_printed_within_the_page() {
    let wide = "W".repeat(500);
    let row = Row { cells: [(); 5].map(|()| wide.clone()), marked: true };
    let odd = Document { rows: vec![row; 20], heading: wide.clone(), ..document() };
    let pages = layout::pages(&odd, PARSED.as_ref().unwrap());
    for mark in pages.iter().flatten() {
        let layout::Mark::Text { x, y, size, glyphs, .. } = mark else { continue };
        let width: i32 = glyphs.iter().map(|glyph| i32::from(glyph.width) * size / 1_000).sum();
        assert!(x + width <= layout::PAGE.0 && *y <= layout::PAGE.1, "{x} {y} {width}");
    }
}
