//! Values over time. What is out of the usual is a diamond, what is within it a disc.

use std::fmt::{self, Display, Formatter};

use citygate_kernel::Locale;
use rust_decimal::Decimal;

use super::{BOTTOM, Card, Escaped, LEFT, RIGHT, TOP, shortened};

/// Values over time, with what was usual for each.
#[derive(Debug, Clone, Default)]
pub struct LineChart {
    /// The language of its words.
    pub language: Locale,
    /// What the values are.
    pub title: String,
    /// The same in words, for who does not see it.
    pub description: String,
    /// In which unit the values are.
    pub unit: String,
    /// Oldest first.
    pub dots: Vec<Dot>,
}

/// A value.
#[derive(Debug, Clone)]
pub struct Dot {
    /// Seconds since any instant.
    pub at: i64,
    /// The day, in words.
    pub day: String,
    /// Where it stands.
    pub value: Decimal,
    /// The value as it was reported.
    pub label: String,
    /// The least that was usual.
    pub low: Option<Decimal>,
    /// The greatest that was usual.
    pub high: Option<Decimal>,
    /// Out of the usual.
    pub marked: bool,
}

/// More values than that have no label of their own, but the last.
const LABELS: usize = 8;

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

impl Display for LineChart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { language, title, description, unit, dots } = self;
        Card { language: *language, title, description, unit }.begin(f)?;
        let scale = Scale::of(dots);
        bands(f, dots, &scale)?;
        axis(f, dots, &scale)?;
        line(f, dots, &scale)?;
        for (n, dot) in dots.iter().enumerate() {
            let labelled = dots.len() <= LABELS || n + 1 == dots.len();
            mark(f, dot, (scale.x(dot.at), scale.y(dot.value)), labelled)?;
        }
        f.write_str("</svg>")
    }
}

/// What was usual, for each value half of the way to its neighbours.
fn bands(f: &mut Formatter<'_>, dots: &[Dot], scale: &Scale) -> fmt::Result {
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
            f,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"#d7f0dd\"/>",
            right - left,
            (bottom - top).max(1),
        )?;
    }
    Ok(())
}

/// The least and the greatest value beside, the first and the last day below.
fn axis(f: &mut Formatter<'_>, dots: &[Dot], scale: &Scale) -> fmt::Result {
    let mut ends = vec![scale.greatest, scale.least];
    ends.dedup();
    for value in ends.into_iter().filter(|_| !dots.is_empty()) {
        let y = scale.y(value);
        write!(
            f,
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
            f,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"#57606a\">{}</text>",
            BOTTOM + 28,
            Escaped(&dot.day),
        )?;
    }
    Ok(())
}

fn line(f: &mut Formatter<'_>, dots: &[Dot], scale: &Scale) -> fmt::Result {
    let places: Vec<String> =
        dots.iter().map(|dot| format!("{},{}", scale.x(dot.at), scale.y(dot.value))).collect();
    write!(
        f,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0969da\" stroke-width=\"2\"/>",
        places.join(" ")
    )
}

fn mark(f: &mut Formatter<'_>, dot: &Dot, (x, y): (i64, i64), labelled: bool) -> fmt::Result {
    if dot.marked {
        write!(f, "<path d=\"M{x} {}l6 6-6 6-6-6z\" fill=\"#cf222e\" stroke=\"#ffffff\"/>", y - 6)?;
    } else {
        write!(f, "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"#0969da\" stroke=\"#ffffff\"/>")?;
    }
    if labelled {
        let weight = if dot.marked { "bold" } else { "normal" };
        write!(
            f,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"{weight}\">{}</text>",
            y - 10,
            Escaped(&shortened(&dot.label, 8)),
        )?;
    }
    Ok(())
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

    fn chart(dots: Vec<Dot>) -> LineChart {
        LineChart {
            language: Locale::ZhCn,
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
        let svg = chart(dots).to_string();
        assert_eq!((svg.matches("<circle").count(), svg.matches("<path").count()), (2, 3));
        assert_eq!(svg.matches("#d7f0dd").count(), 5, "each value has its own range");
        if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
            std::fs::write(format!("{folder}/trend.svg"), &svg).unwrap();
        }
    }

    #[test]
    fn text_is_text() {
        let odd = "<script>alert(1)</script>&\"'\u{0}\u{7}\u{FFFF}";
        let drawn = LineChart { title: odd.into(), unit: odd.into(), ..chart(Vec::new()) };
        let drawn = drawn.to_string();
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
            assert!(chart(dots).to_string().ends_with("</svg>"));
        }
    }
}
