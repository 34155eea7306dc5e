//! What can be offered: items of the catalogue, and their types.

use chrono::NaiveDate;
use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text, words};
use serde::Deserialize;

use super::ListingId;
use crate::content::ItemCode;

words! {
    /// When in a life somebody needs something.
    LifeEvent {
        /// A child is born.
        Birth = "birth" ("Having a child", "生育收养"),
        /// Somebody goes to school.
        School = "school" ("School", "入学求学"),
        /// Somebody works, or looks for work.
        Work = "work" ("Work", "就业创业"),
        /// Two people marry, or divorce.
        Marriage = "marriage" ("Marriage", "婚姻家庭"),
        /// Somebody finds a home and keeps it.
        Home = "home" ("Home", "住房安居"),
        /// Somebody has a car.
        Car = "car" ("Car", "用车出行"),
        /// Somebody founds a business and runs it.
        Business = "business" ("Business", "开办企业"),
        /// Somebody grows old.
        Retirement = "retirement" ("Retirement", "退休养老"),
        /// Somebody is ill or disabled.
        Illness = "illness" ("Illness and disability", "就医保健"),
        /// Somebody moves to another place.
        Moving = "moving" ("Moving", "迁居落户"),
        /// Somebody travels.
        Travel = "travel" ("Travel", "旅游出境"),
        /// Somebody has died.
        Death = "death" ("Death", "身后事务"),
    }
}

/// An item of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called by.
    pub code: ItemCode,
    /// What people call it.
    pub name: Text,
    /// What it is.
    pub summary: Text,
    /// When in a life it is needed.
    pub life_events: Vec<LifeEvent>,
    /// Further words by which it is found.
    pub keywords: Vec<String>,
}

/// An item as the file of an operator has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    code: ItemCode,
    name: Text,
    summary: Text,
    #[serde(default)]
    life_events: Vec<LifeEvent>,
    #[serde(default)]
    keywords: Vec<String>,
}

/// Why a file is no item.
#[derive(Debug, thiserror::Error)]
pub enum InvalidItem {
    /// It is not of the form.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// Something is too long, or empty.
    #[error("{0} is 1 to {1} printable characters")]
    Words(&'static str, usize),
    /// There are more than that.
    #[error("{0} has at most {1}")]
    Many(&'static str, usize),
}

impl Item {
    /// Longest names.
    pub const NAME_MAX: usize = 120;
    /// Longest summaries.
    pub const SUMMARY_MAX: usize = 500;
    /// Most keywords, and how long each may be.
    pub const KEYWORDS_MAX: (usize, usize) = (20, 60);

    /// Reads the file of an item (TOML): `code`, `name` and `summary` with `en` and `zh`,
    /// `life_events`, `keywords`.
    pub fn read(file: &str) -> Result<Self, InvalidItem> {
        let ItemFile { code, name, summary, mut life_events, keywords } = toml::from_str(file)?;
        for (what, text, most) in [
            ("name.en", &name.en, Self::NAME_MAX),
            ("name.zh", &name.zh, Self::NAME_MAX),
            ("summary.en", &summary.en, Self::SUMMARY_MAX),
            ("summary.zh", &summary.zh, Self::SUMMARY_MAX),
        ] {
            fits(what, text, most)?;
        }
        if keywords.len() > Self::KEYWORDS_MAX.0 {
            return Err(InvalidItem::Many("keywords", Self::KEYWORDS_MAX.0));
        }
        for keyword in &keywords {
            fits("keywords", keyword, Self::KEYWORDS_MAX.1)?;
        }
        life_events.sort_unstable();
        life_events.dedup();
        Ok(Self { code, name, summary, life_events, keywords })
    }

    /// All texts by which it is found.
    pub(crate) fn found_by(&self) -> impl Iterator<Item = &str> {
        [&self.name.en, &self.name.zh].into_iter().chain(&self.keywords).map(String::as_str)
    }
}

fn fits(what: &'static str, text: &str, most: usize) -> Result<(), InvalidItem> {
    let long = (1..=most).contains(&text.chars().count());
    let printable = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if long && printable { Ok(()) } else { Err(InvalidItem::Words(what, most)) }
}

/// A type of items, with how many there are.
#[derive(Debug, Clone)]
pub(crate) struct ItemType {
    pub code: String,
    pub name: Text,
    pub items: i64,
}

/// An item that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub item: Item,
    pub type_name: Text,
    /// Where it stands among all that were found: more fits better.
    pub rank: i32,
    /// Where it stands in the catalogue.
    pub number: i32,
    /// In the city that was asked for: where it can be used here.
    pub listings: Vec<ListingId>,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish<'a> {
    pub city: Option<CityCode>,
    pub type_code: Option<&'a str>,
    pub life_event: Option<LifeEvent>,
    /// The last one of the page before, by rank and number.
    pub after: Option<(i32, i32)>,
    pub limit: i64,
}

/// A city that has an item.
#[derive(Debug, Clone)]
pub(crate) struct ItemCity {
    pub city: CityCode,
    /// Since when at a counter, where the city says so.
    pub counter_since: Option<NaiveDate>,
    pub listings: Vec<ItemListing>,
}

/// By whom and from when on an item can be used here.
#[derive(Debug, Clone)]
pub(crate) struct ItemListing {
    pub listing: ListingId,
    pub agency: AgencyId,
    pub from: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        code = "culture.museum"
        name = { en = "Museum", zh = "博物馆" }
        summary = { en = "A visit", zh = "参观" }
        life_events = ["travel", "school", "travel"]
        keywords = ["exhibition"]
    "#;

    #[test]
    fn an_item_is_read_from_its_file_and_faults_are_named() {
        let item = Item::read(FILE).unwrap();
        assert_eq!(item.code.as_str(), "culture.museum");
        assert_eq!(item.life_events, [LifeEvent::School, LifeEvent::Travel]);
        assert_eq!(item.found_by().collect::<Vec<_>>(), ["Museum", "博物馆", "exhibition"]);
        for (from, to, fault) in [
            ("Museum", " ", "name.en is 1 to 120 printable characters"),
            ("exhibition", "a\\u0000", "keywords is 1 to 60 printable characters"),
            ("\"school\"", "\"war\"", "unknown variant `war`"),
            ("culture.museum", "culture", "two words"),
            ("keywords", "words", "unknown field"),
        ] {
            let error = Item::read(&FILE.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(fault), "{from}: {error}");
        }
    }
}
