//! Values over time as a picture: SVG, readable on a telephone and by a screen reader.
//!
//! It is a card of its own colours, and so it is the same on dark and on light ground. No value is
//! told by colour alone: what is out of the usual is a diamond, what is within it a disc.

use std::fmt::{self, Display, Write};

use rust_decimal::Decimal;

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chart {
    /// `zh-CN`.
    pub language: &'static str,
    pub title: String,
    /// The same in words, for who does not see it.
    pub description: String,
    pub unit: String,
    /// Oldest first.
    pub dots: Vec<Dot>,
}

/// A value.
#[derive(Debug, Clone)]
pub(crate) struct Dot {
    /// Seconds since any instant.
    pub at: i64,
    /// The day, in words.
    pub day: String,
    pub value: Decimal,
    /// The value as it was reported.
    pub label: String,
    pub low: Option<Decimal>,
    pub high: Option<Decimal>,
    /// Out of the usual.
    pub marked: bool,
}

const SIZE: (i64, i64) = (360, 240);
/// Where values are drawn.
const LEFT: i64 = 48;
const RIGHT: i64 = 336;
const TOP: i64 = 56;
const BOTTOM: i64 = 196;
/// More values than that have no label of their own, but the last.
const LABELS: usize = 8;

/// Text as SVG has it. What XML cannot hold is left out.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                '\u{FFFE}' | '\u{FFFF}' => {}
                other if other.is_control() => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Where values stand: from the least to the greatest of what is drawn, with some air.
struct Scale {
    least: Decimal,
    greatest: Decimal,
    first: i64,
    last: i64,
}

impl Scale {
    fn of(dots: &[Dot]) -> Self {
        let values = || dots.iter().flat_map(|dot| [Some(dot.value), dot.low, dot.high]).flatten();
        Self {
            least: values().min().unwrap_or_default(),
            greatest: values().max().unwrap_or_default(),
            first: dots.first().map_or(0, |dot| dot.at),
            last: dots.last().map_or(0, |dot| dot.at),
        }
    }

    fn x(&self, at: i64) -> i64 {
        let span = self.last.saturating_sub(self.first);
        if span <= 0 {
            return i64::midpoint(LEFT, RIGHT);
        }
        LEFT + at.saturating_sub(self.first).saturating_mul(RIGHT - LEFT) / span
    }

    /// In the middle where all is the same, or beyond what can be counted with.
    fn y(&self, value: Decimal) -> i64 {
        self.share(value).map_or(i64::midpoint(TOP, BOTTOM), |share| BOTTOM - share)
    }

    fn share(&self, value: Decimal) -> Option<i64> {
        let span = self.greatest.checked_sub(self.least)?;
        let share = value.checked_sub(self.least)?.checked_div(span)?;
        let height = Decimal::from(BOTTOM - TOP);
        share.checked_mul(height)?.round().try_into().ok()
    }
}

/// The picture.
pub(crate) fn svg(chart: &Chart) -> String {
    let mut svg = String::with_capacity(4_096);
    // Writing to a string does not fail.
    let _ = draw(&mut svg, chart);
    svg
}

fn draw(svg: &mut String, chart: &Chart) -> fmt::Result {
    let Chart { language, title, description, unit, dots } = chart;
    let (width, height) = SIZE;
    let scale = Scale::of(dots);
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         xml:lang=\"{language}\" role=\"img\" aria-labelledby=\"t d\" \
         font-family=\"'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif\" font-size=\"12\" \
         fill=\"#1f2328\"><title id=\"t\">{}</title><desc id=\"d\">{}</desc>\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\"/>\
         <text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"bold\">{}</text>\
         <text x=\"16\" y=\"44\" fill=\"#57606a\">{}</text>",
        Escaped(title),
        Escaped(description),
        Escaped(&shortened(title, 22)),
        Escaped(&shortened(unit, 24)),
    )?;
    bands(svg, dots, &scale)?;
    axis(svg, dots, &scale)?;
    line(svg, dots, &scale)?;
    for (n, dot) in dots.iter().enumerate() {
        let labelled = dots.len() <= LABELS || n + 1 == dots.len();
        mark(svg, dot, (scale.x(dot.at), scale.y(dot.value)), labelled)?;
    }
    svg.write_str("</svg>")
}

/// What was usual, for each value half of the way to its neighbours.
fn bands(svg: &mut String, dots: &[Dot], scale: &Scale) -> fmt::Result {
    for (n, dot) in dots.iter().enumerate() {
        if dot.low.is_none() && dot.high.is_none() {
            continue;
        }
        let here = scale.x(dot.at);
        let middle = |other: Option<&Dot>, end: i64| {
            other.map_or(end, |other| i64::midpoint(here, scale.x(other.at)))
        };
        let left = middle(n.checked_sub(1).and_then(|before| dots.get(before)), LEFT - 8);
        let right = middle(dots.get(n + 1), RIGHT + 8);
        let top = dot.high.map_or(TOP - 4, |high| scale.y(high));
        let bottom = dot.low.map_or(BOTTOM + 4, |low| scale.y(low));
        write!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"#d7f0dd\"/>",
            right - left,
            (bottom - top).max(1),
        )?;
    }
    Ok(())
}

/// The least and the greatest value beside, the first and the last day below.
fn axis(svg: &mut String, dots: &[Dot], scale: &Scale) -> fmt::Result {
    let mut ends = vec![scale.greatest, scale.least];
    ends.dedup();
    for value in ends.into_iter().filter(|_| !dots.is_empty()) {
        let y = scale.y(value);
        write!(
            svg,
            "<line x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#d0d7de\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#57606a\">{}</text>",
            LEFT - 8,
            RIGHT + 8,
            LEFT - 12,
            y + 4,
            Escaped(&shortened(&value.normalize().to_string(), 6)),
        )?;
    }
    let (first, last) = (dots.first(), dots.last().filter(|_| dots.len() > 1));
    for (dot, anchor) in [(first, "start"), (last, "end")] {
        let Some(dot) = dot else { continue };
        let (x, anchor) = match (dots.len(), anchor) {
            (1, _) => (scale.x(dot.at), "middle"),
            (_, "start") => (LEFT - 8, anchor),
            _ => (RIGHT + 8, anchor),
        };
        write!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"#57606a\">{}</text>",
            BOTTOM + 28,
            Escaped(&dot.day),
        )?;
    }
    Ok(())
}

fn line(svg: &mut String, dots: &[Dot], scale: &Scale) -> fmt::Result {
    let places: Vec<String> =
        dots.iter().map(|dot| format!("{},{}", scale.x(dot.at), scale.y(dot.value))).collect();
    write!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0969da\" stroke-width=\"2\"/>",
        places.join(" ")
    )
}

fn mark(svg: &mut String, dot: &Dot, (x, y): (i64, i64), labelled: bool) -> fmt::Result {
    if dot.marked {
        write!(
            svg,
            "<path d=\"M{x} {}l6 6-6 6-6-6z\" fill=\"#cf222e\" stroke=\"#ffffff\"/>",
            y - 6
        )?;
    } else {
        write!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"#0969da\" stroke=\"#ffffff\"/>")?;
    }
    if labelled {
        let weight = if dot.marked { "bold" } else { "normal" };
        write!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"{weight}\">{}</text>",
            y - 10,
            Escaped(&shortened(&dot.label, 8)),
        )?;
    }
    Ok(())
}

/// A text that has room; what is cut off is in the title.
fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(day: i64, value: &str, marked: bool) -> Dot {
        Dot {
            at: day * 86_400,
            day: format!("2026-{:02}-01", day / 30 + 1),
            value: value.parse().unwrap(),
            label: value.to_owned(),
            low: Some("3.5".parse().unwrap()),
            high: Some("5.3".parse().unwrap()),
            marked,
        }
    }

    fn chart(dots: Vec<Dot>) -> Chart {
        Chart {
            language: "zh-CN",
            title: "钾".into(),
            description: "2026年1月至9月共5次".into(),
            unit: "mmol/L".into(),
            dots,
        }
    }

    #[test]
    fn a_picture() {
        let dots = [(0, "4.1", false), (60, "4.8", false), (120, "5.9", true), (150, "6.5", true)];
        let mut dots: Vec<Dot> = dots.map(|(day, value, marked)| dot(day, value, marked)).into();
        dots.push(Dot { low: Some("3.8".parse().unwrap()), ..dot(240, "3.2", true) });
        let svg = svg(&chart(dots));
        assert_eq!((svg.matches("<circle").count(), svg.matches("<path").count()), (2, 3));
        assert_eq!(svg.matches("#d7f0dd").count(), 5, "each value has its own range");
        if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
            std::fs::write(format!("{folder}/trend.svg"), &svg).unwrap();
        }
    }

    #[test]
    fn text_is_text() {
        let odd = "<script>alert(1)</script>&\"'\u{0}\u{7}\u{FFFF}";
        let drawn = svg(&Chart { title: odd.into(), unit: odd.into(), ..chart(Vec::new()) });
        assert!(!drawn.contains("<script"));
        assert!(drawn.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
        assert!(!drawn.contains(['\u{0}', '\u{7}', '\u{FFFF}']));
    }

    #[test]
    fn any_number_of_any_values_stays_within_the_picture() {
        let huge = Decimal::MAX.to_string();
        for dots in [
            vec![],
            vec![dot(0, "5", false)],
            vec![dot(0, "5", false), dot(0, "5", false)],
            vec![dot(0, &huge, false), dot(9, &format!("-{huge}"), false)],
            (0..100).map(|day| dot(day, &day.to_string(), false)).collect(),
        ] {
            let scale = Scale::of(&dots);
            for dot in &dots {
                assert!((LEFT..=RIGHT).contains(&scale.x(dot.at)));
                assert!((TOP..=BOTTOM).contains(&scale.y(dot.value)), "{}", dot.value);
            }
            assert!(svg(&chart(dots)).ends_with("</svg>"));
        }
    }
}
