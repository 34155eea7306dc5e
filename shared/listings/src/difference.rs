//! What differs between two listings of one item. Conditions that the law does not allow to be
//! disclosed are no part of it.

use std::collections::{BTreeMap, BTreeSet};

use citygate_calendar::{DayKind, Period};
use citygate_kernel::{Locale, Text};

use crate::{
    content::{ApplicationSpec, Condition, Content, Engine},
    judge::{Facts, judge},
    words,
};

/// Something that differs, in the language of its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `time_limit`, `documents.added`.
    pub what: String,
    /// Of a list: which one.
    pub code: Option<String>,
    /// What is said here.
    pub here: Option<String>,
    /// What is said there.
    pub there: Option<String>,
}

/// What differs from here to there.
pub(crate) fn differences(here: &Content, there: &Content, locale: Locale) -> Vec<Difference> {
    let (here, there) = (said(here, locale), said(there, locale));
    let mut found = Vec::new();
    let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    for name @ (part, code) in names {
        let (one, other) = (here.get(name), there.get(name));
        if one == other {
            continue;
        }
        let what = match (code, one, other) {
            (None, _, _) => (*part).to_owned(),
            (Some(_), None, _) => format!("{part}.added"),
            (Some(_), _, None) => format!("{part}.removed"),
            (Some(_), Some(_), Some(_)) => format!("{part}.changed"),
        };
        let (code, here, there) = (code.clone(), one.cloned(), other.cloned());
        found.push(Difference { what, code, here, there });
    }
    found
}

/// What a listing says: by its part, and in lists by the code of the element.
type Said = BTreeMap<(&'static str, Option<String>), String>;

fn said(content: &Content, locale: Locale) -> Said {
    let text = |text: &Text| text.get(locale).to_owned();
    let with = |words: String, when: Option<&Condition>| match (when, locale) {
        (None, _) => words,
        (Some(when), Locale::En) => {
            format!("{words} (if {})", words::condition(content, when, locale))
        }
        (Some(when), Locale::ZhCn) => {
            format!("{words}（条件：{}）", words::condition(content, when, locale))
        }
    };
    let mut said = Said::new();
    let mut one = |part: &'static str, words: Option<String>| {
        said.extend(words.map(|words| ((part, None), words)));
    };
    one("name", Some(text(&content.name)));
    one("effective_to", content.effective_to.map(|day| day.to_string()));
    one("time_limit", content.time_limit.as_ref().map(|limit| period(limit.period, locale)));
    one("appeal.route", Some(text(&content.appeal.route)));
    one("appeal.body", Some(text(&content.appeal.body)));
    one("appeal.within_days", content.appeal.within_days.map(|days| days.to_string()));
    one("engine", content.engine().map(|engine| engine.code().to_owned()));
    let sure = judge(content, &Facts::default()).ok();
    one("fees.total", sure.map(|judged| judged.fee_total.to_string()));
    let mut each = |part: &'static str, code: &str, words: String| {
        said.insert((part, Some(code.to_owned())), words);
    };
    for channel in &content.channels {
        each("channels", channel.kind.code(), text(&channel.kind.name()));
    }
    for told in content.eligibility.iter().filter(|told| told.disclosed) {
        let words = words::condition(content, &told.when, locale);
        each("eligibility", told.code.as_str(), words);
    }
    for document in &content.documents {
        let words = format!("{}: {}", text(&document.name), text(&document.source.name()));
        each("documents", document.code.as_str(), with(words, document.when.as_ref()));
    }
    for fee in &content.fees {
        let words = format!("{}: {}", text(&fee.name), fee.amount());
        each("fees", fee.code.as_str(), with(words, fee.when.as_ref()));
    }
    if let Some(Engine::Application(spec)) = content.engine() {
        application(spec, locale, &mut said);
    }
    said
}

fn application(spec: &ApplicationSpec, locale: Locale, said: &mut Said) {
    said.extend(spec.valid_months.map(|months| (("valid_months", None), months.to_string())));
    said.insert(("pay_within_hours", None), spec.pay_within_hours.to_string());
    said.insert(("supplement_within", None), period(spec.supplement_within, locale));
    for step in &spec.steps {
        let words = format!("{}: {}", step.name.get(locale), period(step.period, locale));
        said.insert(("steps", Some(step.code.to_string())), words);
    }
    for delivery in &spec.delivery {
        let name = delivery.name().get(locale).to_owned();
        said.insert(("delivery", Some(delivery.code().to_owned())), name);
    }
    for (field, label) in &spec.labels {
        said.insert(("form", Some(field.to_string())), label.get(locale).to_owned());
    }
}

fn period(period: Period, locale: Locale) -> String {
    let days = period.length_days;
    match (locale, period.day_kind, days) {
        (Locale::En, DayKind::Working, 1) => "1 working day".to_owned(),
        (Locale::En, DayKind::Working, _) => format!("{days} working days"),
        (Locale::En, DayKind::Calendar, 1) => "1 day".to_owned(),
        (Locale::En, DayKind::Calendar, _) => format!("{days} days"),
        (Locale::ZhCn, DayKind::Working, _) => format!("{days}个工作日"),
        (Locale::ZhCn, DayKind::Calendar, _) => format!("{days}日"),
    }
}

#[cfg(test)]
mod tests;
