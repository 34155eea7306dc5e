//! Bodies of usage, its tables, and its picture.

use std::fmt::Write;

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Locale, Month};
use citygate_paper::svg::{Rank, RankChart};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    actions::{RankingView, Scorecard, Tally},
    rules::{Bound, Share},
};

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthQuery {
    /// The last one that is published, unless another is named.
    #[param(value_type = Option<String>, pattern = "^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$",
        example = "2026-10")]
    pub month: Option<Month>,
}

/// Which month of an agency.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnMonthQuery {
    /// The present one, unless another is named.
    #[param(value_type = Option<String>, pattern = "^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$",
        example = "2026-10")]
    pub month: Option<Month>,
}

/// A service, and how often it was used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsedServiceBody {
    /// From 1.
    rank: usize,
    /// Its item of the catalogue.
    #[schema(example = "exit_entry.hk_macao_endorsement")]
    item: String,
    /// In the language of the answer.
    name: String,
    /// How often; 10 at least.
    count: i64,
}

/// The services of a city by how often they were used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceRankingBody {
    city: CityCode,
    month: Month,
    /// What was used most stands first. What was used less than ten times is absent.
    items: Vec<UsedServiceBody>,
    /// All that are listed here, together. It is no total of the city.
    shown: i64,
}

impl ServiceRankingBody {
    pub(crate) fn new(city: CityCode, view: RankingView<String>, locale: Locale) -> Self {
        let shown = view.rows.iter().map(|(_, _, times)| *times).sum();
        let ranked = (1..).zip(view.rows).map(|(rank, (item, name, count))| UsedServiceBody {
            rank,
            item,
            name: name.get(locale).to_owned(),
            count,
        });
        Self { city, month: view.month, items: ranked.collect(), shown }
    }
}

/// A city, and how often a service was used in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsingCityBody {
    /// From 1.
    rank: usize,
    city: CityCode,
    /// In the language of the answer.
    name: String,
    /// How often; 10 at least.
    count: i64,
}

/// The cities by how often a service was used in them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CityRankingBody {
    item: String,
    /// In the language of the answer.
    name: String,
    month: Month,
    /// Where it was used most stands first. Where it was used less than ten times is absent.
    items: Vec<UsingCityBody>,
    /// All that are listed here, together. It is no total of the country.
    shown: i64,
}

impl CityRankingBody {
    pub(crate) fn new(item: &str, view: RankingView<CityCode>, locale: Locale) -> Self {
        let shown = view.rows.iter().map(|(_, _, times)| *times).sum();
        let ranked = (1..).zip(view.rows).map(|(rank, (city, name, count))| UsingCityBody {
            rank,
            city,
            name: name.get(locale).to_owned(),
            count,
        });
        Self {
            item: item.to_owned(),
            name: view.about.get(locale).to_owned(),
            month: view.month,
            items: ranked.collect(),
            shown,
        }
    }
}

/// A share, as exactly as it may be told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShareBody {
    bound: Bound,
    #[schema(minimum = 0, maximum = 100)]
    percent: i64,
}

impl ShareBody {
    fn new(Share { bound, percent }: Share) -> Self {
        Self { bound, percent }
    }
}

/// How an agency answered in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScorecardBody {
    agency_id: AgencyId,
    /// In the language of the answer.
    agency: String,
    /// How often it answered; 10 at least.
    answered: i64,
    /// Of these, within the time. Absent where both parts are below ten, as with the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ShareBody)]
    on_time: Option<ShareBody>,
    /// Of these, refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ShareBody)]
    refused: Option<ShareBody>,
    /// How often something had to be supplied, to 100 answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ShareBody)]
    supplemented: Option<ShareBody>,
}

impl ScorecardBody {
    fn new(card: &Scorecard, locale: Locale) -> Self {
        Self {
            agency_id: card.agency.id,
            agency: card.agency.name.get(locale).to_owned(),
            answered: card.answered,
            on_time: card.on_time.map(ShareBody::new),
            refused: card.refused.map(ShareBody::new),
            supplemented: card.supplemented.map(ShareBody::new),
        }
    }
}

/// The scorecards of a city.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScorecardsBody {
    city: CityCode,
    month: Month,
    /// Whoever answered most stands first. Whoever answered less than ten times is absent.
    items: Vec<ScorecardBody>,
}

impl ScorecardsBody {
    pub(crate) fn new(
        city: CityCode,
        (month, cards): (Month, &[Scorecard]),
        locale: Locale,
    ) -> Self {
        let items = cards.iter().map(|card| ScorecardBody::new(card, locale)).collect();
        Self { city, month, items }
    }
}

/// What was counted of a service of the agency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnUsageBody {
    item: String,
    /// In the language of the answer.
    name: String,
    /// How often it was used.
    used: i64,
    /// How often it was answered within the time.
    in_time: i64,
    /// How often it was answered late.
    late: i64,
    /// How often it was refused.
    refused: i64,
    /// How often something had to be supplied.
    supplemented: i64,
}

/// The agency's own figures of a month, with nothing left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnStatisticsBody {
    month: Month,
    /// By item.
    items: Vec<OwnUsageBody>,
}

impl OwnStatisticsBody {
    pub(crate) fn new(
        month: Month,
        rows: Vec<(String, citygate_kernel::Text, Tally)>,
        locale: Locale,
    ) -> Self {
        let row = |(item, name, tally): (String, citygate_kernel::Text, Tally)| OwnUsageBody {
            item,
            name: name.get(locale).to_owned(),
            used: tally.used,
            in_time: tally.in_time,
            late: tally.late,
            refused: tally.refused,
            supplemented: tally.supplemented,
        };
        Self { month, items: rows.into_iter().map(row).collect() }
    }
}

/// A published month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublishedMonthBody {
    month: Month,
    /// Whether its scorecards are published, too.
    scorecards: bool,
}

/// The months that are published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublishedMonthsBody {
    /// The last one first; 120 at most.
    items: Vec<PublishedMonthBody>,
}

impl PublishedMonthsBody {
    pub(crate) fn new(months: Vec<(Month, bool)>) -> Self {
        let body = |(month, scorecards)| PublishedMonthBody { month, scorecards };
        Self { items: months.into_iter().map(body).collect() }
    }
}

/// A field of a table (RFC 4180). A program for tables would calculate what begins like a formula.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The services of a city as a table.
pub(crate) fn services_csv(city: CityCode, view: &RankingView<String>) -> String {
    let mut table = "city,month,rank,item,name_en,name_zh,count\r\n".to_owned();
    for (rank, (item, name, times)) in (1..).zip(&view.rows) {
        let (en, zh) = (field(&name.en), field(&name.zh));
        let _ = write!(table, "{city},{},{rank},{item},{en},{zh},{times}\r\n", view.month);
    }
    table
}

/// The cities of a service as a table.
pub(crate) fn cities_csv(item: &str, view: &RankingView<CityCode>) -> String {
    let mut table = "item,month,rank,city,name_en,name_zh,count\r\n".to_owned();
    for (rank, (city, name, times)) in (1..).zip(&view.rows) {
        let (en, zh) = (field(&name.en), field(&name.zh));
        let _ = write!(table, "{item},{},{rank},{city},{en},{zh},{times}\r\n", view.month);
    }
    table
}

/// The scorecards as a table. What is not told is empty.
pub(crate) fn scorecards_csv(city: CityCode, month: Month, cards: &[Scorecard]) -> String {
    let mut table = "city,month,agency_id,agency_en,agency_zh,answered,on_time_bound,\
                     on_time_percent,refused_bound,refused_percent,supplemented_bound,\
                     supplemented_percent\r\n"
        .to_owned();
    for card in cards {
        let (id, en, zh) =
            (card.agency.id, field(&card.agency.name.en), field(&card.agency.name.zh));
        let _ = write!(table, "{city},{month},{id},{en},{zh},{}", card.answered);
        for share in [card.on_time, card.refused, card.supplemented] {
            let _ = match share {
                Some(Share { bound, percent }) => write!(table, ",{},{percent}", bound.code()),
                None => write!(table, ",,"),
            };
        }
        table.push_str("\r\n");
    }
    table
}

/// The services of a city as a picture.
pub(crate) fn picture(view: &RankingView<String>, locale: Locale) -> String {
    let (city, month) = (view.about.get(locale), view.month);
    let (title, unit, between) = match locale {
        Locale::En => (format!("Most used in {city}"), format!("uses in {month}"), "; "),
        Locale::ZhCn => (format!("{city}最常用服务"), format!("{month} 使用次数"), "；"),
    };
    let said = view.rows.iter().map(|(_, name, times)| match locale {
        Locale::En => format!("{}: {times}", name.get(locale)),
        Locale::ZhCn => format!("{}{times}次", name.get(locale)),
    });
    let said: Vec<String> = said.take(20).collect();
    let nothing = match locale {
        Locale::En => "Nothing was used often enough to be shown.",
        Locale::ZhCn => "没有达到公布标准的服务。",
    };
    let said = if said.is_empty() { nothing.to_owned() } else { said.join(between) };
    let rank = |(_, name, count): &(String, citygate_kernel::Text, i64)| Rank {
        name: name.get(locale).to_owned(),
        count: *count,
    };
    RankChart {
        language: locale,
        title,
        description: format!("{unit}: {said}"),
        unit,
        ranks: view.rows.iter().map(rank).collect(),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use citygate_kernel::Text;

    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_are_no_formulas() {
        for (text, wanted) in [
            ("Water", "Water"),
            ("12345: opinions, thanks", "\"12345: opinions, thanks\""),
            ("\"a\"", "\"\"\"a\"\"\""),
            ("=1+1", "'=1+1"),
        ] {
            assert_eq!(field(text), wanted);
        }
    }

    #[test]
    fn a_picture_says_in_words_what_it_shows() {
        let view = RankingView {
            month: "2026-10".parse().unwrap(),
            about: Text::new("Hangzhou", "杭州市"),
            rows: vec![("a.b".to_owned(), Text::new("Water bill", "水费缴纳"), 1_234)],
        };
        let svg = picture(&view, Locale::ZhCn);
        assert!(svg.contains("<title id=\"t\">杭州市最常用服务</title>"), "{svg}");
        assert!(svg.contains("水费缴纳1234次</desc>"), "{svg}");
        let svg = picture(&RankingView { rows: Vec::new(), ..view }, Locale::En);
        assert!(svg.contains("Nothing was used often enough"), "{svg}");
    }
}
