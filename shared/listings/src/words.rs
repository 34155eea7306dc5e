//! Facts and conditions in words: what is asked of somebody, and what has to hold.

use citygate_identity::DocumentType;
use citygate_kernel::{Locale, Text};
use serde_json::Value;

use crate::{
    content::{Condition, Content, Engine, Fact, FactValue, Test},
    known::{AGE, DOCUMENT_TYPE, Known},
    precheck::May,
};

/// What is asked of somebody.
pub(crate) struct Question {
    /// Where the answer goes, an RFC 6901 pointer.
    pub pointer: String,
    /// In words.
    pub text: Text,
    /// What an answer is.
    pub kind: &'static str,
    /// What can be chosen.
    pub choices: Vec<(String, Text)>,
}

impl May {
    /// In a sentence.
    pub(crate) fn sentence(self) -> Text {
        match self {
            Self::Yes => Text::new("You may use this service.", "您可以办理该事项。"),
            Self::No => Text::new("You may not use this service.", "您不符合办理条件。"),
            Self::Open => {
                Text::new("That depends on the questions below.", "是否可以办理，取决于下列问题。")
            }
            Self::AtTheCounter => Text::new("Please ask at a counter.", "请前往窗口咨询办理。"),
        }
    }
}

fn document_name(kind: DocumentType) -> Text {
    match kind {
        DocumentType::ResidentId => Text::new("Resident identity card", "居民身份证"),
        DocumentType::ResidencePermit => Text::new(
            "Residence permit for residents of Hong Kong, Macao and Taiwan",
            "港澳台居民居住证",
        ),
        DocumentType::PermanentResidenceCard => {
            Text::new("Foreign permanent resident ID card", "外国人永久居留身份证")
        }
        DocumentType::HkMacaoTravelPermit => Text::new(
            "Mainland travel permit for Hong Kong and Macao residents",
            "港澳居民来往内地通行证",
        ),
        DocumentType::TaiwanTravelPermit => {
            Text::new("Mainland travel permit for Taiwan residents", "台湾居民来往大陆通行证")
        }
        DocumentType::ForeignPassport => Text::new("Foreign passport", "外国护照"),
        DocumentType::PrcPassport => Text::new("Chinese passport", "普通护照"),
    }
}

fn fact<'a>(content: &'a Content, code: &str) -> Option<&'a Fact> {
    content.facts.iter().find(|fact| fact.code.as_str() == code)
}

fn label<'a>(content: &'a Content, field: &str) -> Option<&'a Text> {
    let Some(Engine::Application(spec)) = content.engine() else { return None };
    spec.labels.iter().find(|(code, _)| code.as_str() == field).map(|(_, label)| label)
}

impl Question {
    /// What is asked for a fact of a listing; none where it has no such fact.
    pub(crate) fn of(content: &Content, name: &str) -> Option<Self> {
        let kind = Known::of(content).kind(name)?.code();
        let (of, own) = name.split_once('.')?;
        let (within, text, choices) = match of {
            "person" if own == AGE => {
                ("facts", Text::new("How old are you, in years?", "您的周岁年龄是多少？"), vec![])
            }
            "person" if own == DOCUMENT_TYPE => {
                let all = DocumentType::ALL.into_iter();
                let choices = all.map(|one| (one.code().to_owned(), document_name(one)));
                let text =
                    Text::new("Which identity document do you have?", "您持有哪种身份证件？");
                ("facts", text, choices.collect())
            }
            "fact" => {
                let fact = fact(content, own)?;
                let choices = fact.choices.iter();
                let choices = choices.map(|one| (one.code.to_string(), one.name.clone()));
                ("facts", fact.question.clone(), choices.collect())
            }
            _ => ("form", label(content, own)?.clone(), words_of(content, own)),
        };
        Some(Self { pointer: format!("/{within}/{own}"), text, kind, choices })
    }
}

/// What can be chosen in a field of a form; its words are their own names.
fn words_of(content: &Content, field: &str) -> Vec<(String, Text)> {
    let Some(Engine::Application(spec)) = content.engine() else { return Vec::new() };
    let words = spec.form.pointer(&format!("/properties/{field}/enum")).and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    words.map(|word| (word.to_owned(), Text::new(word, word))).collect()
}

/// A condition in words.
pub(crate) fn condition(content: &Content, condition: &Condition, locale: Locale) -> String {
    let joined = |parts: &[Condition], en: &str, zh: &str| {
        let parts: Vec<_> = parts.iter().map(|part| inner(content, part, locale)).collect();
        parts.join(match locale {
            Locale::En => en,
            Locale::ZhCn => zh,
        })
    };
    match condition {
        Condition::All(parts) => joined(parts, " and ", "，并且"),
        Condition::Any(parts) => joined(parts, " or ", "，或者"),
        Condition::Not(part) => {
            let part = self::condition(content, part, locale);
            match locale {
                Locale::En => format!("not ({part})"),
                Locale::ZhCn => format!("不属于（{part}）"),
            }
        }
        Condition::Fact(name, test) => {
            let asked = Question::of(content, name);
            let about = asked.as_ref().map_or(name.as_str(), |one| one.text.get(locale));
            let about = about.trim_end_matches(['?', '？']);
            format!("{about}{}", tested(test, asked.as_ref(), locale))
        }
    }
}

/// The same within another one.
fn inner(content: &Content, part: &Condition, locale: Locale) -> String {
    let words = condition(content, part, locale);
    match (part, locale) {
        (Condition::All(parts) | Condition::Any(parts), Locale::En) if parts.len() > 1 => {
            format!("({words})")
        }
        (Condition::All(parts) | Condition::Any(parts), Locale::ZhCn) if parts.len() > 1 => {
            format!("（{words}）")
        }
        _ => words,
    }
}

fn tested(test: &Test, asked: Option<&Question>, locale: Locale) -> String {
    let value = |value: &FactValue| match value {
        FactValue::Boolean(true) => Text::new("yes", "是").get(locale).to_owned(),
        FactValue::Boolean(false) => Text::new("no", "否").get(locale).to_owned(),
        FactValue::Integer(number) => number.to_string(),
        FactValue::Text(word) => {
            let mut choices = asked.into_iter().flat_map(|one| &one.choices);
            let name = choices.find(|(code, _)| code == word).map(|(_, name)| name.get(locale));
            name.unwrap_or(word).to_owned()
        }
    };
    let values = |values: &[FactValue]| values.iter().map(value).collect::<Vec<_>>();
    match (test, locale) {
        (Test::Is(is), Locale::En) => format!(": {}", value(is)),
        (Test::Is(is), Locale::ZhCn) => format!("：{}", value(is)),
        (Test::OneOf(all), Locale::En) => format!(": one of {}", values(all).join(", ")),
        (Test::OneOf(all), Locale::ZhCn) => format!("：{}之一", values(all).join("、")),
        (Test::AtLeast(least), Locale::En) => format!(": at least {least}"),
        (Test::AtLeast(least), Locale::ZhCn) => format!("：不低于{least}"),
        (Test::AtMost(most), Locale::En) => format!(": at most {most}"),
        (Test::AtMost(most), Locale::ZhCn) => format!("：不超过{most}"),
        (Test::OnOrAfter(day), Locale::En) => format!(": {day} or later"),
        (Test::OnOrAfter(day), Locale::ZhCn) => format!("：{day}及以后"),
        (Test::OnOrBefore(day), Locale::En) => format!(": {day} or earlier"),
        (Test::OnOrBefore(day), Locale::ZhCn) => format!("：{day}及以前"),
    }
}
