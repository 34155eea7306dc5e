//! How often each of some things, the most frequent first.

use std::fmt::{self, Display, Formatter};

use citygate_kernel::Locale;

use super::{Card, Escaped, RIGHT, TOP, shortened};

/// Counts of things with names, each a bar that lies.
#[derive(Debug, Clone, Default)]
pub struct RankChart {
    /// The language of its words.
    pub language: Locale,
    /// What is counted.
    pub title: String,
    /// The same in words and numbers, for who does not see it.
    pub description: String,
    /// What one of them is: `uses`.
    pub unit: String,
    /// The most frequent first. The first eight are drawn.
    pub ranks: Vec<Rank>,
}

/// One of them.
#[derive(Debug, Clone, Default)]
pub struct Rank {
    /// What it is called.
    pub name: String,
    /// How often. Nothing is drawn of what is less than nothing.
    pub count: i64,
}

/// How many have room.
const RANKS: usize = 8;
/// From one to the next.
const STEP: i64 = 22;
/// Where bars begin; names stand before it.
const BEGIN: i64 = 148;
/// Where the longest ends; its count stands after it.
const END: i64 = RIGHT - 44;

impl Display for RankChart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { language, title, description, unit, ranks } = self;
        Card { language: *language, title, description, unit }.begin(f)?;
        let ranks = ranks.get(..ranks.len().min(RANKS)).unwrap_or_default();
        let most = ranks.iter().map(|rank| rank.count).max().unwrap_or_default().max(1);
        for (rank, top) in ranks.iter().zip((0..).map(|n| TOP + n * STEP)) {
            let width = width(rank.count, most);
            // Chinese characters are about twice as wide as Latin ones.
            let room = if rank.name.is_ascii() { 21 } else { 10 };
            write!(
                f,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"11\">{}</text>\
                 <rect x=\"{BEGIN}\" y=\"{top}\" width=\"{width}\" height=\"15\" fill=\"#0969da\"/>\
                 <text x=\"{}\" y=\"{}\" font-size=\"11\">{}</text>",
                BEGIN - 6,
                top + 12,
                Escaped(&shortened(&rank.name, room)),
                BEGIN + width + 6,
                top + 12,
                rank.count,
            )?;
        }
        f.write_str("</svg>")
    }
}

/// How long a bar is. The shortest is still seen.
fn width(count: i64, most: i64) -> i64 {
    let room = i128::from(END - BEGIN);
    let width = i128::from(count.max(0)) * room / i128::from(most.max(1));
    i64::try_from(width.clamp(1, room)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chart(ranks: Vec<Rank>) -> RankChart {
        RankChart {
            language: Locale::ZhCn,
            title: "杭州市最常用服务".into(),
            description: "往来港澳通行证再次签注 4210次".into(),
            unit: "次".into(),
            ranks,
        }
    }

    fn rank(name: &str, count: i64) -> Rank {
        Rank { name: name.into(), count }
    }

    #[test]
    fn the_most_frequent_is_the_longest_and_eight_have_room() {
        let names = ["往来港澳通行证再次签注", "水费缴纳", "居住证信息查询", "12345"];
        let some: Vec<_> = names.into_iter().zip([4_210, 1_000, 25, 10]).collect();
        let svg = chart(some.iter().map(|(name, count)| rank(name, *count)).collect()).to_string();
        assert!(svg.contains("width=\"144\" height=\"15\"") && svg.contains(">4210<"), "{svg}");
        assert!(svg.contains("<title id=\"t\">杭州市最常用服务</title>"));
        let more = chart((0..20).map(|n| rank("a", 100 - n)).collect()).to_string();
        assert_eq!(more.matches("height=\"15\"").count(), 8);
        if let Ok(folder) = std::env::var("CITYGATE_SHOW") {
            std::fs::write(format!("{folder}/ranks.svg"), svg).unwrap();
        }
    }

    #[test]
    fn text_is_text() {
        let svg = chart(vec![rank("<script>\"'&\u{0}", 1)]).to_string();
        assert!(!svg.contains("<script") && !svg.contains('\u{0}'));
    }

    proptest! {
        #[test]
        fn any_counts_stay_within_the_picture(count in any::<i64>(), most in any::<i64>()) {
            prop_assert!((1..=END - BEGIN).contains(&width(count, most)));
            prop_assert!(chart(vec![rank("a", count), rank("b", most)]).to_string().ends_with("</svg>"));
        }
    }
}
