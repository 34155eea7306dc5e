//! A catalogue of the size that the whole country has, made from a seed number: 124 cities of 19
//! provinces, 40 types, 4,000 items. Cities, types and things are real; what can be done with each thing,
//! and which city has it since when, is drawn by lot. Nothing of it can be used: a city has an item at
//! its counters, until an agency lists it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use citygate_catalogue::{City, add_cities};
use citygate_kernel::{CityCode, Text};
use citygate_platform::Cx;

use crate::{
    error::Error,
    model::{Item, LifeEvent},
    store::items,
};

const CITIES: &str = include_str!("generated/cities.csv");
const THINGS: &str = include_str!("generated/things.csv");
const ACTS: &str = include_str!("generated/acts.csv");

/// Items of each type.
const PER_TYPE: usize = 100;
/// Items that every catalogue has; they count.
const SHIPPED: [&str; 6] = [
    "exit_entry.hk_macao_endorsement",
    "feedback.hotline_12345",
    "market.stall_permit",
    "public_security.id_card_appointment",
    "public_security.residence_permit",
    "utilities.water_bill",
];
/// Items that are written by one transaction.
const CHUNK: usize = 200;
/// A city has at least so many of a hundred items, and so many more are drawn by lot.
const SHARE: (u64, u64) = (60, 41);
/// The first day on which a city may have had an item, and how many days follow.
const SINCE: (i32, u64) = (2015, 3_650);

/// What was new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Cities.
    pub cities: usize,
    /// Items.
    pub items: usize,
    /// Items of a city, of all cities.
    pub offers: usize,
}

/// Writes the catalogue of a seed number, and says how far it is. Doing it again changes nothing.
pub async fn load(cx: &Cx, seed: u64, mut progress: impl FnMut(&str)) -> Result<Loaded, Error> {
    let (cities, items) = (cities()?, items(seed)?);
    let new = cx
        .db
        .tx("listings.load_cities", async |tx| add_cities(tx, &cities).await)
        .await
        .map_err(Error::Catalogue)?;
    let mut loaded = Loaded { cities: new, ..Loaded::default() };
    progress(&format!("{} cities, {} of them new", cities.len(), loaded.cities));
    for chunk in items.chunks(CHUNK) {
        loaded.items +=
            cx.db.tx("listings.load_items", async |tx| items::insert(tx, chunk).await).await?;
    }
    progress(&format!("{} items, {} of them new", items.len() + SHIPPED.len(), loaded.items));
    let codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).chain(SHIPPED).collect();
    let numbers: BTreeMap<String, i32> =
        cx.db.read("listings.load_numbers", async |tx| items::numbers(tx, &codes).await).await?;
    for (n, city) in (1_usize..).zip(&cities) {
        let offered = offers(seed, city.code, &numbers);
        loaded.offers += cx
            .db
            .tx("listings.load_offers", async |tx| items::offer(tx, city.code, &offered).await)
            .await?;
        if n.is_multiple_of(20) || n == cities.len() {
            let (of, new) = (cities.len(), loaded.offers);
            progress(&format!("{n} of {of} cities have their items, {new} of them new"));
        }
    }
    Ok(loaded)
}

/// A number drawn by lot: the same for the same words, everywhere and for ever.
fn lot(seed: u64, words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    let mixed = bytes.fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // As splitmix64 ends: neighbours shall have nothing in common.
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The lines of a file below its head, each cut into so many columns.
fn rows<const N: usize>(file: &'static str) -> Result<Vec<[&'static str; N]>, Error> {
    let cut = |line: &'static str| line.split(',').collect::<Vec<_>>().try_into();
    let rows: Result<_, _> = file.lines().skip(1).map(cut).collect();
    rows.map_err(|_| Error::Damaged("generated catalogue"))
}

fn damaged<T, E>(read: Result<T, E>) -> Result<T, Error> {
    read.map_err(|_| Error::Damaged("generated catalogue"))
}

fn cities() -> Result<Vec<City>, Error> {
    let city = |[code, en, zh, _]: [&str; 4]| {
        Ok(City {
            code: damaged(code.parse())?,
            name: Text::new(en, zh),
            time_zone: Tz::Asia__Shanghai,
            sandbox: false,
        })
    };
    rows(CITIES)?.into_iter().map(city).collect()
}

/// Everything that can be done with a thing, of which the lot leaves a hundred for each type.
fn items(seed: u64) -> Result<Vec<Item>, Error> {
    let acts: Vec<[&str; 4]> = rows(ACTS)?;
    let mut types: BTreeMap<&str, Vec<(u64, Item)>> = BTreeMap::new();
    for [of, kind, word, en, zh, events] in rows(THINGS)? {
        let thing = Thing { of, word, name: Text::new(en, zh), events: life_events(events)? };
        for [_, act, act_en, act_zh] in acts.iter().filter(|[suits, ..]| *suits == kind) {
            let item = thing.item((act, act_en, act_zh))?;
            let drawn = lot(seed, &[item.code.as_str()]);
            types.entry(of).or_default().push((drawn, item));
        }
    }
    let mut items = Vec::new();
    for (of, mut drawn) in types {
        let shipped = SHIPPED.iter().filter(|code| code.split('.').next() == Some(of)).count();
        drawn.sort_by_key(|(drawn, _)| *drawn);
        drawn.truncate(PER_TYPE - shipped);
        items.extend(drawn.into_iter().map(|(_, item)| item));
    }
    items.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(items)
}

fn life_events(words: &str) -> Result<Vec<LifeEvent>, Error> {
    let event = |word| LifeEvent::parse(word).ok_or(Error::Damaged("generated catalogue"));
    let events: BTreeSet<_> = words.split(' ').map(event).collect::<Result<_, _>>()?;
    Ok(events.into_iter().collect())
}

/// What something can be done with.
struct Thing {
    of: &'static str,
    word: &'static str,
    name: Text,
    events: Vec<LifeEvent>,
}

impl Thing {
    fn item(&self, (act, en, zh): (&str, &str, &str)) -> Result<Item, Error> {
        let (of, word) = (self.of, self.word);
        let en = en.replace("{}", &self.name.en);
        let zh = zh.replace("{}", &self.name.zh);
        Ok(Item {
            code: damaged(format!("{of}.{word}_{act}").parse())?,
            summary: Text::new(
                format!("{en}: what is needed for it, what it costs, and where."),
                format!("{zh}：所需材料、费用和办理地点。"),
            ),
            name: Text::new(en, zh),
            life_events: self.events.clone(),
            keywords: Vec::new(),
        })
    }
}

/// What a city has, by the numbers of the items, and since when.
fn offers(seed: u64, city: CityCode, numbers: &BTreeMap<String, i32>) -> Vec<(i32, NaiveDate)> {
    let city = city.to_string();
    let share = SHARE.0 + lot(seed, &[&city]) % SHARE.1;
    let first = NaiveDate::from_ymd_opt(SINCE.0, 1, 1).unwrap_or_default();
    let offered = |(code, number): (&String, &i32)| {
        let drawn = lot(seed, &[&city, code]);
        let since = first.checked_add_days(Days::new((drawn >> 32) % SINCE.1))?;
        (drawn % 100 < share).then_some((*number, since))
    };
    numbers.iter().filter_map(offered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_the_size_that_was_asked_for() {
        let cities: Vec<[&str; 4]> = rows(CITIES).unwrap();
        let provinces: BTreeSet<&str> = cities.iter().map(|[.., province]| *province).collect();
        let codes: BTreeSet<&str> = cities.iter().map(|[code, ..]| *code).collect();
        assert_eq!((cities.len(), codes.len(), provinces.len()), (124, 124, 19));
        for [code, ..] in &cities {
            assert!(code.ends_with("00"), "{code} is a county");
        }
        let items = items(7).unwrap();
        let types: BTreeSet<&str> = items.iter().map(|item| item.code.type_code()).collect();
        assert_eq!((items.len() + SHIPPED.len(), types.len()), (4_000, 40));
    }

    #[test]
    fn no_two_items_have_a_code_or_a_name_in_common() {
        let items = items(7).unwrap();
        let unique = |of: fn(&Item) -> &str| items.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(unique(|item| item.code.as_str()), items.len());
        assert_eq!(unique(|item| &item.name.en), items.len());
        assert_eq!(unique(|item| &item.name.zh), items.len());
        for item in &items {
            assert!(item.name.en.len() <= Item::NAME_MAX, "{}", item.name.en);
            assert!(!item.name.zh.contains('{') && !item.life_events.is_empty(), "{item:?}");
        }
    }

    #[test]
    fn a_seed_makes_one_catalogue_and_another_seed_another() {
        assert_eq!(items(7).unwrap(), items(7).unwrap());
        assert_ne!(items(7).unwrap(), items(8).unwrap());
        let numbers = (0..4_000).map(|n| (format!("a.b{n}"), n)).collect();
        for seed in [7, 8, u64::MAX] {
            let has = offers(seed, CityCode::HANGZHOU, &numbers);
            assert_eq!(has, offers(seed, CityCode::HANGZHOU, &numbers));
            assert!((2_300..=4_000).contains(&has.len()), "{}", has.len());
        }
        assert_ne!(offers(7, CityCode::HANGZHOU, &numbers), offers(7, CityCode::BEIJING, &numbers));
    }
}
