//! The figures that a registry and this gateway set.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use citygate_catalogue::City;
use citygate_kernel::Text;
use serde::Deserialize;

/// Which rule sets the limits of cases and invitations.
pub(crate) const INVITATION: &str = "marriage.invitation";
/// Which rule says when people are reminded.
pub(crate) const REMINDER: &str = "marriage.reminder";
/// Which rule lists why a registry refuses.
pub(crate) const REFUSAL: &str = "marriage.refusal";

/// How long things wait, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationRule {
    /// Hours that a case waits for an invitation, and an invitation for an answer.
    hours: u16,
    /// Days that a case of two waits for an appointment.
    case_days: u16,
    /// Cases that somebody may begin within 24 hours.
    pub cases_per_day: u16,
    /// Invitations that somebody may send in one case.
    pub invitations_per_case: u16,
}

impl InvitationRule {
    /// Until when an invitation that is sent now can be answered.
    pub(crate) fn answer_by(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::hours(i64::from(self.hours))
    }

    /// Until when a case of two waits that has no appointment from now on.
    pub(crate) fn book_by(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::days(i64::from(self.case_days))
    }
}

/// When people are reminded of their appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReminderRule {
    /// How many days before.
    days_before: u16,
    /// At which time of the city.
    at: NaiveTime,
}

impl ReminderRule {
    /// When somebody is reminded who has booked now; none when it is too late to be of use.
    pub(crate) fn remind_at(
        &self,
        (now, starts_at): (DateTime<Utc>, DateTime<Utc>),
        city: &City,
    ) -> Option<DateTime<Utc>> {
        let day = city.date(starts_at) - TimeDelta::days(i64::from(self.days_before));
        let at = day.and_time(self.at).and_local_timezone(city.time_zone).earliest()?;
        let at = at.with_timezone(&Utc);
        (now < at && at < starts_at).then_some(at)
    }
}

/// Why a registry refuses, as the law lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusalRule {
    reasons: Vec<Reason>,
}

/// A reason, and what can be done about it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    code: String,
    en: String,
    zh: String,
    remedy_en: String,
    remedy_zh: String,
}

impl RefusalRule {
    /// The reason of a code.
    pub(crate) fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }
}

impl Reason {
    /// The reason itself.
    pub(crate) fn text(&self) -> Text {
        Text::new(&self.en, &self.zh)
    }

    /// What can be done about it.
    pub(crate) fn remedy(&self) -> Text {
        Text::new(&self.remedy_en, &self.remedy_zh)
    }
}

#[cfg(test)]
mod tests {
    use citygate_kernel::CityCode;

    use super::*;

    fn city() -> City {
        City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        }
    }

    fn at(local: &str) -> DateTime<Utc> {
        format!("{local}:00+08:00").parse().unwrap()
    }

    #[test]
    fn people_are_reminded_on_the_morning_before_or_not_at_all() {
        let rule = ReminderRule { days_before: 1, at: NaiveTime::from_hms_opt(9, 0, 0).unwrap() };
        let start = at("2027-05-20T09:00");
        for (now, expected) in [
            ("2027-05-01T12:00", Some("2027-05-19T09:00")),
            ("2027-05-19T08:59", Some("2027-05-19T09:00")),
            // Whoever books later than that knows.
            ("2027-05-19T09:00", None),
            ("2027-05-20T08:00", None),
        ] {
            let reminded = rule.remind_at((at(now), start), &city());
            assert_eq!(reminded, expected.map(at), "{now}");
        }
        let same_day = ReminderRule { days_before: 0, ..rule };
        assert_eq!(same_day.remind_at((at("2027-05-19T10:00"), start), &city()), None);
    }

    #[test]
    fn what_waits_has_an_end() {
        let rule =
            InvitationRule { hours: 72, case_days: 90, cases_per_day: 5, invitations_per_case: 3 };
        let now = at("2026-11-23T09:00");
        assert_eq!(rule.answer_by(now), at("2026-11-26T09:00"));
        assert_eq!(rule.book_by(now), at("2027-02-21T09:00"));
    }
}
