//! Amounts of money, month by month, in parts that stand on each other.

use std::fmt::{self, Display, Formatter};

use citygate_kernel::{Currency, Locale};

use super::{BOTTOM, Card, Escaped, LEFT, RIGHT, TOP, shortened};

/// Amounts by month, each in parts: what somebody paid, and what the employer did.
#[derive(Debug, Clone, Default)]
pub struct BarChart {
    /// The language of its words.
    pub language: Locale,
    /// What the amounts are.
    pub title: String,
    /// The same in words and numbers, for who does not see it.
    pub description: String,
    /// In which unit the amounts are shown: yuan.
    pub unit: String,
    /// What the parts are, from below; each has a pattern of its own, up to four.
    pub legend: Vec<String>,
    /// Oldest first. The last 24 are drawn.
    pub bars: Vec<Bar>,
}

/// A month.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// Which month: `2026-01`.
    pub label: String,
    /// The parts from below, in fen. Nothing is drawn of what is less than nothing.
    pub segments: Vec<i64>,
}

/// How many months are drawn: two years.
const BARS: usize = 24;
/// More bars than that have no amount above each, and not all of them a label.
const LABELS: usize = 6;
/// What parts are filled with, from below: full, hatched, dotted, empty.
const FILLS: [&str; 4] = ["#0969da", "url(#hatched)", "url(#dotted)", "#ffffff"];
const PATTERNS: &str = "<defs>\
    <pattern id=\"hatched\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
    patternTransform=\"rotate(45)\"><rect width=\"5\" height=\"5\" fill=\"#dafbe1\"/>\
    <rect width=\"2\" height=\"5\" fill=\"#116329\"/></pattern>\
    <pattern id=\"dotted\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
    <rect width=\"5\" height=\"5\" fill=\"#fff8c5\"/><circle cx=\"2\" cy=\"2\" r=\"1.2\" \
    fill=\"#7d4e00\"/></pattern></defs>";

impl Display for BarChart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { language, title, description, unit, legend, bars } = self;
        Card { language: *language, title, description, unit }.begin(f)?;
        f.write_str(PATTERNS)?;
        let bars = bars.get(bars.len().saturating_sub(BARS)..).unwrap_or_default();
        let scale = Scale::of(bars);
        scale.draw(f, *language)?;
        for (n, bar) in bars.iter().enumerate() {
            draw(f, bar, &scale, (n, bars.len()))?;
        }
        explain(f, legend)?;
        f.write_str("</svg>")
    }
}

/// How high amounts are, up to a round number of yuan.
struct Scale {
    /// In fen; the greatest amount or a little more.
    top: i128,
}

impl Scale {
    fn of(bars: &[Bar]) -> Self {
        let greatest = bars.iter().map(Bar::total).max().unwrap_or_default();
        let fen = 10_i128.pow(Currency::Cny.exponent());
        let steps = (1..).map(|power| fen.saturating_mul(10_i128.saturating_pow(power)));
        let round = steps.flat_map(|step| [2, 3, 4, 6, 8, 10].map(|n| step.saturating_mul(n)));
        Self { top: round.take(200).find(|top| *top >= greatest).unwrap_or(greatest.max(1)) }
    }

    /// How far from the top an amount reaches.
    fn y(&self, amount: i128) -> i64 {
        let height = amount.saturating_mul(i128::from(BOTTOM - TOP)) / self.top;
        BOTTOM - i64::try_from(height).unwrap_or(BOTTOM - TOP).clamp(0, BOTTOM - TOP)
    }

    /// Nothing, half and all of it, with a line across.
    fn draw(&self, f: &mut Formatter<'_>, language: Locale) -> fmt::Result {
        for amount in [0, self.top / 2, self.top] {
            let y = self.y(amount);
            write!(
                f,
                "<line x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#d0d7de\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#57606a\">{}</text>",
                LEFT - 2,
                RIGHT + 12,
                LEFT - 6,
                y + 4,
                shortened(&rounded(amount, language), 7),
            )?;
        }
        Ok(())
    }
}

impl Bar {
    fn parts(&self) -> impl Iterator<Item = i128> {
        self.segments.iter().map(|amount| i128::from(*amount).max(0))
    }

    fn total(&self) -> i128 {
        self.parts().sum()
    }
}

/// One bar in its place, with its month below.
fn draw(f: &mut Formatter<'_>, bar: &Bar, scale: &Scale, (n, of): (usize, usize)) -> fmt::Result {
    let count = |n: usize| i64::try_from(n).unwrap_or_default();
    let room = RIGHT + 12 - LEFT;
    let (left, right) = (room * count(n) / count(of), room * count(n + 1) / count(of));
    let middle = LEFT + i64::midpoint(left, right);
    let width = ((right - left) * 2 / 3).clamp(4, 32);
    let mut below = 0;
    for (part, fill) in bar.parts().zip(FILLS.iter().cycle()) {
        let (bottom, top) = (scale.y(below), scale.y(below + part));
        below += part;
        if bottom > top {
            write!(
                f,
                "<rect x=\"{}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{fill}\" \
                 stroke=\"#1f2328\" stroke-width=\"0.5\"/>",
                middle - width / 2,
                bottom - top,
            )?;
        }
    }
    if below == 0 {
        // A month without anything is a cross: it is no bar that is too small to be seen.
        let y = BOTTOM - 8;
        write!(
            f,
            "<path d=\"M{} {}l6 6m0-6l-6 6\" stroke=\"#cf222e\" stroke-width=\"1.5\"/>",
            middle - 3,
            y - 3
        )?;
    }
    words(f, bar, (middle, scale.y(below) - 6), (n, of))
}

/// The amount above a bar and the month below it, where there is room.
fn words(
    f: &mut Formatter<'_>,
    bar: &Bar,
    (middle, above): (i64, i64),
    (n, of): (usize, usize),
) -> fmt::Result {
    if of <= LABELS && bar.total() > 0 {
        write!(
            f,
            "<text x=\"{middle}\" y=\"{above}\" text-anchor=\"middle\" font-size=\"10\">{}</text>",
            shortened(&exact(bar.total()), 10),
        )?;
    }
    // The last month is always named.
    if (of - 1 - n).is_multiple_of(of.div_ceil(LABELS)) {
        write!(
            f,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" \
             fill=\"#57606a\">{}</text>",
            BOTTOM + 16,
            Escaped(&shortened(&bar.label, 8)),
        )?;
    }
    Ok(())
}

/// What each pattern stands for.
fn explain(f: &mut Formatter<'_>, legend: &[String]) -> fmt::Result {
    let places = (0..).map(|n| 16 + n * 84);
    for ((name, fill), x) in legend.iter().zip(FILLS).zip(places) {
        write!(
            f,
            "<rect x=\"{x}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{fill}\" \
             stroke=\"#1f2328\" stroke-width=\"0.5\"/><text x=\"{}\" y=\"{}\">{}</text>",
            BOTTOM + 24,
            x + 16,
            BOTTOM + 34,
            Escaped(&shortened(name, 10)),
        )?;
    }
    Ok(())
}

/// An amount of fen in yuan, to the fen: `1234.50`.
fn exact(amount: i128) -> String {
    let fen = 10_i128.pow(Currency::Cny.exponent());
    format!("{}.{:02}", amount / fen, amount % fen)
}

/// A round amount of fen in few characters.
fn rounded(amount: i128, language: Locale) -> String {
    let yuan = amount / 10_i128.pow(Currency::Cny.exponent());
    match language {
        Locale::En if yuan >= 100_000 => format!("{}k", yuan / 1_000),
        Locale::ZhCn if yuan >= 100_000 => format!("{}万", yuan / 10_000),
        Locale::En | Locale::ZhCn => yuan.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chart(months: usize) -> BarChart {
        let bar = |n: usize| Bar {
            label: format!("{}-{:02}", 2025 + n / 12, n % 12 + 1),
            segments: if n % 7 == 3 { vec![0, 0] } else { vec![125_000, 125_050] },
        };
        BarChart {
            language: Locale::ZhCn,
            title: "住房公积金月缴存额".into(),
            description: "个人与单位各缴1250元".into(),
            unit: "元".into(),
            legend: vec!["个人缴存".into(), "单位缴存".into()],
            bars: (0..months).map(bar).collect(),
        }
    }

    fn show(name: &str, svg: &str) {
        if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
            std::fs::write(format!("{folder}/{name}.svg"), svg).unwrap();
        }
    }

    #[test]
    fn each_part_has_a_pattern_and_a_word_and_a_month_without_anything_is_crossed() {
        let svg = chart(24).to_string();
        let count = |needle: &str| svg.matches(needle).count();
        // 24 months of which three are without anything, and the legend.
        assert_eq!((count("fill=\"#0969da\""), count("url(#hatched)")), (22, 22));
        assert_eq!((count("<path"), count("个人缴存")), (3, 1));
        assert_eq!(
            (count(">2026-12<"), count(">2025-")),
            (1, 3),
            "every fourth month has its name"
        );
        show("bars-24", &svg);
    }

    #[test]
    fn few_months_have_their_amounts_to_the_fen() {
        let svg = chart(6).to_string();
        assert_eq!(svg.matches(">2500.50<").count(), 5);
        show("bars-6", &svg);
        assert!(chart(0).to_string().ends_with("</svg>"));
        let more = BarChart { bars: chart(40).bars, ..chart(0) }.to_string();
        assert!(!more.contains("2025-01"), "the last two years are drawn");
    }

    #[test]
    fn amounts_are_short_beside_the_lines() {
        for (fen, zh, en) in
            [(0, "0", "0"), (9_999_900, "99999", "99999"), (20_000_000, "20万", "200k")]
        {
            assert_eq!(rounded(fen, Locale::ZhCn), zh);
            assert_eq!(rounded(fen, Locale::En), en);
        }
    }

    #[test]
    fn text_is_text() {
        let odd = "<script>\"'&\u{0}";
        let bars = vec![Bar { label: odd.into(), segments: vec![1] }];
        let (title, unit, legend) = (odd.into(), odd.into(), vec![odd.to_owned()]);
        let svg = BarChart { title, unit, legend, bars, ..chart(0) }.to_string();
        assert!(!svg.contains("<script") && !svg.contains('\u{0}'));
    }

    proptest! {
        #[test]
        fn any_amounts_stay_within_the_picture(
            amounts in prop::collection::vec(prop::collection::vec(any::<i64>(), 0..6), 0..30)
        ) {
            let bars: Vec<Bar> = amounts
                .into_iter()
                .map(|segments| Bar { label: String::new(), segments })
                .collect();
            let scale = Scale::of(&bars);
            for bar in &bars {
                prop_assert!(bar.total() <= scale.top);
                prop_assert!((TOP..=BOTTOM).contains(&scale.y(bar.total())));
            }
            let whole = BarChart { bars, ..chart(0) }.to_string();
            prop_assert!(whole.ends_with("</svg>"));
        }
    }
}
