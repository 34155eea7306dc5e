//! Charts as pictures: SVG, readable on a telephone and by a screen reader.
//!
//! Each is a card of its own colours, and so it is the same on dark and on light ground. Nothing is
//! told by colour alone: shapes, patterns and words say it too. A chart prints itself (`Display`).

mod bars;
mod line;
mod ranks;

use std::fmt::{self, Display, Write};

use citygate_kernel::Locale;

pub use self::{
    bars::{Bar, BarChart},
    line::{Dot, LineChart},
    ranks::{Rank, RankChart},
};

const SIZE: (i64, i64) = (360, 240);
/// Where values are drawn.
const LEFT: i64 = 48;
const RIGHT: i64 = 336;
const TOP: i64 = 56;
const BOTTOM: i64 = 196;

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

/// What every chart says of itself.
struct Card<'a> {
    language: Locale,
    title: &'a str,
    description: &'a str,
    unit: &'a str,
}

impl Card<'_> {
    /// Begins the picture: its names for a screen reader, its ground and its head.
    fn begin(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Card { language, title, description, unit } = self;
        let (width, height) = SIZE;
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             xml:lang=\"{language}\" role=\"img\" aria-labelledby=\"t d\" \
             font-family=\"'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif\" \
             font-size=\"12\" \
             fill=\"#1f2328\"><title id=\"t\">{}</title><desc id=\"d\">{}</desc>\
             <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\"/>\
             <text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"bold\">{}</text>\
             <text x=\"16\" y=\"44\" fill=\"#57606a\">{}</text>",
            Escaped(title),
            Escaped(description),
            Escaped(&shortened(title, 22)),
            Escaped(&shortened(unit, 24)),
        )
    }
}

/// A text that has room; what is cut off is in the title.
fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}
