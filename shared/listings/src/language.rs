//! In which language somebody reads a listing. The city answers in two; names and summaries may be
//! there in more.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use citygate_kernel::Locale;
use citygate_platform::http::Failure;

use crate::content::{Content, Translation};

/// More languages than anybody reads.
const RANGES_MAX: usize = 20;

/// What a reader wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The language of everything that the city writes in two.
    pub locale: Locale,
    /// Language ranges of `Accept-Language` (RFC 9110, 12.5.4), those that are wanted most first.
    ranges: Vec<String>,
}

impl Wanted {
    /// What a header asks for.
    pub(crate) fn new(header: &str) -> Self {
        let mut ranges: Vec<(f32, String)> = Vec::new();
        for range in header.split(',').take(RANGES_MAX) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            if !tag.is_empty() && weight > 0.0 {
                ranges.push((weight, tag));
            }
        }
        // Stable: of equal weights, the first one.
        ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let ranges = ranges.into_iter().map(|(_, tag)| tag).collect();
        Self { locale: Locale::negotiate(header), ranges }
    }

    /// The languages in which name and summary can be had.
    pub(crate) fn all(content: &Content) -> impl Iterator<Item = &str> {
        let two = [Locale::ZhCn.tag(), Locale::En.tag()];
        two.into_iter().chain(content.translations.keys().map(String::as_str))
    }

    /// Language, name and summary for the reader.
    pub(crate) fn of<'a>(&self, content: &'a Content) -> (&'a str, &'a str, &'a str) {
        for range in &self.ranges {
            let named = |locale: Locale| {
                let (name, summary) = (content.name.get(locale), content.summary.get(locale));
                Some((locale.tag(), name, summary))
            };
            let found = match range.split('-').next() {
                Some("zh") if translation(content, range).is_none() => named(Locale::ZhCn),
                Some("en") if translation(content, range).is_none() => named(Locale::En),
                _ => translation(content, range).map(|(tag, translation)| {
                    (tag, translation.name.as_str(), translation.summary.as_str())
                }),
            };
            if let Some(found) = found {
                return found;
            }
        }
        (self.locale.tag(), content.name.get(self.locale), content.summary.get(self.locale))
    }
}

/// The translation that a range names: exactly, else the first one of the same language.
fn translation<'a>(content: &'a Content, range: &str) -> Option<(&'a str, &'a Translation)> {
    let all = || content.translations.iter().map(|(tag, one)| (tag.as_str(), one));
    let exact = all().find(|(tag, _)| tag.eq_ignore_ascii_case(range));
    let of = |text: &str| text.split('-').next().unwrap_or_default().to_ascii_lowercase();
    // Chinese and English are there in any case; of those, only what is asked for by its whole tag.
    let own = ["zh", "en"].contains(&of(range).as_str());
    exact.or_else(|| all().find(|(tag, _)| !own && of(tag) == of(range)))
}

impl FromRequest for Wanted {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(header::ACCEPT_LANGUAGE);
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        ready(Ok(Self::new(header)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use citygate_kernel::Text;

    use super::*;
    use crate::content::{Appeal, Citation};

    fn content() -> Content {
        let citation = Citation { title: Text::new("Law", "法"), url: None };
        let translated =
            |name: &str| Translation { name: name.to_owned(), summary: format!("{name}…") };
        Content {
            item: "a.b".parse().unwrap(),
            name: Text::new("Water", "水费"),
            summary: Text::new("Pay", "缴费"),
            translations: BTreeMap::from([
                ("bo".to_owned(), translated("ཆུ")),
                ("ug-CN".to_owned(), translated("سۇ")),
                ("zh-Hant".to_owned(), translated("水費")),
            ]),
            effective_from: "2026-11-01".parse().unwrap(),
            effective_to: None,
            legal_basis: vec![citation.clone()],
            appeal: Appeal {
                route: Text::new("a", "a"),
                body: Text::new("b", "b"),
                within_days: None,
                citation,
            },
            time_limit: None,
            channels: Vec::new(),
            offline_exemption: None,
            facts: Vec::new(),
            eligibility: Vec::new(),
            documents: Vec::new(),
            fees: Vec::new(),
            inquiry: None,
            bill: None,
            booking: None,
            application: None,
            case: None,
        }
    }

    #[test]
    fn a_reader_gets_the_language_that_they_want_most_of_those_there_are() {
        let content = content();
        for (header, language, name) in [
            ("", "en", "Water"),
            ("bo", "bo", "ཆུ"),
            ("fr, bo;q=0.5, en;q=0.1", "bo", "ཆུ"),
            ("ug", "ug-CN", "سۇ"),
            ("UG-cn;q=0.3, zh-CN;q=0.8", "zh-CN", "水费"),
            ("zh-Hant", "zh-Hant", "水費"),
            ("zh", "zh-CN", "水费"),
            ("en-GB, bo", "en", "Water"),
            ("bo;q=0", "en", "Water"),
            ("fr", "en", "Water"),
            ("bo;q=nonsense, zh", "zh-CN", "水费"),
        ] {
            let wanted = Wanted::new(header);
            let found = wanted.of(&content);
            assert_eq!((found.0, found.1), (language, name), "{header}");
        }
        assert_eq!(
            Wanted::all(&content).collect::<Vec<_>>(),
            ["zh-CN", "en", "bo", "ug-CN", "zh-Hant"]
        );
    }
}
