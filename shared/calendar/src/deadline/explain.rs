//! A deadline in a plain sentence.
//!
//! The sentences are data: two languages with words in braces. [`Deadline::explain`] chooses which
//! of them apply and fills the words in.

use chrono::NaiveDate;
use citygate_kernel::{Locale, Text};

use super::Deadline;
use crate::DayKind;

/// A sentence in English and Chinese.
type Sentence = (&'static str, &'static str);

const RUNNING: Sentence = (
    "Day {day} of {length} from {trigger}{citation}.",
    "{citation}期间为{length}，自{trigger}的次日起计算（期间开始的当日不计入），截至今日计{day}日。",
);
const OVER: Sentence = (
    "The period was {length} from {trigger}{citation}.",
    "{citation}期间为{length}，自{trigger}的次日起计算（期间开始的当日不计入）。",
);
const PAUSED: Sentence = (
    "The count leaves out {paused} on which the period is paused.",
    "期间中止计算的{paused}不计入。",
);
const ENDS: Sentence =
    ("The last day, {due}, ends at 24:00.", "期间的最后一日为{due}，至当日24时届满。");
const ENDED: Sentence =
    ("It ended at 24:00 on {due}, {late} ago.", "期间已于{due}24时届满，今日为届满后第{late}。");
const ENDS_AFTER_REST: Sentence = (
    "The {last_day} day, {last}, is a rest day ({rest}), so the period ends at 24:00 on {due} \
     (Civil Code, article 203).",
    "第{last_day}日{last}为法定休假日（{rest}），依照《中华人民共和国民法典》第二百零三条，\
     以{due}为期间的最后一日，至当日24时届满。",
);
const ENDED_AFTER_REST: Sentence = (
    "The {last_day} day, {last}, was a rest day ({rest}), so the period ended at 24:00 on {due} \
     (Civil Code, article 203), {late} ago.",
    "第{last_day}日{last}为法定休假日（{rest}），依照《中华人民共和国民法典》第二百零三条，\
     以{due}为期间的最后一日，期间已于当日24时届满，今日为届满后第{late}。",
);
const PROVISIONAL: Sentence = (
    "The holiday calendar after {known_until} is not yet published, so this date may still move.",
    "{known_until}之后的节假日安排尚未公布，上述日期可能变动。",
);

impl Deadline {
    /// Where the period stands today and why it ends when it does, for the person it binds.
    /// `citation` is the rule that sets the period, for example "Administrative Penalty Law,
    /// article 67".
    pub fn explain(&self, locale: Locale, today: NaiveDate, citation: Option<&Text>) -> String {
        let late = self.days_late(today, &[]);
        let over = late > 0;
        let ending = match (self.rolled(), over) {
            (false, false) => ENDS,
            (false, true) => ENDED,
            (true, false) => ENDS_AFTER_REST,
            (true, true) => ENDED_AFTER_REST,
        };
        let sentences = [
            Some(if over { OVER } else { RUNNING }),
            (self.paused_days > 0).then_some(PAUSED),
            Some(ending),
            self.provisional().then_some(PROVISIONAL),
        ];

        let kind = self.period.day_kind;
        let words = [
            ("{day}", self.day_number(today).to_string()),
            ("{length}", days_of_kind(locale, self.period.length_days, kind)),
            ("{trigger}", date(locale, self.trigger_on)),
            ("{paused}", days_of_kind(locale, self.paused_days, kind)),
            ("{due}", date(locale, self.due_on)),
            ("{late}", days(locale, late)),
            ("{last_day}", ordinal(locale, self.period.length_days)),
            ("{last}", date(locale, self.last_counted_on())),
            ("{known_until}", self.known_until.map_or_else(String::new, |on| date(locale, on))),
            // Foreign text comes last, so that braces in it stay what they are.
            ("{rest}", self.rest.as_ref().map_or("", |rest| rest.get(locale)).to_owned()),
            ("{citation}", citation.map_or_else(String::new, |rule| cited(locale, rule))),
        ];
        words
            .iter()
            .fold(paragraph(locale, &sentences), |text, (word, value)| text.replace(word, value))
    }
}

/// The sentences that apply, one after the other; Chinese puts no space between them.
fn paragraph(locale: Locale, sentences: &[Option<Sentence>]) -> String {
    let sentences = sentences.iter().flatten();
    match locale {
        Locale::En => sentences.map(|(en, _)| *en).collect::<Vec<_>>().join(" "),
        Locale::ZhCn => sentences.map(|(_, zh)| *zh).collect(),
    }
}

fn date(locale: Locale, date: NaiveDate) -> String {
    let format = match locale {
        Locale::En => "%-d %B %Y",
        Locale::ZhCn => "%Y年%-m月%-d日",
    };
    date.format(format).to_string()
}

fn days(locale: Locale, count: u32) -> String {
    match locale {
        Locale::En => format!("{count} {}", if count == 1 { "day" } else { "days" }),
        Locale::ZhCn => format!("{count}日"),
    }
}

fn days_of_kind(locale: Locale, count: u32, kind: DayKind) -> String {
    let (en, zh) = match kind {
        DayKind::Calendar => ("calendar", "自然日"),
        DayKind::Working => ("working", "工作日"),
    };
    match locale {
        Locale::En => format!("{count} {en} {}", if count == 1 { "day" } else { "days" }),
        Locale::ZhCn => format!("{count}个{zh}"),
    }
}

/// `15th`; Chinese writes the bare number behind 第.
fn ordinal(locale: Locale, number: u32) -> String {
    let suffix = match (locale, number % 100, number % 10) {
        (Locale::ZhCn, ..) => "",
        (Locale::En, 11..=13, _) => "th",
        (Locale::En, _, 1) => "st",
        (Locale::En, _, 2) => "nd",
        (Locale::En, _, 3) => "rd",
        (Locale::En, ..) => "th",
    };
    format!("{number}{suffix}")
}

fn cited(locale: Locale, rule: &Text) -> String {
    match locale {
        Locale::En => format!(" ({})", rule.en),
        Locale::ZhCn => format!("依照{}，", rule.zh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HolidayCalendar, Pause, Period, Roll, china};

    fn on(date: &str) -> NaiveDate {
        date.parse().unwrap()
    }

    fn count(trigger: &str, length_days: u32, day_kind: DayKind, pauses: &[Pause]) -> Deadline {
        let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
        let period = Period { length_days, day_kind, roll: Roll::NextWorkingDay };
        Deadline::count(on(trigger), period, pauses, &calendar).unwrap()
    }

    fn assert_explains(deadline: &Deadline, today: &str, en: &str, zh: &str) {
        assert_eq!(deadline.explain(Locale::En, on(today), None), en);
        assert_eq!(deadline.explain(Locale::ZhCn, on(today), None), zh);
    }

    #[test]
    fn a_period_that_ends_on_its_last_counted_day() {
        let deadline = count("2026-04-29", 15, DayKind::Calendar, &[]);
        assert_explains(
            &deadline,
            "2026-05-08",
            "Day 9 of 15 calendar days from 29 April 2026. \
             The last day, 14 May 2026, ends at 24:00.",
            "期间为15个自然日，自2026年4月29日的次日起计算（期间开始的当日不计入），截至今日计9日。\
             期间的最后一日为2026年5月14日，至当日24时届满。",
        );
        assert_explains(
            &deadline,
            "2026-05-17",
            "The period was 15 calendar days from 29 April 2026. \
             It ended at 24:00 on 14 May 2026, 3 days ago.",
            "期间为15个自然日，自2026年4月29日的次日起计算（期间开始的当日不计入）。\
             期间已于2026年5月14日24时届满，今日为届满后第3日。",
        );
    }

    #[test]
    fn a_period_that_rolls() {
        let deadline = count("2026-04-18", 15, DayKind::Calendar, &[]);
        assert_explains(
            &deadline,
            "2026-05-05",
            "Day 15 of 15 calendar days from 18 April 2026. \
             The 15th day, 3 May 2026, is a rest day (Labour Day), \
             so the period ends at 24:00 on 6 May 2026 (Civil Code, article 203).",
            "期间为15个自然日，自2026年4月18日的次日起计算（期间开始的当日不计入），截至今日计15日。\
             第15日2026年5月3日为法定休假日（劳动节），依照《中华人民共和国民法典》第二百零三条，\
             以2026年5月6日为期间的最后一日，至当日24时届满。",
        );
        assert_explains(
            &deadline,
            "2026-05-07",
            "The period was 15 calendar days from 18 April 2026. \
             The 15th day, 3 May 2026, was a rest day (Labour Day), \
             so the period ended at 24:00 on 6 May 2026 (Civil Code, article 203), 1 day ago.",
            "期间为15个自然日，自2026年4月18日的次日起计算（期间开始的当日不计入）。\
             第15日2026年5月3日为法定休假日（劳动节），依照《中华人民共和国民法典》第二百零三条，\
             以2026年5月6日为期间的最后一日，期间已于当日24时届满，今日为届满后第1日。",
        );
        assert_explains(
            &count("2026-07-03", 1, DayKind::Calendar, &[]),
            "2026-07-03",
            "Day 0 of 1 calendar day from 3 July 2026. \
             The 1st day, 4 July 2026, is a rest day (weekend), \
             so the period ends at 24:00 on 6 July 2026 (Civil Code, article 203).",
            "期间为1个自然日，自2026年7月3日的次日起计算（期间开始的当日不计入），截至今日计0日。\
             第1日2026年7月4日为法定休假日（周末），依照《中华人民共和国民法典》第二百零三条，\
             以2026年7月6日为期间的最后一日，至当日24时届满。",
        );
    }

    #[test]
    fn pauses_and_holidays_not_yet_announced_are_told() {
        let pause = Pause { from: on("2026-12-25"), until: on("2026-12-27") };
        assert_explains(
            &count("2026-12-24", 5, DayKind::Working, &[pause]),
            "2026-12-28",
            "Day 1 of 5 working days from 24 December 2026. \
             The count leaves out 1 working day on which the period is paused. \
             The last day, 1 January 2027, ends at 24:00. The holiday calendar after \
             31 December 2026 is not yet published, so this date may still move.",
            "期间为5个工作日，自2026年12月24日的次日起计算（期间开始的当日不计入），截至今日计1日。\
             期间中止计算的1个工作日不计入。期间的最后一日为2027年1月1日，至当日24时届满。\
             2026年12月31日之后的节假日安排尚未公布，上述日期可能变动。",
        );
    }

    #[test]
    fn the_rule_is_cited() {
        let deadline = count("2026-04-29", 15, DayKind::Calendar, &[]);
        // Braces in foreign text are not words to fill in.
        let rule = Text::new("{due} Act, article 67", "《中华人民共和国行政处罚法》第六十七条");
        let explain = |locale, today| deadline.explain(locale, on(today), Some(&rule));
        assert_eq!(
            explain(Locale::En, "2026-05-14"),
            "Day 15 of 15 calendar days from 29 April 2026 ({due} Act, article 67). \
             The last day, 14 May 2026, ends at 24:00.",
        );
        assert_eq!(
            explain(Locale::ZhCn, "2026-05-15"),
            "依照《中华人民共和国行政处罚法》第六十七条，期间为15个自然日，\
             自2026年4月29日的次日起计算（期间开始的当日不计入）。\
             期间已于2026年5月14日24时届满，今日为届满后第1日。",
        );
    }

    #[test]
    fn ordinals() {
        let numbers = [1, 2, 3, 4, 11, 12, 13, 21, 22, 60, 101, 111, 112];
        let english = numbers.map(|number| ordinal(Locale::En, number)).join(" ");
        assert_eq!(english, "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 60th 101st 111th 112th");
        assert_eq!(ordinal(Locale::ZhCn, 15), "15");
    }
}
